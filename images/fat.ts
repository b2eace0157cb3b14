// The boot partition as a file: read and changed by mtools.

import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ImageError } from "./image-error.ts";
import { runTool } from "./tool.ts";
import { closeWorkFolder, openWorkFolder } from "./work-folder.ts";

export class Fat {
  readonly #file: string;

  private constructor(file: string) {
    this.#file = file;
  }

  /** Throws an ImageError if the file holds no FAT, or one that is not in order. */
  static open(file: string): Fat {
    const boot = new Fat(file);
    boot.check("the boot partition holds no FAT, or a damaged one");
    return boot;
  }

  check(what: string): void {
    const { status, stdout, stderr } = runTool("fsck.fat", ["-n", this.#file]);
    // Its dirty bit is left by every card that was pulled, and says nothing of the files.
    if (status === 0 || /Dirty bit is set/.test(stdout)) return;
    const [why = ""] = `${stderr}${stdout}`
      .split("\n")
      .filter((line) => /[a-z]/.test(line))
      .slice(-1);
    throw new ImageError(`${what} (fsck.fat: ${why.trim()})`, "download the image again");
  }

  /** Null if there is no such file. */
  read(name: string): string | null {
    const { status, stdout } = runTool("mtype", ["-i", this.#file, `::${name}`]);
    return status === 0 ? stdout : null;
  }

  write(name: string, text: string): void {
    const work = openWorkFolder(join(tmpdir(), "zr-fat-"));
    try {
      const from = join(work, "text");
      writeFileSync(from, text);
      const { status, stderr } = runTool("mcopy", ["-o", "-i", this.#file, from, `::${name}`]);
      if (status === 0) return;
      throw new ImageError(
        `${name} does not fit into the boot partition (${stderr.trim()})`,
        "use a stock image",
      );
    } finally {
      closeWorkFolder(work);
    }
  }
}
