// Who of the Zeros is in use: counted, and told to the core as demand, which is renewed as long as the use lasts.

import type { SlotId } from "../../hat/slots.ts";
import type { EventOf } from "../core/event.ts";
import type { Clock } from "../shell/clock.ts";

export interface UsageParts {
  readonly clock: Clock;
  /** How long a Zero stays wanted after its last use; asked anew each time, for it may be changed. */
  readonly idleMs: () => number;
  readonly post: (demand: Omit<EventOf<"demand">, "now">) => void;
}

interface Use {
  active: number;
  /** Until when it is wanted, and until when the core knows so. */
  until: number;
  told: number;
  by: string;
}

/** Each demand is written to the card: in a use that lasts, so many in each idle time. */
const RENEWALS = 10;
const RENEW_MIN_MS = 100;
const RENEW_MAX_MS = 15_000;
/** Whoever waits comes again if it still wants it: a Zero that could not be woken for so long is not wanted any more. */
const WISH_MS = 60_000;

export class Usage {
  readonly #parts: UsageParts;
  readonly #uses = new Map<SlotId, Use>();
  #cancel: (() => void) | null = null;

  constructor(parts: UsageParts) {
    this.#parts = parts;
  }

  active(slot: SlotId): number {
    return this.#uses.get(slot)?.active ?? 0;
  }

  /** A request or a WebSocket begins; what is returned ends it, however often it is called. */
  begin(slot: SlotId, by: string): () => void {
    const use = this.#useOf(slot);
    use.active++;
    this.#want(slot, use, by, this.#parts.idleMs());
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      use.active--;
      this.#want(slot, use, by, this.#parts.idleMs());
    };
  }

  /** Somebody waits for it. */
  wish(slot: SlotId, by: string): void {
    this.#want(slot, this.#useOf(slot), by, Math.min(WISH_MS, this.#parts.idleMs()));
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #useOf(slot: SlotId): Use {
    const known = this.#uses.get(slot);
    if (known !== undefined) return known;
    const use = { active: 0, until: 0, told: Number.NEGATIVE_INFINITY, by: "" };
    this.#uses.set(slot, use);
    return use;
  }

  #want(slot: SlotId, use: Use, by: string, forMs: number): void {
    const now = this.#parts.clock.now();
    use.by = by;
    use.until = Math.max(use.until, now + forMs);
    // The core must not learn of it when it has let go of the Zero already.
    if (use.told - now < 2 * this.#everyMs()) this.#tell(slot, use, now);
    this.#schedule();
  }

  #tell(slot: SlotId, use: Use, now: number): void {
    use.told = use.until;
    this.#parts.post({
      type: "demand",
      slots: [slot],
      forMs: Math.ceil(use.until - now),
      by: use.by,
    });
  }

  #everyMs(): number {
    const everyMs = this.#parts.idleMs() / RENEWALS;
    return Math.min(RENEW_MAX_MS, Math.max(RENEW_MIN_MS, everyMs));
  }

  #schedule(): void {
    if (this.#cancel !== null) return;
    const open = [...this.#uses.values()].some(
      ({ active, until, told }) => active > 0 || until > told,
    );
    if (!open) return;
    this.#cancel = this.#parts.clock.after(this.#everyMs(), () => {
      this.#cancel = null;
      const now = this.#parts.clock.now();
      for (const [slot, use] of this.#uses) {
        if (use.active > 0) use.until = now + this.#parts.idleMs();
        if (use.until > use.told) this.#tell(slot, use, now);
      }
      this.#schedule();
    });
  }
}
