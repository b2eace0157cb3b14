// Debian packages that are only unpacked, of any release and architecture: apt with lists and settings of its own.

import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { shell } from "../shell.ts";
import type { LockedPackage } from "./locked-package.ts";

export interface ArchiveOptions {
  /** Where lists and downloads go. */
  readonly directory: string;
  /** Such as `bookworm` and `bookworm-security`. */
  readonly suites: readonly string[];
  readonly architecture: string;
  /** Of the archive; `main` where none are named. */
  readonly components?: string;
  /** The suite whose versions are taken where several have a package. */
  readonly release?: string;
}

export const MIRROR = process.env["ZERORIG_DEBIAN_MIRROR"] ?? "http://deb.debian.org";
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** One release and architecture of Debian. Nothing of it is installed. */
export class DebianArchive {
  readonly #directory: string;
  readonly #settings: readonly string[];

  private constructor(directory: string, settings: readonly string[]) {
    this.#directory = directory;
    this.#settings = settings;
  }

  /** Reads the lists of packages. */
  static async open(options: ArchiveOptions): Promise<DebianArchive> {
    const { directory, suites, architecture, release, components = "main" } = options;
    for (const folder of ["lists/partial", "archives/partial"]) {
      mkdirSync(join(directory, folder), { recursive: true });
    }
    const lines = suites.map((suite) => {
      const part = suite.endsWith("-security") ? "debian-security" : "debian";
      return `deb [signed-by=${KEYRING}] ${MIRROR}/${part} ${suite} ${components}\n`;
    });
    writeFileSync(join(directory, "sources.list"), lines.join(""));
    writeFileSync(join(directory, "status"), "");
    const settings = {
      "APT::Architecture": architecture,
      "APT::Architectures": architecture,
      "APT::Install-Recommends": "false",
      "APT::Sandbox::User": "root",
      // Without it a mirror that is out of reach is no error.
      "APT::Update::Error-Mode": "any",
      "Acquire::Languages": "none",
      "Dir::Etc::sourcelist": join(directory, "sources.list"),
      "Dir::Etc::sourceparts": "/dev/null",
      "Dir::Etc::preferencesparts": "/dev/null",
      "Dir::State::lists": join(directory, "lists"),
      "Dir::State::status": join(directory, "status"),
      "Dir::Cache": directory,
      "Dir::Cache::archives": join(directory, "archives"),
      "Debug::NoLocking": "true",
      ...(release === undefined ? {} : { "APT::Default-Release": release }),
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
    const archive = new DebianArchive(directory, flags);
    await shell("apt-get", [...flags, "-qq", "update"]).catch(noLists);
    return archive;
  }

  /** The package that a metapackage stands for now: `linux-image-amd64` -> `linux-image-6.1.0-56-amd64`. */
  async dependencyOf(name: string, prefix: string): Promise<string> {
    const text = await shell("apt-cache", [...this.#settings, "depends", name]);
    const found = text.match(new RegExp(`Depends: (${prefix}\\S+)`))?.[1];
    if (found === undefined) throw new Error(`no ${prefix}* among what ${name} depends on`);
    return found;
  }

  /** These packages and all that they depend on, as `name=version`. A word such as `?essential` stands for many. */
  async resolve(names: readonly string[]): Promise<readonly string[]> {
    const plan = ["-qq", "--simulate", "install", ...names];
    const text = await shell("apt-get", [...this.#settings, ...plan]);
    return [...text.matchAll(/^Inst (\S+) \((\S+)/gm)].map(([, name, version]) => {
      return `${name?.replace(/:\w+$/, "")}=${version}`;
    });
  }

  /** What the lists say of packages; each `name`, or `name=version`. */
  async describe(names: readonly string[]): Promise<readonly LockedPackage[]> {
    const text = await shell("apt-cache", [
      ...this.#settings,
      "--no-all-versions",
      "show",
      ...names,
    ]);
    return text
      .trim()
      .split(/\n\n+/)
      .map((paragraph) => {
        const field = (name: string) =>
          new RegExp(`^${name}: (.*)$`, "m").exec(paragraph)?.[1]?.trim() ?? "";
        const version = field("Version");
        const isSecurity = field("Filename").startsWith("pool/updates/");
        return {
          name: field("Package"),
          version,
          bytes: Number(field("Size")),
          sha256: field("SHA256"),
          path: `${isSecurity ? "debian-security" : "debian"}/${field("Filename")}`,
        };
      });
  }

  /** Downloads these packages alone; returns their files. */
  async download(names: readonly string[]): Promise<readonly string[]> {
    const archives = join(this.#directory, "archives");
    await shell("apt-get", [...this.#settings, "-qq", "download", ...names], { cwd: archives });
    return this.#files(archives);
  }

  /** Downloads these packages and all that they depend on; returns their files. */
  async downloadWithDependencies(names: readonly string[]): Promise<readonly string[]> {
    await shell("apt-get", [
      ...this.#settings,
      "-qq",
      "-y",
      "--download-only",
      "install",
      ...names,
    ]);
    return this.#files(join(this.#directory, "archives"));
  }

  #files(archives: string): readonly string[] {
    const files = readdirSync(archives).filter((file) => file.endsWith(".deb"));
    return files.map((file) => join(archives, file));
  }
}

/** Says it without the many settings of the command. */
function noLists(error: Error): never {
  const said = error.message.slice(error.message.indexOf("\n") + 1).trim();
  const advice = "is there a network? ZERORIG_DEBIAN_MIRROR names another mirror";
  throw new Error(`no lists of packages from ${MIRROR}: ${advice}\n${said}`, { cause: error });
}

/** Unpacks packages into one tree. */
export async function unpack(files: readonly string[], directory: string): Promise<void> {
  for (const file of files) await shell("dpkg-deb", ["-x", file, directory]);
}
