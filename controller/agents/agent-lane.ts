// Brings the Zeros' agents up to date, beside the decision core: keeps what the agents say of their programs, lets one roll-out at a
// time go on, and carries out what it asks for.

import { join } from "node:path";
import type { SlotId } from "../../hat/slots.ts";
import type { AgentMessage, ControllerMessage } from "../../zero-agent/protocol/messages.ts";
import type { RigState } from "../core/state.ts";
import type { Clock } from "../shell/clock.ts";
import { messageOf } from "../shell/error.ts";
import type { Untimed } from "../shell/loop.ts";
import { AgentMemory } from "./agent-memory.ts";
import { type AgentsStatus, agentStatus, rolloutStatus } from "./agents-status.ts";
import { type Linked, seenOf } from "./fitness.ts";
import { ProgramGiver } from "./program-giver.ts";
import { type AgentProgram, ProgramStore } from "./program-store.ts";
import {
  beginRollout,
  type Limits,
  type Rollout,
  type RolloutEffect,
  type RolloutKind,
  type Said,
  type Seen,
  slotInTurn,
} from "./rollout.ts";
import { stepRollout } from "./rollout-step.ts";
import { Signer } from "./signer.ts";

const LOOK_EVERY_MS = 500;

export interface AgentLaneParts {
  readonly clock: Clock;
  readonly slots: readonly SlotId[];
  readonly limits: Limits;
  /** Its own folder. */
  readonly dir: string;
  /** The program to offer. */
  readonly program: string;
  state(): RigState;
  /** Results of a worker since the start, whatever became of them. */
  results(slot: SlotId): number;
  send(link: number, message: ControllerMessage): void;
  /** The key that this link was proved with; null where it is gone. */
  keyOf(link: number): Buffer | null;
  post(event: Untimed): void;
  note(
    level: "info" | "warn" | "error",
    ev: string,
    slot: SlotId | null,
    detail: Readonly<Record<string, string>>,
  ): void;
}

export type Begun = { readonly ok: true } | { readonly ok: false; readonly error: string };

export class AgentLane {
  readonly #parts: AgentLaneParts;
  readonly #signer: Signer;
  readonly #giver: ProgramGiver;
  readonly #programs: ProgramStore;
  readonly #memory: AgentMemory;
  readonly #linked = new Map<SlotId, Linked>();
  #rollout: Rollout | null = null;
  #cancel: (() => void) | null = null;

  constructor(parts: AgentLaneParts) {
    this.#parts = parts;
    this.#signer = new Signer(join(parts.dir, "signing.key"));
    this.#giver = new ProgramGiver(this.#signer, parts);
    this.#programs = new ProgramStore(parts.program, parts.dir);
    this.#memory = new AgentMemory(join(parts.dir, "wanted.json"));
  }

  start(): void {
    const { underWay } = this.#memory;
    if (underWay !== null) {
      const todo = "the Zero that was in turn goes back by itself; begin it again if it is wanted";
      this.#parts.note("warn", "agents.rollout-interrupted", null, { reason: underWay, todo });
      this.#try(() => this.#memory.begin(null));
    }
    this.#cancel = this.#parts.clock.after(LOOK_EVERY_MS, () => this.#look());
  }

  stop(): void {
    this.#cancel?.();
  }

  linkUp(slot: SlotId, link: number, version: string, protocol: number): void {
    const at = this.#parts.clock.now();
    this.#linked.set(slot, { link, at, version, protocol, bundle: null });
  }

  linkedOf(slot: SlotId): Linked | null {
    return this.#linked.get(slot) ?? null;
  }

  linkDown(slot: SlotId, link: number): void {
    if (this.#linked.get(slot)?.link === link) this.#linked.delete(slot);
  }

  /** What an agent says of its program. */
  told(slot: SlotId, link: number, message: AgentMessage): void {
    const linked = this.#linked.get(slot);
    if (linked?.link !== link) return;
    switch (message.type) {
      case "bundle":
        this.#linked.set(slot, { ...linked, bundle: message });
        this.#advance(null);
        return;
      case "want":
        this.#giver.give(link, message, () => this.#isSendingTo(slot, link));
        break;
      case "staged":
      case "unfit":
        break;
      default:
        return;
    }
    const inTurn = this.#rollout === null ? null : slotInTurn(this.#rollout);
    if (inTurn?.slot === slot) this.#advance(message);
  }

  #isSendingTo(slot: SlotId, link: number): boolean {
    const inTurn = this.#rollout === null ? null : slotInTurn(this.#rollout);
    const isSending = inTurn?.slot === slot && inTurn.stage === "sending";
    return isSending && this.#linked.get(slot)?.link === link;
  }

  /** Begins to give these slots another program. Throws a ControllerError where there is none to give. */
  begin(kind: RolloutKind, slots: readonly SlotId[], reason: string): Begun {
    if (this.#rollout !== null && this.#rollout.ended === null) {
      return { ok: false, error: "a roll-out is under way; `zerorig agents status` shows it" };
    }
    const program = kind === "update" ? this.#programs.offered() : null;
    if (program !== null) this.#programs.keep(program, this.#memory.wanted);
    this.#begin(kind, "operator", reason, program, slots);
    return { ok: true };
  }

