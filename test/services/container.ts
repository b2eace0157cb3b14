// A small Debian in a container with systemd as its first process: our packages installed by dpkg, as on a Pi.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shell } from "../../images/shell.ts";
import { cached } from "../kernel-vm/cache.ts";

const MIRROR = process.env["ZERORIG_DEBIAN_MIRROR"] ?? "http://deb.debian.org";
/** What every Raspberry Pi OS has, and our Node's library. */
const PACKAGES = ["systemd", "systemd-sysv", "udev", "dbus", "libstdc++6", "libcap2-bin"];

/**
 * The packed tree of a Debian of this machine's release, from the cache or from its mirror. `name`: of what is kept, where there are `others`
 * beside the packages that all have.
 */
export async function debianTree(name = "services", others: readonly string[] = []) {
  const directory = await cached(`${name}-bookworm`, async (draft) => {
    await shell("mmdebstrap", [
      "--variant=minbase",
      `--include=${[...PACKAGES, ...others].join(",")}`,
      "bookworm",
      join(draft, "tree.tar"),
      `${MIRROR}/debian`,
    ]);
  });
  return join(directory, "tree.tar");
}

export class Container {
  readonly root: string;
  readonly #space: string | null;

  private constructor(root: string, space: string | null) {
    this.root = root;
    this.#space = space;
  }

  /**
   * With our packages installed. Its Node is this machine's, so dpkg is told to do without Debian's. `space`: the network namespace whose
   * interfaces are the container's; without one it has none.
   */
  static async make(
    tree: string,
    packages: readonly string[],
    space: string | null = null,
  ): Promise<Container> {
    const root = mkdtempSync(join(tmpdir(), "zr-container-"));
    await shell("tar", ["-xf", tree, "-C", root]);
    const container = new Container(root, space);
    if (packages.length === 0) return container;
    mkdirSync(join(root, "packages"));
    for (const file of packages) await shell("cp", [file, join(root, "packages")]);
    const files = packages.map((file) => `/packages/${file.split("/").at(-1)}`);
    await container.run("dpkg", ["--force-depends", "-i", ...files]);
    return container;
  }

  /** One command in it, with nothing else running there. */
  run(program: string, args: readonly string[]): Promise<string> {
    return shell("systemd-nspawn", [...this.#flags(), "--pipe", "--", program, ...args]);
  }

  /** Starts its systemd, and waits until it has powered itself off. Rejects after `limitMs`. */
  async boot(limitMs: number): Promise<void> {
    const limit = ["--kill-after=5", `${limitMs / 1000}`];
    await shell("timeout", [...limit, "systemd-nspawn", ...this.#flags(), "--boot"]);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  #flags(): readonly string[] {
    const network =
      this.#space === null
        ? "--private-network"
        : `--network-namespace-path=/run/netns/${this.#space}`;
    // Beside a namespace of its own it would not get that one.
    const rights = this.#space === null ? [] : ["--capability=CAP_NET_ADMIN"];
    const alone = ["-q", "--register=no", "--keep-unit", network, ...rights];
    return [...alone, `--bind-ro=${process.execPath}:/usr/bin/node`, "-D", this.root];
  }
}

/** What is in the way of a container here; null if nothing is. */
export function whyNoContainer(): string | null {
  if (process.getuid?.() !== 0) return "systemd-nspawn needs root";
  try {
    execFileSync("systemd-nspawn", ["--version"], { stdio: "ignore" });
    return null;
  } catch {
    return "there is no systemd-nspawn (package systemd-container)";
  }
}
