// The system's partition as a file: read and changed by Debian's own debugfs, so that nothing is mounted and nobody is root.

import { closeSync, openSync, readSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import type { Entry } from "./debian-package.ts";
import { ImageError } from "./image-error.ts";
import { runTool } from "./tool.ts";
import { closeWorkFolder, openWorkFolder } from "./work-folder.ts";

const MAGIC_AT = 1024 + 56;
const MAGIC = 0xef53;
const E2FSCK_CLEAN = 0;
const REGULAR = 0o100000;
const DATA = 0o644;

export class Ext4 {
  readonly #file: string;

  private constructor(file: string) {
    this.#file = file;
  }

  /** Throws an ImageError if the file holds no ext4, or one that is not in order. */
  static open(file: string): Ext4 {
    const bytes = Buffer.alloc(2);
    const descriptor = openSync(file, "r");
    try {
      readSync(descriptor, bytes, 0, 2, MAGIC_AT);
    } finally {
      closeSync(descriptor);
    }
    if (bytes.readUInt16LE() !== MAGIC) {
      throw new ImageError("its second partition holds no ext4", "use a stock image");
    }
    const system = new Ext4(file);
    system.check("the system's partition is damaged, or was in use when the image was taken");
    return system;
  }

  /** Looks at every block's owner, and changes nothing. */
  check(what: string): void {
    const { status, stdout, stderr } = runTool("e2fsck", ["-fn", this.#file]);
    if (status === E2FSCK_CLEAN) return;
    const [why = ""] = `${stdout}${stderr}`
      .split("\n")
      .filter((line) => /[a-z]/.test(line))
      .slice(-1);
    throw new ImageError(`${what} (e2fsck: ${why.trim()})`, "download the image again");
  }

  /** The text of a file, or null if there is none. A link is not followed. */
  read(path: string): string | null {
    if (!this.exists(path)) return null;
    return runTool("debugfs", ["-R", `cat /${path}`, this.#file]).stdout;
  }

  exists(path: string): boolean {
    const { stderr } = runTool("debugfs", ["-R", `stat /${path}`, this.#file]);
    return !/not found|while starting/i.test(stderr);
  }

  /** Puts files and links, with the folders above them; what stands there before is replaced. Throws if it does not fit. */
  put(entries: readonly Entry[]): void {
    const work = openWorkFolder(join(tmpdir(), "zr-ext4-"));
    try {
      const commands: string[] = [];
      const made = new Set<string>();
      entries.forEach((entry, index) => {
        commands.push(...this.#folders(posix.dirname(entry.path), made));
        const path = `/${entry.path}`;
        if (this.exists(entry.path)) commands.push(`rm ${path}`);
        if ("link" in entry) {
          commands.push(`symlink ${path} ${entry.link}`);
          return;
        }
        const from = "from" in entry ? entry.from : join(work, String(index));
        if ("text" in entry) writeFileSync(from, entry.text);
        commands.push(
          `write ${word(from)} ${path}`,
          ...owned(path, REGULAR | (entry.mode ?? DATA)),
        );
      });
      this.#run(work, commands);
    } finally {
      closeWorkFolder(work);
    }
  }

  #folders(folder: string, made: Set<string>): readonly string[] {
    if (folder === "." || folder === "/" || made.has(folder) || this.exists(folder)) return [];
    made.add(folder);
    const above = this.#folders(posix.dirname(folder), made);
    return [...above, `mkdir /${folder}`, ...owned(`/${folder}`, 0o040755)];
  }

  #run(work: string, commands: readonly string[]): void {
    const file = join(work, "commands");
    writeFileSync(file, commands.map((command) => `${command}\n`).join(""));
    const { stderr } = runTool("debugfs", ["-w", "-f", file, this.#file]);
    // It ends with 0 whatever happens, and says its version first.
    const said = stderr.split("\n").filter((line) => line !== "" && !/^debugfs \d/.test(line));
    if (said.length === 0) return;
    const isFull = said.some((line) => /no free|could not allocate/i.test(line));
    throw new ImageError(
      isFull ? "there is no room in the system's partition" : `debugfs: ${said[0]}`,
      isFull ? "make it larger: --grow 512" : "this is a fault of zerorig's: please report it",
    );
  }
}

/** Paths of this machine may hold anything; those of the system are ours. */
function word(path: string): string {
  return `"${path.replaceAll('"', '""')}"`;
}

function owned(path: string, mode: number): readonly string[] {
  return [`sif ${path} mode 0${mode.toString(8)}`, `sif ${path} uid 0`, `sif ${path} gid 0`];
}
