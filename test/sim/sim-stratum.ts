// The Stratum side of a simulated rig: work in pieces, some of which hold nothing and some only a share of our own; new work that
// voids the old; and which pool each seat's session is with, so that no share can go astray unseen.

import type { Effect, EffectOf } from "../../controller/core/effect.ts";
import type { EventOf } from "../../controller/core/event.ts";
import { type Random, randomOf } from "./random.ts";
import type { SimController } from "./sim-controller.ts";
import type { World } from "./world.ts";

/** New work voids the old about this often. */
const CLEAN_MS: readonly [number, number] = [20_000, 120_000];
/** So much of the range in which a solution lies is given out: a third is searched in vain. */
const PIECE = 0.7;
/** One solution in so many is not good enough for the pool. */
const LOCAL = 4;

interface Session {
  readonly node: string | null;
  readonly session: number;
}

interface Work extends Session {
  /** Its place among all that was made, sessions too. */
  readonly number: number;
}

export class SimStratum {
  /** What went to a pool that it was not for, or should have gone to none. */
  readonly astray: string[] = [];
  readonly #world: World;
  readonly #random: Random;
  /** The node and the number of each seat's session, by controller. */
  readonly #sessions = new Map<SimController, Map<string, Session>>();
  readonly #work = new Map<string, Work>();
  #count = 0;
  /** What was made until then is void. */
  #voidTo = 0;

  constructor(world: World, seed: number) {
    this.#world = world;
    this.#random = randomOf(seed, "stratum");
    this.#clean();
  }

  connected(by: SimController, seat: string): void {
    const sessions = this.#sessions.get(by) ?? new Map();
    this.#sessions.set(
      by,
      // One that has just started may connect before it is told where to.
      sessions.set(seat, { node: by.toldNode, session: ++this.#count }),
    );
  }

  /** What a job of it has beside a Duino-Coin one's. */
  piece(
    by: SimController,
    seat: string,
  ): Pick<EventOf<"pool-job">, "algorithm" | "poolTarget" | "ref" | "to"> {
    const number = ++this.#count;
    const ref = `r${number}`;
    const { node = null, session = 0 } = this.#sessions.get(by)?.get(seat) ?? {};
    this.#work.set(ref, { node, session, number });
    const to = Math.round(PIECE * this.#world.jobTo);
    return { algorithm: "sha256d", poolTarget: "c".repeat(64), ref, to };
  }

  isLocal(solution: number): boolean {
    return solution % LOCAL === 0;
  }

  /** Whether the session hands the share in. One of work that is void it keeps to itself. */
  takes(by: SimController, { share }: EffectOf<"submit-share">): boolean {
    const { seat, ref, prefix, node } = share;
    const work = this.#work.get(ref);
    const session = this.#sessions.get(by)?.get(seat);
    const place = `share of ${share.jobId}`;
    if (work === undefined) this.astray.push(`${place}: of no work`);
    else if (work.session !== session?.session) this.astray.push(`${place}: to another session`);
    else if (work.node !== node) this.astray.push(`${place}: of ${work.node}, taken for ${node}'s`);
    if (this.isLocal(this.#world.solutionOf(prefix, this.#world.jobTo))) {
      this.astray.push(`${place}: not good enough for the pool`);
    }
    return work !== undefined && work.number > this.#voidTo;
  }

  /** Work for a Zero is of the session that its seat has now. */
  watch(effect: Effect, by: SimController): void {
    if (effect.type !== "send" || effect.message.type !== "job") return;
    const { id } = effect.message;
    const seat = by.state.seats.find(({ job }) => job?.id === id);
    if (seat === undefined) return;
    const work = this.#work.get(seat.job?.ref ?? "");
    const session = this.#sessions.get(by)?.get(seat.id);
    if (work?.session !== session?.session)
      this.astray.push(`work ${id}: of a session that is over`);
  }

  #clean(): void {
    const world = this.#world;
    world.after(this.#random.between(...CLEAN_MS), () => {
      if (!world.poolSilent) {
        this.#voidTo = this.#count;
        for (const controller of world.controllers) {
          if (!controller.alive) continue;
          for (const seat of this.#sessions.get(controller)?.keys() ?? []) {
            controller.post({ type: "pool-void", now: world.now, seat });
          }
        }
      }
      this.#clean();
    });
  }
}
