// `on`, `off` and `cycle` through a running controller: it is asked once, then followed until its slots are as asked.

import type { SlotId } from "../slots.ts";
import {
  ControllerClient,
  type ControllerNews,
  type ControllerSlot,
  type ControllerStatus,
} from "./controller-client.ts";
import { ControllerError } from "./controller-error.ts";

export interface ControllerSwitch {
  readonly socketPath: string;
  readonly verb: "on" | "off" | "cycle";
  readonly slots: readonly SlotId[];
  /** For off and cycle: cut without asking the Zero to shut down first. */
  readonly hard: boolean;
  /** For the controller's log. */
  readonly reason: string;
  /** From the request until all are as asked. */
  readonly limitMs: number;
  /** Ends the wait, not what was asked for. */
  readonly signal?: AbortSignal;
  /** Called once for each slot, when it is as asked or failed. */
  readonly onSlot?: (outcome: ControllerOutcome) => void;
  /** Called when a slot waits for something, and when for something else: `Off, on, waits for ceiling`. */
  readonly onWait?: (slot: SlotId, text: string) => void;
}

export interface ControllerOutcome {
  readonly slot: SlotId;
  /** `skipped`: it was so already. `failed`: it ended in a fault. `pending`: not done when the limit was over, or the wait. */
  readonly outcome: "done" | "skipped" | "failed" | "pending";
  readonly state: string;
  readonly message: string;
}

/** Its line is on, proved. Held slots show their hold in place of Ready. */
const ON: ReadonlySet<string> = new Set([
  "Booting",
  "Ready",
  "Degraded",
  "Cordoned",
  "Draining",
  "Maintenance",
]);
/** Its line is off, proved. */
const OFF: ReadonlySet<string> = new Set(["Off", "Quarantined"]);

/**
 * Asks, and resolves with one outcome for each slot, in their order. Rejects with a ControllerError: `absent`, `permission`,
 * `silent` (also if it stops meanwhile), `no-slot`, `refused`.
 */
export async function switchByController(
  options: ControllerSwitch,
): Promise<readonly ControllerOutcome[]> {
  const { socketPath, verb, slots, reason, hard, limitMs, signal } = options;
  const following = new Following(options);
  const client = await ControllerClient.connect(socketPath, (news) => following.saw(news));
  let timer: NodeJS.Timeout | undefined;
  try {
    await client.ask({ verb: "watch" });
    const request =
      verb === "on" ? { verb, slots, reason } : ({ verb, slots, reason, hard } as const);
    await client.ask(request, undefined, (answer) => following.asked(answer));
    const limit = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), limitMs);
      // While it was asked, too: whoever listens from now on would not hear of that.
      if (signal?.aborted === true) resolve(null);
      signal?.addEventListener("abort", () => resolve(null));
    });
    const gone = await Promise.race([following.over, limit, client.ended]);
    if (gone instanceof ControllerError) throw gone;
    return following.outcomes();
  } finally {
    clearTimeout(timer);
    client.close();
  }
}

/** What became of each slot since it was asked. */
class Following {
  readonly over: Promise<null>;
  readonly #options: ControllerSwitch;
  readonly #outcomes = new Map<SlotId, ControllerOutcome>();
  /** The slots that went off since they were asked: half of a cycle. */
  readonly #wentOff = new Set<SlotId>();
  /** What was told last of those that wait. */
  readonly #waits = new Map<SlotId, string>();
  #answer: ControllerStatus | null = null;
  #last: ControllerStatus | null = null;
  #settle: (value: null) => void = () => {};

  constructor(options: ControllerSwitch) {
    this.#options = options;
    this.over = new Promise((settle) => {
      this.#settle = settle;
    });
  }

  asked(answer: ControllerStatus): void {
    this.#answer = answer;
    this.#look(answer, true);
  }

  saw(news: ControllerNews): void {
    if (this.#answer === null) return;
    if ("status" in news) {
      this.#look(news.status, false);
      return;
    }
    const { ev, slot, detail } = news.event;
    if (ev === "slot.state" && slot !== null && detail["to"] === "Off") this.#wentOff.add(slot);
  }

  outcomes(): readonly ControllerOutcome[] {
    return this.#options.slots.map(
      (slot) =>
        this.#outcomes.get(slot) ?? {
          slot,
          outcome: "pending",
          state: this.#stateOf(slot)?.state ?? "Unknown",
          message: this.#pendingText(slot),
        },
    );
  }

  #stateOf(slot: SlotId): ControllerSlot | undefined {
    return (this.#last ?? this.#answer)?.slots.find((shown) => shown.slot === slot);
  }

  #pendingText(slot: SlotId): string {
    const shown = this.#stateOf(slot);
    const next = shown?.next == null ? "" : `, ${shown.next}`;
    const { limitMs, signal } = this.#options;
    const when = signal?.aborted === true ? "when interrupted" : `after ${limitMs} ms`;
    return `not done ${when}: ${shown?.state} (${shown?.why})${next}; the controller goes on with it, \`zerorig why ${slot}\` says more`;
  }

  #look(status: ControllerStatus, isAnswer: boolean): void {
    this.#last = status;
    const askedAt = this.#answer?.uptime_ms ?? 0;
    for (const shown of status.slots) {
      if (!this.#options.slots.includes(shown.slot) || this.#outcomes.has(shown.slot)) continue;
      const outcome = this.#judge(shown, status.uptime_ms - askedAt, isAnswer);
      if (outcome === null) {
        this.#tellWait(shown);
        continue;
      }
      this.#outcomes.set(shown.slot, outcome);
      this.#options.onSlot?.(outcome);
    }
    if (this.#options.slots.every((slot) => this.#outcomes.has(slot))) this.#settle(null);
  }

  #tellWait({ slot, state, next }: ControllerSlot): void {
    const [, hindrance] = /waits for (.+)$/.exec(next ?? "") ?? [];
    if (hindrance === undefined || this.#waits.get(slot) === hindrance) return;
    this.#waits.set(slot, hindrance);
    this.#options.onWait?.(slot, `${state}, ${next}`);
  }

  /** Null while it is not over. What was so in the answer already had not to be done. */
  #judge(shown: ControllerSlot, elapsedMs: number, isAnswer: boolean): ControllerOutcome | null {
    const { slot, state } = shown;
    const { verb } = this.#options;
    const end = (outcome: "done" | "skipped" | "failed", message: string) =>
      ({ slot, outcome, state, message }) as const;
    if (verb === "cycle") {
      if (this.#wentOff.has(slot) && ON.has(state)) {
        return end("done", "off, then on again, by the controller");
      }
    } else if ((verb === "on" ? ON : OFF).has(state)) {
      return isAnswer
        ? end("skipped", `is ${verb} already (${state})`)
        : end("done", `${verb}, by the controller`);
    }
    // An older fault is looked at again first.
    const isNew = !isAnswer && shown.for_ms <= elapsedMs;
    if (isNew && (state === "Fault" || (state === "Quarantined" && verb !== "off"))) {
      return end("failed", `${state} (${shown.why}): \`zerorig why ${slot}\` says more`);
    }
    return null;
  }
}
