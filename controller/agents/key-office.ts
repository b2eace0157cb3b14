// Link keys made, exchanged and taken back while the controller runs. Every change is told, and none is shown but to whoever asked.

import { randomBytes } from "node:crypto";
import type { SlotId } from "../../hat/slots.ts";
import { CLOSE } from "../../zero-agent/protocol/closes.ts";
import {
  type AgentMessage,
  type ControllerMessage,
  REKEY_PROTOCOL,
} from "../../zero-agent/protocol/messages.ts";
import { isKeyProved, sealKey } from "../../zero-agent/protocol/rekeying.ts";
import type { RigState } from "../core/state.ts";
import type { Clock } from "../shell/clock.ts";
import type { Untimed } from "../shell/loop.ts";
import { CODE_LIFE_MS, EnrolDesk } from "./enrol-desk.ts";
import type { Linked } from "./fitness.ts";
import type { KeyRing } from "./key-ring.ts";
import type { Enrolment, KeysStatus } from "./keys-status.ts";

const KEY_BYTES = 32;
const REFUSED_MAX = 32;
const REVOKED = "link key revoked";

type Detail = Readonly<Record<string, string>>;
type Rekeyed = Extract<AgentMessage, { readonly type: "rekeyed" }>;

export interface KeyOfficeParts {
  readonly clock: Clock;
  readonly slots: readonly SlotId[];
  readonly ring: KeyRing;
  linkedOf(slot: SlotId): Linked | null;
  state(): RigState;
  send(link: number, message: ControllerMessage): void;
  keyOf(link: number): Buffer | null;
  close(link: number, code: number, why: string): void;
  post(event: Untimed): void;
  note(level: "info" | "warn", ev: string, slot: SlotId, detail: Detail): void;
}

/** What is not done, and why. */
export class KeyRefusal extends Error {}

export class KeyOffice {
  readonly #parts: KeyOfficeParts;
  readonly desk: EnrolDesk;
  readonly #refused = new Map<string, { peer: string; slot: string; times: number; at: number }>();
  readonly #failed = new Map<SlotId, string>();

  constructor(parts: KeyOfficeParts) {
    this.#parts = parts;
    this.desk = new EnrolDesk({
      clock: parts.clock,
      enrolled: (slot, key, peer) => this.#enrolled(slot, key, { peer }),
      note: (ev, slot, detail) => parts.note("warn", ev, slot, detail),
    });
  }

  /** A code to type on the Zero, or a key for its image. Throws a KeyRefusal where the slot has a key that is not to be replaced. */
  enroll(slot: SlotId, how: "code" | "key", replaces: boolean, reason: string): Enrolment {
    const { ring, note } = this.#parts;
    if (!replaces && ring.keysOf(slot).length > 0) {
      throw new KeyRefusal(
        `${slot} is enrolled; \`zerorig rotate ${slot}\` gives it another key, --replace takes this one away`,
      );
    }
    if (how === "code") {
      note("info", "key.code-made", slot, { reason });
      return { slot, code: this.desk.open(slot), for_ms: CODE_LIFE_MS, key: null };
    }
    const key = randomBytes(KEY_BYTES);
    this.#enrolled(slot, key, { reason });
    return { slot, code: null, for_ms: null, key: key.toString("hex") };
  }

  revoke(slot: SlotId, reason: string): void {
    const { ring, post, note } = this.#parts;
    ring.revoke(slot);
    this.desk.close(slot);
    this.#drop(slot, "its key was revoked");
    const why = reason === "" ? REVOKED : `${REVOKED}: ${reason}`;
    // It cannot be heard any more, and that is no reason to switch its power.
    post({ type: "operator", verb: "maintenance", slots: [slot], reason: why, hard: false });
    note("warn", "key.revoked", slot, { reason });
  }

  /** Throws a KeyRefusal where the Zero cannot be given another key. */
  rotate(slot: SlotId, reason: string): void {
    const { ring, linkedOf, send, keyOf, note } = this.#parts;
    const linked = linkedOf(slot);
    const key = linked === null ? null : keyOf(linked.link);
    if (linked === null || key === null) throw new KeyRefusal(`${slot} is not linked`);
    if (linked.protocol < REKEY_PROTOCOL) {
      throw new KeyRefusal(
        `the agent of ${slot} is too old for it: \`zerorig agents update ${slot}\``,
      );
    }
    if (linked.bundle?.persists !== true) {
      throw new KeyRefusal(
        `${slot} would forget another key with its power, for its system lies in memory: make it a new image with \`zerorig enroll ${slot} --replace --image FILE\``,
      );
    }
    // One that is under way already: the Zero may have written it down.
    const other = ring.pending(slot) ?? randomBytes(KEY_BYTES);
    ring.offer(slot, other);
    this.#failed.delete(slot);
    note("info", "key.rotating", slot, { reason });
    send(linked.link, { type: "rekey", sealed: sealKey(key, slot, other) });
  }

  told(slot: SlotId, { mac, why }: Rekeyed): void {
    const { ring, note } = this.#parts;
    const other = ring.pending(slot);
    if (other === null) return;
    if (mac !== null && isKeyProved(other, slot, mac)) this.#rotated(slot, other);
    else {
      this.#failed.set(slot, why || "its proof is wrong");
      note("warn", "key.rotate-failed", slot, { reason: why });
    }
  }

  /** A link was proved with this key. */
  proved(slot: SlotId, key: Buffer | null): void {
    const other = this.#parts.ring.pending(slot);
    if (key !== null && other?.equals(key) === true) this.#rotated(slot, other);
  }

  /** Somebody dialled in as this slot and had no right key. */
  turnedAway(peer: string, slot: string): void {
    const id = `${peer} ${slot}`;
    const times = (this.#refused.get(id)?.times ?? 0) + 1;
    this.#refused.delete(id);
    this.#refused.set(id, { peer, slot, times, at: this.#parts.clock.now() });
    const [oldest] = this.#refused.keys();
    if (this.#refused.size > REFUSED_MAX && oldest !== undefined) this.#refused.delete(oldest);
  }

  status(): KeysStatus {
    const { slots, ring, linkedOf, clock } = this.#parts;
    return {
      slots: slots.map((slot) => ({
        slot,
        enrolled: ring.keysOf(slot).length > 0,
        rotating: ring.pending(slot) !== null,
        failed: this.#failed.get(slot) ?? null,
        linked: linkedOf(slot) !== null,
      })),
      refused: [...this.#refused.values()].map(({ peer, slot, times, at }) => {
        return { peer, slot, times, age_ms: Math.round(clock.now() - at) };
      }),
    };
  }

  #rotated(slot: SlotId, key: Buffer): void {
    this.#parts.ring.set(slot, key);
    this.#parts.note("info", "key.rotated", slot, {});
  }

  #enrolled(slot: SlotId, key: Buffer, detail: Detail): void {
    const { ring, state, post, note } = this.#parts;
    ring.set(slot, key);
    this.#drop(slot, "it was enrolled anew");
    for (const [id, refused] of this.#refused) if (refused.slot === slot) this.#refused.delete(id);
    note("info", "key.enrolled", slot, detail);
    const hold = state().slots.find(({ id }) => id === slot)?.hold;
    if (hold?.reason.startsWith(REVOKED) === true) {
      post({ type: "operator", verb: "uncordon", slots: [slot], reason: "enrolled", hard: false });
    }
  }

  #drop(slot: SlotId, why: string): void {
    const linked = this.#parts.linkedOf(slot);
    if (linked !== null) this.#parts.close(linked.link, CLOSE.badKey, why);
  }
}
