// A simulated controller: the real decision core, its ticks, its polls of the board, its effects, and its death between any two.

import type { Effect, EffectOf } from "../../controller/core/effect.ts";
import type { Event } from "../../controller/core/event.ts";
import type { Remembered } from "../../controller/core/memory.ts";
import { initialState, type RigState } from "../../controller/core/state.ts";
import { step, wantsTick } from "../../controller/core/step.ts";
import { isSwitching } from "../../controller/core/view.ts";
import { carryOut, readBoard } from "./sim-board.ts";
import { deliver, hangUp, probe } from "./sim-link.ts";
import { servePool } from "./sim-pool.ts";
import type { Untimed, World } from "./world.ts";

/** How long a write and its read-back take on the bus. */
const POWER_MS = 20;
const POLL_MS = 1000;
const POLL_SWITCHING_MS = 200;
const PROVE_EVERY_MS = 5000;

export class SimController {
  state: RigState;
  alive = true;
  readonly startedAt: number;
  /** How many effects are still carried out before it dies; Infinity for a controller that lives on. */
  diesAfter = Number.POSITIVE_INFINITY;
  readonly #world: World;
  #tickAt = 0;

  constructor(world: World, remembered: Remembered) {
    this.#world = world;
    this.startedAt = world.now;
    this.state = initialState(world.shape, world.policy, remembered, world.now);
  }

  /** Begins to look: the board, its own link server, the first tick. */
  start(): void {
    this.#pollBoard();
    this.#proveServer();
    this.#tick();
  }

  post(event: Untimed): void {
    if (!this.alive) return;
    const { now } = this.#world;
    // An event is made for one controller and used once, so it is stamped and not copied.
    this.#take(Object.assign(event, { now }) as unknown as Event);
    if (wantsTick(event)) this.#take({ type: "tick", now });
  }

  #take(event: Event): void {
    if (!this.alive) return;
    const { state, effects, wakeAt } = step(this.state, event);
    this.state = state;
    for (const effect of effects) {
      if (this.diesAfter-- <= 0) {
        this.#world.controllerDied(this);
        return;
      }
      this.#execute(effect);
    }
    // As in the real loop: only a tick has looked at every deadline; another event may bring the next one nearer.
    if (event.type !== "tick" && wakeAt >= this.#tickAt) return;
    this.#tickAt = wakeAt;
    this.#world.at(wakeAt, this.#wake);
  }

  readonly #wake = () => this.#tick();

  #tick(): void {
    const { now } = this.#world;
    if (now >= this.#tickAt) this.#take({ type: "tick", now });
  }

  #pollBoard(): void {
    if (!this.alive) return;
    const { boardError } = this.#world;
    if (boardError === null) this.post({ type: "board-read", reading: readBoard(this.#world) });
    else this.post({ type: "board-failed", code: boardError, detail: "no answer" });
    const delayMs = isSwitching(this.state) ? POLL_SWITCHING_MS : POLL_MS;
    this.#world.after(delayMs, () => this.#pollBoard());
  }

  #proveServer(): void {
    if (!this.alive) return;
    if (this.#world.serverProved) this.post({ type: "link-server-proved" });
    this.#world.after(PROVE_EVERY_MS, () => this.#proveServer());
  }

  #execute(effect: Effect): void {
    const world = this.#world;
    world.onEffect(effect, this);
    switch (effect.type) {
      case "report":
        break;
      case "write-intent": {
        if (world.storeFails) break;
        world.store.write(effect);
        const { slot, intent } = effect;
        world.after(world.storeSlow, () => this.post({ type: "intent-durable", slot, intent }));
        break;
      }
      case "close-intent":
      case "save-slot":
      case "save-rig":
        if (!world.storeFails) world.store.write(effect);
        break;
      case "power":
        // Once written it is done, even if the controller dies before it hears of it.
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

  #searchOnHost({ worker, message }: EffectOf<"host-search">): void {
    const { id: jobId, epoch, prefix, to } = message;
    const nonce = this.#world.solutionOf(prefix, to);
    const found = { type: "result", worker, link: null, jobId, epoch, nonce } as const;
    this.#world.after(500, () => this.post({ ...found, hashes: 1_000_000, elapsedMs: 500 }));
  }
}
