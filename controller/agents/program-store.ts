// The programs that Zeros are given: the one that came with this controller, and copies of those that were rolled out, for a Zero
// whose memory ends with its power gets its own again.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { BUNDLE_BYTES_MAX } from "../../zero-agent/protocol/update-messages.ts";
import { ControllerError, messageOf } from "../shell/error.ts";
import { writeFileWhole } from "./whole-file.ts";

export interface AgentProgram {
  readonly sha256: string;
  readonly bytes: Buffer;
}

const COPY = /^([0-9a-f]{64})\.cjs$/;

function programOf(bytes: Buffer): AgentProgram {
  return { sha256: createHash("sha256").update(bytes).digest("hex"), bytes };
}

export class ProgramStore {
  /** The program to offer. */
  readonly file: string;
  readonly #dir: string;

  constructor(file: string, dir: string) {
    this.file = file;
    this.#dir = dir;
  }

  /** What would be offered now. Throws a ControllerError (`agent-program`). */
  offered(): AgentProgram {
    try {
      const program = programOf(readFileSync(this.file));
      if (program.bytes.length > 0 && program.bytes.length <= BUNDLE_BYTES_MAX) return program;
    } catch (error) {
      throw unfit(this.file, messageOf(error));
    }
    throw unfit(this.file, `a program has 1 to ${BUNDLE_BYTES_MAX} bytes`);
  }

  /** Keeps a copy, and no others but those that are named. */
  keep(program: AgentProgram, others: ReadonlySet<string>): void {
    writeFileWhole(this.#path(program.sha256), program.bytes);
    for (const name of readdirSync(this.#dir)) {
      const sha256 = COPY.exec(name)?.[1];
      const isNeeded = sha256 === undefined || sha256 === program.sha256 || others.has(sha256);
      if (!isNeeded) rmSync(join(this.#dir, name));
    }
  }

  /** The copy of one that was kept; null where it is not there, or not what it was. */
  kept(sha256: string): AgentProgram | null {
    try {
      const program = programOf(readFileSync(this.#path(sha256)));
      return program.sha256 === sha256 ? program : null;
    } catch {
      return null;
    }
  }

  #path(sha256: string): string {
    return join(this.#dir, `${sha256}.cjs`);
  }
}

function unfit(file: string, why: string): ControllerError {
  const todo = "name the agent's program in [agents] program, or install zerorig whole again";
  return new ControllerError("agent-program", `cannot offer ${file}: ${why}`, todo);
}
