// Keeps what the end of a demo is told from: the last status, the verdicts on shares, the faults, and the events that
// say how they went.

import type { SlotId } from "../../../hat/slots.ts";
import type { RigEvent, RigStatus } from "../../core/status.ts";
import { type FaultFigures, type InjectedFault, measureFault } from "./measure.ts";
import { Verdicts } from "./verdicts.ts";

/** Events that come with every share say nothing about faults, and there is no end of them. */
const ENDLESS = /^(share|result|job|pool)\./;

export class Recorder {
  readonly verdicts = new Verdicts();
  readonly #events: RigEvent[] = [];
  readonly #faults: InjectedFault[] = [];
  readonly #refusals: string[] = [];
  #status: RigStatus | null = null;
  /** The controller's zero on the clock of `performance.now()`. */
  #startedAt: number | null = null;

  get status(): RigStatus | null {
    return this.#status;
  }

  get startedAt(): number | null {
    return this.#startedAt;
  }

  /** Now, on the controller's clock. */
  get atMs(): number {
    return this.#startedAt === null ? 0 : Math.round(performance.now() - this.#startedAt);
  }

  sawStatus(status: RigStatus): void {
    this.#startedAt ??= performance.now() - status.uptime_ms;
    this.#status = status;
  }

  sawEvent(event: RigEvent): void {
    this.verdicts.saw(event);
    if (!ENDLESS.test(event.ev)) this.#events.push(event);
  }

  /** A fault struck. */
  injected(fault: InjectedFault): void {
    this.#faults.push(fault);
  }

  /** A fault that was asked for did not strike: a sentence for people. */
  refused(sentence: string): void {
    this.#refusals.push(sentence);
  }

  get refusals(): readonly string[] {
    return this.#refusals;
  }

  figures(): readonly FaultFigures[] {
    return this.#faults.map((fault) => measureFault(fault, this.#events));
  }

  /** An event of the demo's own, in the controller's shape and on its clock. */
  own(
    ev: string,
    slot: SlotId | null,
    detail: RigEvent["detail"],
    level: RigEvent["level"] = "info",
  ): RigEvent {
    return { at: new Date().toISOString(), at_ms: this.atMs, level, ev, slot, why: null, detail };
  }
}
