// A simulated controller: a core, its ticks, its polls of the board, its effects, its stalls, and its death between any two effects.

import type { Mutable } from "../../controller/core/copy.ts";
import type { Effect, EffectOf } from "../../controller/core/effect.ts";
import type { Event } from "../../controller/core/event.ts";
import type { Remembered } from "../../controller/core/memory.ts";
import type { RigState } from "../../controller/core/state.ts";
import { stepTwice } from "./purity.ts";
import { carryOut, readBoard } from "./sim-board.ts";
import { deliver, hangUp, hashedOf, probe } from "./sim-link.ts";
import { servePool } from "./sim-pool.ts";
import type { World } from "./world.ts";

/** How long a write and its read-back take on the bus. */
const POWER_MS = 20;
const POLL_MS = 1000;
const POLL_SWITCHING_MS = 200;
const PROVE_EVERY_MS = 5000;
/** A core of the controller's own; an assumption, some four Zeros. */
const HOST_HS = 1_000_000;

export class SimController {
  state: RigState;
  alive = true;
  readonly startedAt: number;
  /** Until when its process stands still, and when it last came back from that. */
  stalledUntil = Number.NEGATIVE_INFINITY;
  stalledMs = 0;
  /** The pool's node that it was told of last, and connects to; "" before anyone told it. */
  toldNode: string | null = "";
  /** How many effects are still carried out before it dies; Infinity for a controller that lives on. */
  diesAfter = Number.POSITIVE_INFINITY;
  readonly #world: World;
  #tickAt = 0;
  #steps = 0;
  /** What waits for a slow disk, in its order. */
  readonly #unwritten: Effect[] = [];
  /** What the sockets and the other threads hold for it while it stands still. */
  #inbox: Event[] = [];

  constructor(world: World, remembered: Remembered) {
    this.#world = world;
    this.startedAt = world.now;
    this.state = world.core.initialState(world.shape, world.policy, remembered, world.now);
  }

  get stalled(): boolean {
    return this.#world.now < this.stalledUntil;
  }

  /** Begins to look: the board, its own link server, the first tick. */
  start(): void {
    this.#pollBoard();
    this.#proveServer();
    this.#tick();
  }

  /** Takes in what arrives now, whenever it was sent: an event is made for one controller and used once, so it is stamped and not copied. */
  post(event: Event): void {
    if (!this.alive) return;
    if (this.#world.now < this.stalledUntil) this.#inbox.push(event);
    else {
      this.#stamp(event);
      this.#tick();
    }
  }

  /** Stands still for so long; what comes meanwhile is read after it, all of it before anyone is judged. */
  stall(ms: number): void {
    const world = this.#world;
    if (!this.alive || this.stalled) return;
    this.stalledUntil = world.now + ms;
    this.stalledMs = ms;
    world.at(this.stalledUntil, () => this.#resume());
  }

  #resume(): void {
    const { core } = this.#world;
    if (core.timersFirst) this.#takeTick();
    const batch = this.#inbox;
    this.#inbox = [];
    for (const event of batch) this.#stamp(event);
    this.#takeTick();
  }

  #stamp(event: Event): void {
    const { now } = this.#world;
    if (event.type === "pool-node") this.toldNode = event.node;
    // Most are made just now.
    if (event.now !== now) (event as Mutable<Event>).now = now;
    // As in the real loop: only a tick has looked at every deadline; another event may ask for the next one now.
    const wakeAt = this.#take(event);
    this.#tickAt = Math.min(this.#tickAt, wakeAt);
  }

