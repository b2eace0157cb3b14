// The store of the simulated rig: what a controller that died left on disk, as the real one keeps it.

import type { Effect, EffectOf } from "../../controller/core/effect.ts";
import type { Remembered, RigMemory, SlotMemory } from "../../controller/core/memory.ts";
import type { OrderMemory } from "../../controller/core/order.ts";
import type { By, IntentKind } from "../../controller/core/slot.ts";
import type { SlotId } from "../../hat/slots.ts";

/** Ids of one run of the controller, as in the real store. */
const IDS_PER_RUN = 1_000_000_000;

interface StoredIntent {
  readonly id: number;
  readonly slot: SlotId;
  readonly kind: IntentKind;
  readonly by: By;
  readonly why: string;
  readonly reason: string;
}

type Totals = Record<"accepted" | "rejected" | "unknown", number>;

export class SimStore {
  #generation = 0;
  /** How often the card lost what it had said to be written. */
  losses = 0;
  #rig: RigMemory | null = null;
  readonly #slots = new Map<SlotId, SlotMemory>();
  readonly #intents = new Map<number, StoredIntent>();
  readonly #openShares = new Map<number, string>();
  readonly #totals = new Map<string, Totals>();
  readonly #orders = new Map<string, OrderMemory>();
  /** Those that the card lost. */
  readonly lostOrders = new Set<string>();
  /** Told of each end that is written, once. */
  onOrderEnd: (effect: EffectOf<"end-order">) => void = () => {};
  /** Slots of which the newest was not written, for the disk was full. */
  readonly unsaved = new Set<SlotId>();
  /** Takes the last write back: a card that said it was written, and lied. */
  #undo: () => void = () => {};
  #lastOf: SlotId | null = null;

  /** Writes what belongs on disk. */
  write(effect: Effect): void {
    switch (effect.type) {
      case "write-intent": {
        const { intent: id, slot, kind, by, why, reason } = effect;
        this.#intents.set(id, { id, slot, kind, by, why, reason });
        this.#undo = () => this.#intents.delete(id);
        this.#lastOf = slot;
        break;
      }
      case "close-intent": {
        const open = this.#intents.get(effect.intent);
        this.#intents.delete(effect.intent);
        this.#undo = () => open && this.#intents.set(open.id, open);
        this.#lastOf = open?.slot ?? null;
        break;
      }
      case "save-slot": {
        const { slot, memory } = effect;
        const before = this.#slots.get(slot);
        this.#slots.set(slot, memory);
        this.unsaved.delete(slot);
        this.#lastOf = slot;
        this.#undo = () => {
          if (before === undefined) this.#slots.delete(slot);
          else this.#slots.set(slot, before);
        };
        break;
      }
      case "save-rig":
        this.#rig = effect.memory;
        break;
      case "save-order": {
        const order = this.#orders.get(effect.order);
        if (order !== undefined) this.#orders.set(effect.order, { ...order, ...effect.progress });
        break;
      }
      case "end-order":
        if (this.#orders.delete(effect.order)) this.onOrderEnd(effect);
        break;
      case "settle-share":
        this.#settle(effect.share, effect.outcome);
        break;
      default:
        break;
    }
  }

  /** A write that failed. */
  miss(effect: Effect): void {
    const slot =
      effect.type === "save-slot"
        ? effect.slot
        : effect.type === "close-intent" && this.#intents.get(effect.intent)?.slot;
    if (slot) this.unsaved.add(slot);
  }

  /** A write that was lost with the process that waited for it. */
  lose(effect: Effect): void {
    this.losses++;
    this.miss(effect);
  }

  /** A file that is torn beyond reading is set aside, and a new one begun: nothing is known any more. */
  setAside(): void {
    this.losses++;
    this.#generation = 0;
    this.#rig = null;
    this.#slots.clear();
    this.#intents.clear();
    this.#openShares.clear();
    this.#totals.clear();
    for (const id of this.#orders.keys()) this.lostOrders.add(id);
    this.#orders.clear();
    this.unsaved.clear();
    this.#undo = () => {};
    this.#lastOf = null;
  }

  /** Whoever submitted it is told after this, and may rely on it. */
  placeOrder(order: OrderMemory): void {
    this.#orders.set(order.id, order);
  }

  writeShare(share: number, seat: string): void {
    this.#openShares.set(share, seat);
  }

  /** Whether a power action of this slot is on disk and not ended. */
  holdsIntent(slot: SlotId): boolean {
    for (const intent of this.#intents.values()) if (intent.slot === slot) return true;
    return false;
  }

  /** Whose write it was; null for nobody's. */
  loseLastWrite(): SlotId | null {
    this.losses++;
    this.#undo();
    return this.#lastOf;
  }

  recall(): Remembered {
    this.#generation++;
    for (const share of [...this.#openShares.keys()]) this.#settle(share, "unknown");
    const newest = new Map<SlotId, StoredIntent>();
    for (const intent of this.#intents.values()) newest.set(intent.slot, intent);
    return {
      rig: this.#rig,
      // What is remembered is replaced, never changed.
      slots: new Map(this.#slots),
      intents: newest,
      orders: [...this.#orders.values()],
      shares: new Map([...this.#totals].map(([seat, totals]) => [seat, { ...totals }])),
      nextId: this.#generation * IDS_PER_RUN,
    };
  }

  #settle(share: number, outcome: keyof Totals): void {
    const seat = this.#openShares.get(share);
    if (seat === undefined) return;
    this.#openShares.delete(share);
    const totals = this.#totals.get(seat) ?? { accepted: 0, rejected: 0, unknown: 0 };
    totals[outcome]++;
    this.#totals.set(seat, totals);
  }
}
