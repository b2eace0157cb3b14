// Whether services accept connections: asked by a TCP connection that is closed at once, and remembered for a moment.

import { connect } from "node:net";
import type { Slot } from "../core/slot.ts";
import type { Clock } from "../shell/clock.ts";
import type { Upstream } from "./route.ts";

/** A service on a USB cable answers in milliseconds; a Zero that boots may drop packets. */
const LIMIT_MS = 1000;
/** So long an open port is believed to be open; one that was shut is asked again each time. */
const OPEN_FOR_MS = 10_000;

/** Whether a TCP connection comes about within so long. Never rejects. */
export type Knock = (upstream: Upstream, limitMs: number) => Promise<boolean>;

export const tcpKnock: Knock = ({ host, port }, limitMs) =>
  new Promise((resolve) => {
    const socket = connect({ host: host.replace(/^\[|\]$/g, ""), port });
    const end = (open: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(open);
    };
    const timer = setTimeout(() => end(false), limitMs);
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });

/** One that was switched off and on since is another. */
type Boot = Pick<Slot, "id" | "onAt">;

export class Ports {
  readonly #clock: Clock;
  readonly #knock: Knock;
  readonly #openSince = new Map<string, { readonly onAt: number; readonly at: number }>();
  readonly #asked = new Map<string, Promise<void>>();

  constructor(clock: Clock, knock: Knock = tcpKnock) {
    this.#clock = clock;
    this.#knock = knock;
  }

  isOpen({ onAt }: Boot, upstream: Upstream): boolean {
    const known = this.#openSince.get(keyOf(upstream));
    return known?.onAt === onAt && this.#clock.now() - known.at < OPEN_FOR_MS;
  }

  /** Asks, unless it is known to be open; at most once at a time. */
  look(slot: Boot, upstream: Upstream): Promise<void> {
    if (this.isOpen(slot, upstream)) return Promise.resolve();
    const key = keyOf(upstream);
    const asked = this.#asked.get(key) ?? this.#ask(key, slot, upstream);
    this.#asked.set(key, asked);
    return asked;
  }

  /** It was found shut. */
  shut(upstream: Upstream): void {
    this.#openSince.delete(keyOf(upstream));
  }

  async #ask(key: string, { onAt }: Boot, upstream: Upstream): Promise<void> {
    const open = await this.#knock(upstream, LIMIT_MS);
    this.#asked.delete(key);
    if (open) this.#openSince.set(key, { onAt, at: this.#clock.now() });
    else this.#openSince.delete(key);
  }
}

function keyOf({ host, port }: Upstream): string {
  return `${host}:${port}`;
}