  #takeTick(): void {
    const { now } = this.#world;
    const wakeAt = this.#take({ type: "tick", now });
    this.#tickAt = wakeAt;
    this.#world.at(wakeAt, this.#tick);
  }

  /** Returns when the core wants its next tick. */
  #take(event: Event): number {
    if (!this.alive) return Number.POSITIVE_INFINITY;
    const world = this.#world;
    const { state, effects, wakeAt } =
      ++this.#steps % world.verifyEvery === 0
        ? stepTwice(world.core, this.state, event)
        : world.core.step(this.state, event);
    this.state = state;
    for (const effect of effects) {
      if (this.diesAfter-- <= 0) {
        world.controllerDied(this);
        return Number.POSITIVE_INFINITY;
      }
      this.#execute(effect);
    }
    return wakeAt;
  }

  readonly #tick = () => {
    const { now } = this.#world;
    if (now >= this.#tickAt && now >= this.stalledUntil) this.#takeTick();
  };

  readonly #pollBoard = () => {
    if (!this.alive) return;
    const world = this.#world;
    if (this.stalled) {
      world.at(this.stalledUntil, this.#pollBoard);
      return;
    }
    const { boardError, now } = world;
    if (boardError === null) this.post({ type: "board-read", now, reading: readBoard(world) });
    else this.post({ type: "board-failed", now, code: boardError, detail: "no answer" });
    world.after(world.core.isSwitching(this.state) ? POLL_SWITCHING_MS : POLL_MS, this.#pollBoard);
  };

  readonly #proveServer = () => {
    if (!this.alive) return;
    const world = this.#world;
    if (this.stalled) {
      world.at(this.stalledUntil, this.#proveServer);
      return;
    }
    if (world.serverProved) {
      world.provedAt = world.now;
      this.post({ type: "link-server-proved", now: world.now });
    }
    world.after(PROVE_EVERY_MS, this.#proveServer);
  };

  #execute(effect: Effect): void {
    const world = this.#world;
    world.onEffect(effect, this);
    switch (effect.type) {
      case "report":
        break;
      case "write-intent": {
        if (world.storeFails) break;
        const { slot, intent } = effect;
        this.#write(effect, () =>
          this.post({ type: "intent-durable", now: world.now, slot, intent }),
        );
        break;
      }
      case "close-intent":
      case "save-slot":
      case "save-rig":
        if (world.storeFails) world.store.miss(effect);
        else this.#write(effect, () => {});
        break;
      case "save-order":
        if (!world.storeFails) this.#write(effect, () => {});
        break;
      case "end-order":
        if (world.storeFails) break;
        this.#write(effect, () => {
          this.post({ type: "order-ended", now: world.now, order: effect.order });
        });
        break;
      case "check-find": {
        const { order, nonce } = effect;
        const right = world.solutionFor(order.prefix) === nonce;
        world.after(0, () =>
          this.post({ type: "find-checked", now: world.now, order: order.id, nonce, right }),
        );
        break;
      }
      case "power":
        world.onPower(effect, world.zero(effect.slot), this);
        // Once written it is done, even if the controller dies before it hears of it.
        world.busBusyUntil = world.now + POWER_MS;
        world.after(POWER_MS, () => carryOut(world, this, effect));
        break;
      case "send":
        deliver(world, effect);
        break;
      case "close-link":
        hangUp(world, effect.link);
        break;
      case "probe":
        probe(world, this, effect.slot);
        break;
      case "host-search":
        this.#searchOnHost(effect);
        break;
      default:
        servePool(world, this, effect);
    }
  }

  /** A slow disk writes late, one after the other, and what it has not written is lost with the process. */
  #write(effect: Effect, done: () => void): void {
    const world = this.#world;
    if (world.storeSlow <= 0 && world.landsAt <= world.now) {
      world.store.write(effect);
      // Answered at once, and yet not in the same step.
      if (effect.type === "write-intent" || effect.type === "end-order") world.after(0, done);
      return;
    }
    world.landsAt = Math.max(world.landsAt, world.now + world.storeSlow);
    this.#unwritten.push(effect);
    world.at(world.landsAt, () => {
      if (!this.alive) return;
      this.#unwritten.shift();
      world.store.write(effect);
      done();
    });
  }

  /** It is dead: what it had not written yet nobody will write. */
  loseUnwritten(): void {
    for (const effect of this.#unwritten) this.#world.store.lose(effect);
    this.#unwritten.length = 0;
  }

  #searchOnHost({ worker, message }: EffectOf<"host-search">): void {
    const { id: jobId, epoch, from, to } = message;
    const solution = this.#world.solutionFor(hashedOf(message));
    const nonce = solution !== null && solution >= from && solution <= to ? solution : null;
    const hashes = (nonce ?? to + 1) - from;
    const elapsedMs = (hashes / HOST_HS) * 1000;
    this.#world.after(elapsedMs, () => {
      if (nonce === null) this.#world.orders?.searched(hashedOf(message), from, to);
      this.post({
        type: "result",
        now: this.#world.now,
        worker,
        link: null,
        jobId,
        epoch,
        nonce,
        hashes,
        elapsedMs,
      });
    });
  }
}
