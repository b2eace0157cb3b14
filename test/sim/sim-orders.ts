// Whoever submits work to the simulated rig, and what became of it: each order that was taken ends once, with the right answer.

import type { Effect, EffectOf } from "../../controller/core/effect.ts";
import type { OrderSpec } from "../../controller/core/order.ts";
import type { Algorithm } from "../../zero-agent/kernels/kernel.ts";
import type { Blame } from "./promises.ts";
import { type Random, randomOf } from "./random.ts";
import type { World } from "./world.ts";

/** One seed in so many has anybody who submits anything. */
const SEEDS = 5;
const ALGORITHMS: readonly Algorithm[] = ["duco-s1", "sha256d", "scrypt"];
const ORDERS = 18;
const MINUTE_MS = 60_000;
/** A Zero of the simulated rig does so many hashes a second. */
const ZERO_HS = 240_000;
/** Longer than any run. */
const NO_LIMIT_MS = 1000 * MINUTE_MS;

interface Known {
  readonly spec: OrderSpec;
  readonly solution: number | null;
  readonly dueAt: number;
  cancelled: boolean;
  ended: boolean;
}

type Range = readonly [from: number, to: number];

export class SimOrders {
  readonly #world: World;
  readonly #random: Random;
  readonly #blame: Blame;
  readonly #known = new Map<string, Known>();
  readonly #byPrefix = new Map<string, Known>();
  /** What was searched in vain, by what was hashed. */
  readonly #vain = new Map<string, Range[]>();

  /** Submits now and then for so long; most seeds have nobody who does. */
  static begin(world: World, seed: number, forMs: number, blame: Blame): void {
    const random = randomOf(seed, "orders");
    if (random.chance(1 - 1 / SEEDS)) return;
    world.orders = new SimOrders(world, random, blame);
    const others = ALGORITHMS.filter((algorithm) => algorithm !== world.policy.algorithm);
    for (const zero of world.zeros) zero.alsoHas = others.filter(() => random.chance(0.4));
    const meanMs = random.between(1, 12) * MINUTE_MS;
    const submit = () => {
      if (world.faultsOver) return;
      world.orders?.submit();
      world.after(meanMs * random.between(0.1, 1.9), submit);
    };
    world.after(Math.min(forMs / 2, meanMs * random.next()), submit);
  }

  private constructor(world: World, random: Random, blame: Blame) {
    this.#world = world;
    this.#random = random;
    this.#blame = blame;
    world.store.onOrderEnd = (effect) => this.#onEnd(effect);
  }

  /** Undefined for what is no order's. */
  solutionFor(prefix: string): number | null | undefined {
    return this.#byPrefix.get(prefix)?.solution;
  }

  /** A worker says that nothing there solves it. */
  searched(prefix: string, from: number, to: number): void {
    if (!this.#byPrefix.has(prefix)) return;
    const ranges = this.#vain.get(prefix);
    if (ranges === undefined) this.#vain.set(prefix, [[from, to]]);
    else ranges.push([from, to]);
  }

  /** Sees that nothing of it is given out once it is over. */
  watch(effect: Effect): void {
    const isJob = effect.type === "send" && effect.message.type === "job";
    if (!isJob && effect.type !== "host-search") return;
    const { id: piece } = effect.message as { readonly id: string };
    // A pool's jobs are named by their seats.
    if (!piece.startsWith("o")) return;
    const id = piece.slice(0, piece.indexOf("."));
    if (this.#known.get(id)?.ended) this.#blame(ORDERS, `${id} is searched after its end`);
  }

  submit(): void {
    const { store, controller, storeFails, policy } = this.#world;
    const random = this.#random;
    const mined = random.chance(0.6);
    const algorithm = mined
      ? policy.algorithm
      : (ALGORITHMS[Math.floor(3 * random.next())] as Algorithm);
    const from = Math.floor(random.next() * 1e6);
    const length = Math.ceil(ZERO_HS * (random.chance(0.3) ? 1 : 60) * (random.next() + 0.01));
    const solution = random.chance(0.6) ? from + Math.floor(random.next() * length) : null;
    const hurries = random.chance(0.15) || !this.#isAnyoneAble(algorithm);
    const forMs = hurries ? random.between(5000, 5 * MINUTE_MS) : NO_LIMIT_MS;
    const cancelMs = random.chance(0.1) ? random.between(0, MINUTE_MS) : null;
    // Where it cannot be written down nobody is told that it was taken.
    if (!controller.alive || storeFails) return;
    const id = `o${this.#known.size + 1}`;
    const prefix = `f${id}-`.padEnd(40, "0");
    const spec = { id, algorithm, prefix, target: "b".repeat(40), from, to: from + length - 1 };
    const dueAt = this.#world.now + forMs;
    const known = { spec, solution, dueAt, cancelled: false, ended: false };
    this.#known.set(id, known);
    this.#byPrefix.set(prefix, known);
    store.placeOrder({ ...spec, next: from, open: [], hashes: 0, leftMs: forMs });
    this.#world.post({ type: "order-placed", order: spec, forMs });
    if (cancelMs === null) return;
    this.#world.after(cancelMs, () => {
      if (!this.#world.controller.alive) return;
      known.cancelled = true;
      this.#world.post({ type: "order-cancelled", order: id, reason: "no more need" });
    });
  }

  #isAnyoneAble(algorithm: Algorithm): boolean {
    const { zeros, policy, shape } = this.#world;
    if (algorithm === "duco-s1" || algorithm === policy.algorithm) return true;
    return shape.hostWorkers > 0 || zeros.some(({ alsoHas }) => alsoHas.includes(algorithm));
  }

  #onEnd({ order: id, end }: EffectOf<"end-order">): void {
    const known = this.#known.get(id);
    if (known === undefined) return;
    known.ended = true;
    const wrong = this.#wrongIn(known, end);
    if (wrong !== null) this.#blame(ORDERS, `${id} ended ${end.outcome}, ${wrong}`);
  }

  #wrongIn(known: Known, { outcome, nonce }: EffectOf<"end-order">["end"]): string | null {
    const { solution, spec, dueAt, cancelled } = known;
    switch (outcome) {
      case "found":
        return nonce === solution ? null : `its answer is ${solution}, not ${nonce}`;
      case "exhausted":
        if (solution !== null) return `its answer is ${solution}`;
        return this.#covers(spec) ? null : "and not all of it was searched";
      case "cancelled":
        return cancelled ? null : "and nobody asked for that";
      case "failed":
        return this.#world.now >= dueAt - 1 ? null : "before its time";
    }
  }

  #covers({ prefix, from, to }: OrderSpec): boolean {
    let next = from;
    for (const [first, last] of (this.#vain.get(prefix) ?? []).toSorted((a, b) => a[0] - b[0])) {
      if (first > next) return false;
      next = Math.max(next, last + 1);
    }
    return next > to;
  }

  /** Each that was taken is over by now, but for what the card lost. */
  end(): void {
    for (const [id, { ended, spec }] of this.#known) {
      if (ended || this.#world.store.lostOrders.has(id)) continue;
      this.#blame(ORDERS, `${id} of ${spec.algorithm} never ended`);
    }
  }
}
