// The verdicts on shares that were seen to arrive, one event each, to compare the controller's counters with.

import type { RigEvent, RigStatus } from "../../core/status.ts";

interface Count {
  accepted: number;
  rejected: number;
}

/** Whose workers' shares: a slot's, or those of the controller's own machine. */
const HOST = "host";

export class Verdicts {
  /** Empty until the first status: what was counted before we looked. */
  readonly #counts = new Map<string, Count>();
  #arrived = 0;

  /** How many were seen. */
  get arrived(): number {
    return this.#arrived;
  }

  /** Begins with the first status of the watch, which comes before its first event; later ones change nothing. */
  begin(status: RigStatus): void {
    if (this.#counts.size > 0) return;
    for (const [name, { accepted, rejected }] of booksOf(status)) {
      this.#counts.set(name, { accepted, rejected });
    }
  }

  saw({ ev, slot }: RigEvent): void {
    const count = this.#counts.get(slot ?? HOST);
    if (count === undefined) return;
    if (ev === "share.accepted") count.accepted += 1;
    else if (ev === "share.rejected") count.rejected += 1;
    else return;
    this.#arrived += 1;
  }

  /** Where a status counts otherwise than was seen, a sentence each. */
  complaints(status: RigStatus): string[] {
    return booksOf(status).flatMap(([name, { accepted, rejected }]) => {
      const seen = this.#counts.get(name) ?? { accepted: 0, rejected: 0 };
      if (seen.accepted === accepted && seen.rejected === rejected) return [];
      return [
        `${name}: the controller counts ${accepted} accepted and ${rejected} rejected, but ${seen.accepted} and ${seen.rejected} were seen`,
      ];
    });
  }
}

function booksOf({ slots, host }: RigStatus): readonly (readonly [string, Readonly<Count>])[] {
  return [...slots.map((slot) => [slot.slot, slot] as const), [HOST, host]];
}
