// Gives a program to a Zero over its link: the signed offer, then one part after the other as they are asked for, and no faster.

import type { SlotId } from "../../hat/slots.ts";
import type { AgentMessage, ControllerMessage } from "../../zero-agent/protocol/messages.ts";
import { vouch } from "../../zero-agent/protocol/signing.ts";
import { CHUNK_BYTES_MAX, CHUNK_EVERY_MS } from "../../zero-agent/protocol/update-messages.ts";
import type { Clock } from "../shell/clock.ts";
import type { AgentProgram } from "./program-store.ts";
import type { Signer } from "./signer.ts";

type Want = Extract<AgentMessage, { readonly type: "want" }>;

interface GiverParts {
  readonly clock: Clock;
  send(link: number, message: ControllerMessage): void;
  /** The key that this link was proved with; null where it is gone. */
  keyOf(link: number): Buffer | null;
}

export class ProgramGiver {
  readonly #signer: Signer;
  readonly #parts: GiverParts;
  program: AgentProgram | null = null;

  constructor(signer: Signer, parts: GiverParts) {
    this.#signer = signer;
    this.#parts = parts;
  }

  /** Throws a ControllerError where there is no key to sign with. */
  offer(slot: SlotId, link: number | null): void {
    const key = link === null ? null : this.#parts.keyOf(link);
    if (this.program === null || link === null || key === null) return;
    const signer = this.#signer.publicKey;
    const program = { sha256: this.program.sha256, size: this.program.bytes.length };
    const signature = this.#signer.sign(program);
    const mac = vouch(key, slot, signer);
    this.#parts.send(link, { type: "offer", ...program, signer, signature, mac });
  }

  /** Sends a part after the pause that is due, if it is wanted still. */
  give(link: number, { sha256, offset }: Want, isWanted: () => boolean): void {
    this.#parts.clock.after(CHUNK_EVERY_MS, () => {
      if (this.program?.sha256 !== sha256 || !isWanted()) return;
      const part = this.program.bytes.subarray(offset, offset + CHUNK_BYTES_MAX);
      if (part.length === 0) return;
      this.#parts.send(link, { type: "chunk", sha256, offset, data: part.toString("base64") });
    });
  }
}
