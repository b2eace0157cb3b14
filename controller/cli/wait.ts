// `--wait`: whether slots have reached what was asked for them, judged from the controller's own statuses and events.

import type { RigEvent, RigStatus, SlotStatus } from "../core/status.ts";

export type WaitVerb = "on" | "off" | "cycle" | "drain" | "release" | "wake";

export type Progress = "pending" | "reached" | "failed" | "late";

/** The states of a Zero that is up; the last three are shown for one that is held. */
const UP: ReadonlySet<string> = new Set([
  "Ready",
  "Degraded",
  "Cordoned",
  "Draining",
  "Maintenance",
]);

/** Follows slots from the moment that something was asked of them. */
export class Waiting {
  readonly #verb: WaitVerb;
  readonly #slots: ReadonlySet<string>;
  readonly #boots = new Map<string, number>();
  readonly #progress = new Map<string, Progress>();
  #askedAt: number | null = null;

  constructor(verb: WaitVerb, slots: readonly string[]) {
    this.#verb = verb;
    this.#slots = new Set(slots);
  }

  /** The answer to the request: what comes is compared with it. What was said before it counts for nothing. */
  asked(answer: RigStatus): void {
    this.#askedAt = answer.uptime_ms;
    for (const { slot, boots } of answer.slots) this.#boots.set(slot, boots);
  }

  sawStatus(status: RigStatus): void {
    if (this.#askedAt === null || status.uptime_ms < this.#askedAt) return;
    const elapsedMs = status.uptime_ms - this.#askedAt;
    for (const slot of status.slots) {
      if (!this.#slots.has(slot.slot) || this.#progress.get(slot.slot) === "late") continue;
      this.#progress.set(slot.slot, this.#judge(slot, elapsedMs));
    }
  }

  sawEvent({ ev, slot }: RigEvent): void {
    if (this.#verb !== "drain" || ev !== "slot.drain-timeout" || slot === null) return;
    if (this.#slots.has(slot)) this.#progress.set(slot, "late");
  }

  progressOf(slot: string): Progress {
    return this.#progress.get(slot) ?? "pending";
  }

  isAwaited(slot: string): boolean {
    return this.#slots.has(slot);
  }

  get isOver(): boolean {
    return [...this.#slots].every((slot) => this.progressOf(slot) !== "pending");
  }

  #judge(slot: SlotStatus, elapsedMs: number): Progress {
    if (this.#verb === "drain") {
      if (slot.hold?.kind === "cordon") return "reached";
      return slot.hold?.kind === "drain" ? "pending" : "failed";
    }
    // A fault from before is looked at again first.
    const isNew = slot.for_ms <= elapsedMs;
    if (slot.state === "Fault" && isNew) return "failed";
    if (this.#verb === "off") {
      return slot.state === "Off" || slot.state === "Quarantined" ? "reached" : "pending";
    }
    if (slot.state === "Quarantined" && isNew) return "failed";
    const booted = this.#verb !== "cycle" || slot.boots > (this.#boots.get(slot.slot) ?? 0);
    return UP.has(slot.state) && booted ? "reached" : "pending";
  }
}
