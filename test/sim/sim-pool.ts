// The pool and the store of the simulated rig: sessions, jobs, verdicts, and what is written down.

import type { Effect, EffectOf } from "../../controller/core/effect.ts";
import type { Untimed, World } from "./world.ts";

const LATENCY_MS = 50;
const WRITE_MS = 5;
const DIFFICULTY = 7000;

function answer(world: World, seat: string, event: Untimed): void {
  world.after(LATENCY_MS, () => {
    if (world.poolSilent) return;
    if (world.poolRefuses) {
      world.post({ type: "pool-down", seat, code: "refused", detail: "nobody listens" });
    } else world.post(event);
  });
}

function submit(world: World, { share }: EffectOf<"submit-share">): void {
  const { seat, jobId } = share;
  world.sent.set(jobId, (world.sent.get(jobId) ?? 0) + 1);
  answer(world, seat, {
    type: "pool-verdict",
    seat,
    verdict: "accepted",
    block: false,
    reason: null,
    pingMs: LATENCY_MS,
  });
}

function secure(world: World, { share }: EffectOf<"secure-share">): void {
  const { id, seat, worker } = share;
  const valid = world.zeros.find(({ slot }) => slot === worker)?.wrong !== true;
  world.after(WRITE_MS + world.storeSlow, () =>
    world.post({ type: "share-secured", seat, share: id, valid }),
  );
}

/** Carries out what concerns shares and their pool, and leaves the rest. */
export function servePool(world: World, effect: Effect): void {
  switch (effect.type) {
    case "connect-pool":
      answer(world, effect.seat, { type: "pool-up", seat: effect.seat });
      break;
    case "request-job":
      answer(world, effect.seat, {
        type: "pool-job",
        seat: effect.seat,
        prefix: "a".repeat(40),
        target: "b".repeat(40),
        difficulty: DIFFICULTY,
        to: 100 * DIFFICULTY,
      });
      break;
    case "secure-share":
      secure(world, effect);
      break;
    case "submit-share":
      submit(world, effect);
      break;
    case "drop-pool": {
      const { seat, why } = effect;
      world.after(1, () => world.post({ type: "pool-down", seat, code: "stopped", detail: why }));
      break;
    }
    default:
      break;
  }
}