  status(): AgentsStatus {
    let offered: AgentsStatus["offered"] = null;
    let sha256: string | null = null;
    let why: string | null = null;
    try {
      const program = this.#programs.offered();
      sha256 = program.sha256;
      offered = { sha256, size: program.bytes.length, file: this.#programs.file };
    } catch (error) {
      why = messageOf(error);
    }
    return {
      offered,
      why,
      signer: this.#publicKey(),
      rollout: this.#rollout && rolloutStatus(this.#rollout, this.#parts.clock.now()),
      slots: this.#parts.slots.map((slot) =>
        agentStatus(slot, this.#linked.get(slot) ?? null, this.#memory.wantedOf(slot), sha256),
      ),
    };
  }

  #publicKey(): string | null {
    try {
      return this.#signer.publicKey;
    } catch {
      return null;
    }
  }

  #begin(
    kind: RolloutKind,
    by: Rollout["by"],
    reason: string,
    program: AgentProgram | null,
    slots: readonly SlotId[],
  ): void {
    const { clock, limits, note } = this.#parts;
    const sha256 = program?.sha256 ?? null;
    this.#giver.program = program;
    this.#rollout = beginRollout({ kind, by, reason, sha256 }, slots, clock.now(), limits);
    this.#try(() => this.#memory.begin(reason || kind));
    note("info", "agents.rollout", null, {
      kind,
      by,
      reason,
      slots: slots.join(","),
      // A log hides what is as long as a key.
      program: sha256?.slice(0, 12) ?? "",
    });
    this.#advance(null);
  }

  #look(): void {
    this.#cancel = this.#parts.clock.after(LOOK_EVERY_MS, () => this.#look());
    if (this.#rollout === null || this.#rollout.ended !== null) this.#restore();
    this.#advance(null);
  }

  /** A Zero that lost with its power what it was given gets it again. */
  #restore(): void {
    for (const slot of this.#parts.slots) {
      const wanted = this.#memory.wantedOf(slot);
      const bundle = this.#linked.get(slot)?.bundle ?? null;
      if (wanted === null || bundle === null) continue;
      if (bundle.running === wanted || bundle.refuses !== null) continue;
      const seen = this.#seen(slot);
      if (seen.hindrance !== null || seen.ailment !== null) continue;
      const program = this.#programs.kept(wanted);
      if (program === null) {
        this.#parts.note("warn", "agents.program-gone", slot, {
          program: wanted.slice(0, 12),
        });
        this.#try(() => this.#memory.want(slot, null));
        continue;
      }
      this.#begin("update", "automation", "it runs another program than it was given", program, [
        slot,
      ]);
      return;
    }
  }

  #seen(slot: SlotId): Seen {
    const { state, clock, results } = this.#parts;
    return seenOf(state(), slot, clock.now(), this.#linked.get(slot) ?? null, results(slot));
  }

  #advance(said: Said | null): void {
    const { clock, limits } = this.#parts;
    let word = said;
    for (;;) {
      const rollout = this.#rollout;
      const inTurn = rollout === null ? null : slotInTurn(rollout);
      if (rollout === null || inTurn === null) return;
      const step = stepRollout(rollout, clock.now(), this.#seen(inTurn.slot), word, limits);
      this.#rollout = step.rollout;
      for (const effect of step.effects) this.#try(() => this.#perform(effect));
      if (step.rollout.ended !== null) {
        this.#try(() => this.#memory.begin(null));
        this.#giver.program = null;
      }
      // The next one may be settled at once.
      if (step.rollout.turn === rollout.turn) return;
      word = null;
    }
  }

  #perform(effect: RolloutEffect): void {
    const { post, note } = this.#parts;
    switch (effect.type) {
      case "offer":
        this.#giver.offer(effect.slot, this.#linked.get(effect.slot)?.link ?? null);
        break;
      case "switch": {
        const sha256 = this.#rollout?.sha256 ?? "";
        this.#send(effect.slot, { type: "switch", sha256, trialMs: effect.trialMs });
        break;
      }
      case "confirm":
        this.#send(effect.slot, { type: "confirm", sha256: this.#rollout?.sha256 ?? "" });
        break;
      case "revert":
        this.#send(effect.slot, { type: "revert", why: effect.why.slice(0, 256) });
        break;
      case "allow":
        post({ type: "agent-restart", slot: effect.slot, forMs: effect.forMs });
        break;
      case "keep":
        this.#memory.want(effect.slot, effect.sha256);
        break;
      case "drop":
        if (this.#memory.wantedOf(effect.slot) === effect.sha256) {
          this.#memory.want(effect.slot, null);
        }
        break;
      case "note": {
        const isBad = effect.ev === "agents.failed" || effect.ev === "agents.rollout-failed";
        const detail = effect.why === null ? {} : { reason: effect.why };
        note(isBad ? "error" : "info", effect.ev, effect.slot, detail);
      }
    }
  }

  #send(slot: SlotId, message: ControllerMessage): void {
    const linked = this.#linked.get(slot);
    if (linked !== undefined) this.#parts.send(linked.link, message);
  }

  /** A disk that is full, a key that cannot be read: the roll-out runs into its time limit, and it is said why. */
  #try(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#parts.note("error", "agents.trouble", null, { error: messageOf(error) });
    }
  }
}
