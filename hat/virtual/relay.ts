// The gadget network of one virtual Zero: a TCP relay to the controller that can go silent the way a dead machine does.

import {
  type AddressInfo,
  createServer,
  connect as dial,
  type Server,
  type Socket,
} from "node:net";

export interface LinkTarget {
  readonly host: string;
  readonly port: number;
}

/** What a Zero does to its link. */
export interface Link {
  /** Nothing passes now. */
  readonly held: boolean;
  /** The Zero has booted: what is left of earlier connections is reset, as a fresh kernel answers them. */
  up(): void;
  /** The Zero is dead: no close, no reset, no data reaches the controller on what was open. */
  cut(): void;
  /** Nothing passes, in both directions, until every reason is released; then it flows on, as TCP does. */
  hold(reason: string): void;
  release(reason: string): void;
}

interface Pair {
  readonly zero: Socket;
  /** Null until the controller was dialled. */
  controller: Socket | null;
  /** The sides that have sent their end. A paused socket tells of it too, so it may have to wait here. */
  readonly ended: Set<Socket>;
}

export class Relay implements Link {
  readonly #target: LinkTarget;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  /** Controller sides of connections whose Zero died. */
  readonly #orphans = new Set<Socket>();
  readonly #holds = new Set<string>();

  constructor(target: LinkTarget) {
    this.#target = target;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (zero) => {
      this.#accept(zero);
    });
  }

  /** Resolves with the port on 127.0.0.1. */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(0, "127.0.0.1", () => {
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  get held(): boolean {
    return this.#holds.size > 0;
  }

  up(): void {
    for (const socket of this.#orphans) socket.resetAndDestroy();
    this.#orphans.clear();
  }

  cut(): void {
    for (const { zero, controller } of this.#pairs) {
      if (controller !== null) {
        controller.removeAllListeners();
        controller.on("error", () => controller.destroy());
        controller.pause();
        this.#orphans.add(controller);
      }
      zero.removeAllListeners();
      zero.on("error", () => {});
      zero.destroy();
    }
    this.#pairs.clear();
  }

  hold(reason: string): void {
    this.#holds.add(reason);
    for (const { zero, controller } of this.#pairs) {
      zero.pause();
      controller?.pause();
    }
  }

  release(reason: string): void {
    this.#holds.delete(reason);
    if (this.held) return;
    for (const pair of this.#pairs) {
      if (pair.controller === null) this.#dial(pair);
      pair.zero.resume();
      pair.controller?.resume();
      this.#propagate(pair);
    }
  }

  /** Ends everything, for good. */
  close(): void {
    this.cut();
    this.up();
    this.#server.close();
  }

  #accept(zero: Socket): void {
    const pair: Pair = { zero, controller: null, ended: new Set() };
    this.#pairs.add(pair);
    this.#forward(pair, zero, () => pair.controller);
    if (this.held) zero.pause();
    else this.#dial(pair);
  }

  #dial(pair: Pair): void {
    const controller = dial({ ...this.#target, allowHalfOpen: true, noDelay: true });
    pair.controller = controller;
    this.#forward(pair, controller, () => pair.zero);
  }

  #forward(pair: Pair, from: Socket, to: () => Socket | null): void {
    from.on("data", (chunk) => {
      const sink = to();
      if (sink === null || sink.write(chunk)) return;
      from.pause();
      sink.once("drain", () => {
        if (!this.held) from.resume();
      });
    });
    from.on("end", () => {
      pair.ended.add(from);
      this.#propagate(pair);
    });
    from.on("error", () => {});
    from.on("close", () => this.#propagate(pair));
  }

  /** An ended side ends the other, and a closed one closes it, but not while nothing passes. */
  #propagate(pair: Pair): void {
    if (this.held || !this.#pairs.has(pair)) return;
    const { zero, controller } = pair;
    if (pair.ended.has(zero)) controller?.end();
    if (controller !== null && pair.ended.has(controller)) zero.end();
    if (!zero.destroyed && !(controller?.destroyed ?? false)) return;
    this.#pairs.delete(pair);
    for (const socket of [zero, controller]) {
      if (socket === null || socket.destroyed) continue;
      // What was received before the close still goes out; the peer's own end is not waited for.
      socket.end(() => socket.destroy());
      socket.resume();
    }
  }
}
