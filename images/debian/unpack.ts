// Unpacks Debian's packages into a tree, and writes down what dpkg would have written, so that dpkg and apt know what is there.
// Their scripts are not run: configure.ts does what these would have done.

import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runTool, runToolOnBytes } from "../tool.ts";
import { tarEntries } from "./tar.ts";
import type { SystemTree } from "./tree.ts";

export interface UnpackOptions {
  /** Leaves out what this is true of; a path is from the root, without a slash in front. */
  readonly isUnwanted: (path: string) => boolean;
  /** Whether dpkg is to know of it. */
  readonly isRecorded: boolean;
}

const DPKG = "var/lib/dpkg";

/** One package's files into the tree, with their owners. */
export function unpackPackage(file: string, tree: SystemTree, options: UnpackOptions): void {
  const tar = runToolOnBytes("dpkg-deb", ["--fsys-tarfile", file], null);
  const entries = tarEntries(tar);
  const wanted = entries.filter(({ path }) => path !== "" && !options.isUnwanted(path));
  const work = mkdtempSync(join(tree.root, "..", "unpack-"));
  try {
    const unwanted = join(work, "unwanted");
    const lines = entries.filter(({ path }) => options.isUnwanted(path));
    writeFileSync(unwanted, lines.map(({ path }) => `./${path}\n`).join(""));
    runToolOnBytes(
      "tar",
      [
        ...["--extract", "--preserve-permissions", "--no-same-owner", `--directory=${tree.root}`],
        // What lies in /lib goes to /usr/lib, where base-files has made the one a link to the other.
        ...["--keep-directory-symlink", "--anchored", "--no-wildcards"],
        `--exclude-from=${unwanted}`,
      ],
      tar,
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  for (const { path, uid, gid } of wanted) tree.own(merged(path), { uid, gid });
  if (options.isRecorded) {
    const list = entries.map(({ path }) => (path === "" ? "/." : `/${path}`));
    record(file, tree, list);
  }
}

/** Debian's older packages still name /lib. */
function merged(path: string): string {
  return path.replace(/^(bin|sbin|lib)\//, "usr/$1/");
}

/** As dpkg keeps it: the paragraph in `status`, and the parts of the package beside it. */
function record(file: string, tree: SystemTree, list: readonly string[]): void {
  const work = mkdtempSync(join(tree.root, "..", "control-"));
  try {
    runTool("dpkg-deb", ["--control", file, work]);
    const control = readFileSync(join(work, "control"), "utf8").trim();
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(control)?.[1] ?? "";
    const isShared = field("Multi-Arch") === "same";
    const name = isShared ? `${field("Package")}:${field("Architecture")}` : field("Package");
    const parts = readdirSync(work).filter((part) => part !== "control");
    tree.put([
      { path: `${DPKG}/info/${name}.list`, text: list.map((path) => `${path}\n`).join("") },
      ...parts.sort().map((part) => ({
        path: `${DPKG}/info/${name}.${part}`,
        text: readFileSync(join(work, part)),
        mode: /^(?:pre|post)(?:inst|rm)$|^config$/.test(part) ? 0o755 : 0o644,
      })),
      { path: `${DPKG}/status`, text: statusOf(tree) + paragraph(control, work, tree) },
    ]);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function statusOf(tree: SystemTree): string {
  return tree.has(`${DPKG}/status`) ? tree.read(`${DPKG}/status`) : "";
}

function paragraph(control: string, work: string, tree: SystemTree): string {
  const [first = "", ...rest] = control.split("\n");
  const conffiles = readdirSync(work).includes("conffiles")
    ? readFileSync(join(work, "conffiles"), "utf8").split("\n")
    : [];
  const sums = conffiles
    .filter((path) => path.startsWith("/") && tree.has(path.slice(1)))
    .map((path) => {
      const text = readFileSync(join(tree.root, path));
      return ` ${path} ${createHash("md5").update(text).digest("hex")}`;
    });
  const lines = [first, "Status: install ok installed", ...rest];
  return `${[...lines, ...(sums.length === 0 ? [] : ["Conffiles:", ...sums])].join("\n")}\n\n`;
}

/** What dpkg wants to be there beside. */
export function beginDpkg(tree: SystemTree, architecture: string): void {
  for (const folder of ["info", "updates", "triggers", "alternatives", "parts"]) {
    mkdirSync(join(tree.root, DPKG, folder), { recursive: true });
  }
  tree.put([
    { path: `${DPKG}/available`, text: "" },
    { path: `${DPKG}/arch`, text: `${architecture}\n` },
    { path: `${DPKG}/info/format`, text: "1\n" },
  ]);
}
