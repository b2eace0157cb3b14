// Where requests get a Zero, or wait for one that is woken for them, up to a limit of time and of their number.

import type { SlotId } from "../../hat/slots.ts";
import type { RigState } from "../core/state.ts";
import type { Clock } from "../shell/clock.ts";
import { bootLeftMs } from "./boot-left.ts";
import { type Choice, choose } from "./choice.ts";
import type { Ports } from "./ports.ts";
import { readinessOf } from "./readiness.ts";
import type { Route, Upstream } from "./route.ts";
import type { Usage } from "./usage.ts";

export type RefusalCode = "waking" | "unavailable" | "busy" | "stopping";

export interface Refusal {
  readonly ok: false;
  readonly code: RefusalCode;
  readonly why: string;
  /** When it is worth to ask again. */
  readonly retryMs: number;
}

export interface Lease {
  readonly ok: true;
  readonly slot: SlotId;
  readonly upstream: Upstream;
  /** Whether no Zero was up when it came. */
  readonly waited: boolean;
  /** The request is over; may be called more than once. */
  readonly end: () => void;
}

export interface LobbyParts {
  readonly clock: Clock;
  readonly rig: () => RigState;
  readonly usage: Usage;
  readonly ports: Ports;
  readonly waitMs: number;
  readonly maxWaiting: number;
}

interface Asker {
  readonly route: Route;
  readonly since: number;
  /** The Zero that just failed it, which gets it only where there is no other. */
  readonly avoid: SlotId | null;
}

interface Waiter extends Asker {
  readonly settle: (answer: Lease | Refusal) => void;
}

/** How often those who wait look again. */
const LOOK_MS = 150;
const BUSY_RETRY_MS = 5000;
/** A ceiling, a pause, a person: nobody knows when that ends. */
const BLOCKED_RETRY_MS = 30_000;
const RETRY_MIN_MS = 1000;

export class Lobby {
  readonly #parts: LobbyParts;
  readonly #waiting = new Set<Waiter>();
  #looking = false;
  #closed = false;
  #cancel: (() => void) | null = null;

  constructor(parts: LobbyParts) {
    this.#parts = parts;
  }

  waiting(route?: Route): number {
    if (route === undefined) return this.#waiting.size;
    return [...this.#waiting].filter((waiter) => waiter.route === route).length;
  }

  /** Whom the route has, or would wake; for people. */
  choice(route: Route, avoid: SlotId | null = null): Choice {
    const { rig, ports, usage, clock } = this.#parts;
    const [state, now] = [rig(), clock.now()];
    const all = route.slots.map((id) => {
      const slot = state.slots.find((each) => each.id === id);
      const upstream = route.upstreams.get(id);
      const isOpen = slot !== undefined && upstream !== undefined && ports.isOpen(slot, upstream);
      return readinessOf(state, id, isOpen, now);
    });
    const others = all.filter(({ slot }) => slot !== avoid);
    const isServed = others.some(({ readiness }) => readiness === "serves");
    return choose(isServed ? others : all, (slot) => usage.active(slot));
  }

  /** A Zero for a request, at once or when one is up. `gone` is given what to call when whoever asked is gone. */
  async take(
    route: Route,
    gone: (leave: () => void) => void,
    avoid: SlotId | null = null,
  ): Promise<Lease | Refusal> {
    const asker: Asker = { route, since: this.#parts.clock.now(), avoid };
    await this.#look(route);
    const answer = this.#answer(asker, false);
    if (answer !== null) return answer;
    if (this.#waiting.size >= this.#parts.maxWaiting) {
      const why = "too many requests wait already";
      return { ok: false, code: "busy", why, retryMs: BUSY_RETRY_MS };
    }
    return await new Promise((resolve) => {
      const waiter = { ...asker, settle: resolve };
      this.#waiting.add(waiter);
      gone(() => {
        if (this.#waiting.delete(waiter)) resolve(stopping("whoever asked is gone"));
      });
      this.#schedule();
    });
  }

  /** All who wait are turned away, and nobody is let in any more. */
  close(): void {
    this.#closed = true;
    this.#cancel?.();
    for (const { settle } of this.#waiting) settle(stopping("the controller is stopping"));
    this.#waiting.clear();
  }

  /** Null for one who is to wait. */
  #answer({ route, since, avoid }: Asker, waited: boolean): Lease | Refusal | null {
    if (this.#closed) return stopping("the controller is stopping");
    const { usage, clock, waitMs } = this.#parts;
    const choice = this.choice(route, avoid);
    if (choice.kind === "none") {
      // Where a ceiling, say, gives room later, it comes for whoever asks again then.
      return { ok: false, code: "unavailable", why: choice.why, retryMs: BLOCKED_RETRY_MS };
    }
    if (choice.kind === "wait") {
      const { wake, why } = choice;
      if (wake !== null) usage.wish(wake, route.name);
      if (clock.now() - since < waitMs) return null;
      return { ok: false, code: "waking", why, retryMs: this.#retryMs(wake) };
    }
    const { slot } = choice;
    const upstream = route.upstreams.get(slot) as Upstream;
    return { ok: true, slot, upstream, waited, end: usage.begin(slot, route.name) };
  }

  #retryMs(wake: SlotId | null): number {
    const slot = this.#parts.rig().slots.find(({ id }) => id === wake);
    const leftMs = slot === undefined ? BUSY_RETRY_MS : bootLeftMs(slot, this.#parts.clock.now());
    return Math.max(RETRY_MIN_MS, leftMs);
  }

  #schedule(): void {
    if (this.#cancel !== null || this.#looking || this.#waiting.size === 0 || this.#closed) return;
    this.#cancel = this.#parts.clock.after(LOOK_MS, () => {
      this.#cancel = null;
      void this.#turn();
    });
  }

  async #turn(): Promise<void> {
    this.#looking = true;
    const routes = new Set([...this.#waiting].map(({ route }) => route));
    await Promise.all([...routes].map((route) => this.#look(route)));
    this.#looking = false;
    for (const waiter of this.#waiting) {
      const answer = this.#answer(waiter, true);
      if (answer === null) continue;
      this.#waiting.delete(waiter);
      waiter.settle(answer);
    }
    this.#schedule();
  }

  /** Asks the ports of those that may have a service now. */
  async #look(route: Route): Promise<void> {
    const { ports, rig } = this.#parts;
    const looks = rig().slots.map((slot) => {
      const upstream = route.upstreams.get(slot.id);
      if (upstream === undefined || !MAY_SERVE.has(slot.phase)) return undefined;
      return ports.look(slot, upstream);
    });
    await Promise.all(looks);
  }
}

const MAY_SERVE: ReadonlySet<string> = new Set(["Ready", "Degraded", "Booting"]);

function stopping(why: string): Refusal {
  return { ok: false, code: "stopping", why, retryMs: BUSY_RETRY_MS };
}
