// One .deb, built by Debian's own program from a tree in memory: the same contents give the same bytes.

import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { closeWorkFolder, openWorkFolder } from "./work-folder.ts";

export type Architecture = "all" | "amd64" | "arm64";

export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: Architecture;
  readonly section: string;
  readonly depends: string;
  readonly recommends: string;
  /** The first line is the synopsis. */
  readonly description: readonly string[];
  readonly entries: readonly Entry[];
  /** By name, such as postinst. */
  readonly scripts: Readonly<Record<string, string>>;
}

/** What a package puts where; `path` from the root, without a slash in front. */
export type Entry =
  | { readonly path: string; readonly text: string | Buffer; readonly mode?: number }
  | { readonly path: string; readonly from: string; readonly mode?: number }
  | { readonly path: string; readonly link: string };

const MANIFEST = readFileSync(join(import.meta.dirname, "../package.json"), "utf8");
/** Whoever gives packages to others says who they are, as Debian's tools have it. */
const MAINTAINER =
  process.env["DEBEMAIL"] === undefined
    ? (JSON.parse(MANIFEST) as { author: string }).author
    : `${process.env["DEBFULLNAME"] ?? "zerorig"} <${process.env["DEBEMAIL"]}>`;
const PROGRAM = 0o755;
const DATA = 0o644;

/** A text that the package holds packed, as manual pages and changelogs are. Carries no time. */
export function packed(path: string, text: string): Entry {
  return { path: `${path}.gz`, text: gzipSync(text, { level: 9 }) };
}

/** Builds the package into `directory`; returns its file. `epoch`: seconds, the time of all that is in it. */
export function buildPackage(wanted: DebianPackage, directory: string, epoch: number): string {
  const tree = openWorkFolder(join(tmpdir(), "zr-deb-"));
  try {
    chmodSync(tree, PROGRAM);
    for (const entry of [...wanted.entries, ...documents(wanted, epoch)]) put(tree, entry);
    const sizeKb = filesOf(tree).reduce((sum, file) => sum + sizeOf(join(tree, file)), 0);
    const control = (name: string, text: string, mode = DATA) =>
      put(tree, { path: `DEBIAN/${name}`, text, mode });
    control("control", controlText(wanted, sizeKb));
    const conffiles = filesOf(join(tree, "etc")).map((file) => `/etc/${file}\n`);
    if (conffiles.length > 0) control("conffiles", conffiles.sort().join(""));
    for (const [name, text] of Object.entries(wanted.scripts)) control(name, text, PROGRAM);
    const { name, version, architecture } = wanted;
    mkdirSync(directory, { recursive: true });
    const file = join(directory, `${name}_${version}_${architecture}.deb`);
    // One thread: how many there are must not show in what comes out.
    const flags = ["--root-owner-group", "-Zxz", "--threads-max=1", "--build"];
    execFileSync("dpkg-deb", [...flags, tree, file], {
      stdio: "pipe",
      env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch) },
    });
    return file;
  } finally {
    closeWorkFolder(tree);
  }
}

function put(tree: string, entry: Entry): void {
  const to = join(tree, entry.path);
  makeFolder(tree, dirname(to));
  if ("link" in entry) {
    symlinkSync(entry.link, to);
    return;
  }
  if ("text" in entry) writeFileSync(to, entry.text);
  else cpSync(entry.from, to, { dereference: true });
  chmodSync(to, entry.mode ?? DATA);
}

/** Whatever our umask is. */
function makeFolder(tree: string, folder: string): void {
  if (relative(tree, folder) === "" || lstatSync(folder, { throwIfNoEntry: false })) return;
  makeFolder(tree, dirname(folder));
  mkdirSync(folder);
  chmodSync(folder, PROGRAM);
}

function filesOf(root: string): readonly string[] {
  if (lstatSync(root, { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => !lstatSync(join(root, path)).isDirectory())
    .sort();
}

const KB = 1024;

function sizeOf(file: string): number {
  return Math.ceil(lstatSync(file).size / KB);
}

function controlText(wanted: DebianPackage, sizeKb: number): string {
  const [synopsis = "", ...rest] = wanted.description;
  const fields = [
    `Package: ${wanted.name}`,
    `Version: ${wanted.version}`,
    `Architecture: ${wanted.architecture}`,
    `Maintainer: ${MAINTAINER}`,
    `Section: ${wanted.section}`,
    "Priority: optional",
    `Installed-Size: ${sizeKb}`,
    `Depends: ${wanted.depends}`,
    ...(wanted.recommends === "" ? [] : [`Recommends: ${wanted.recommends}`]),
    `Description: ${synopsis}`,
    ...rest.map((line) => (line === "" ? " ." : ` ${line}`)),
  ];
  return `${fields.join("\n")}\n`;
}

function documents({ name, version }: DebianPackage, epoch: number): readonly Entry[] {
  const folder = `usr/share/doc/${name}`;
  const at = new Date(epoch * 1000).toUTCString().replace("GMT", "+0000");
  const news = `${name} (${version}) unstable; urgency=medium\n\n  * See CHANGELOG.md of zerorig.\n\n -- ${MAINTAINER}  ${at}\n`;
  const license = readFileSync(join(import.meta.dirname, "../LICENSE"), "utf8");
  return [{ path: `${folder}/copyright`, text: license }, packed(`${folder}/changelog`, news)];
}
