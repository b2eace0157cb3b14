// The pool and the verification of shares in the simulated rig: sessions, jobs, verdicts, and what was really sent.

import type { Effect, EffectOf } from "../../controller/core/effect.ts";
import type { Event } from "../../controller/core/event.ts";
import type { SimController } from "./sim-controller.ts";
import type { World } from "./world.ts";

const WRITE_MS = 5;
const TARGET = "b".repeat(40);

function answer(world: World, by: SimController, seat: string, event: Event): void {
  const latencyMs = world.poolLatencyMs;
  world.after(latencyMs, () => {
    if (world.poolSilent || !by.alive) return;
    if (world.poolRefuses) {
      by.post({
        type: "pool-down",
        now: world.now,
        seat,
        code: "refused",
        detail: "nobody listens",
      });
    } else by.post(event);
  });
}

function submit(world: World, by: SimController, effect: EffectOf<"submit-share">): void {
  const { share } = effect;
  const { seat, jobId, prefix, nonce } = share;
  if (world.stratum?.takes(by, effect) === false) {
    const reason = "stale: not sent";
    const verdict = { type: "pool-verdict", verdict: "rejected", block: false, reason } as const;
    by.post({ ...verdict, now: world.now, seat, pingMs: 0 });
    return;
  }
  const before = world.sent.size;
  if (world.sent.add(jobId).size === before) world.sentAgain.push(jobId);
  const right = nonce === world.solutionOf(prefix, world.jobTo);
  const verdict = right && !world.poolUnjust ? "accepted" : "rejected";
  world.onSubmit(share, right);
  const pingMs = world.poolLatencyMs;
  answer(world, by, seat, {
    type: "pool-verdict",
    now: world.now,
    seat,
    verdict,
    block: false,
    reason: null,
    pingMs,
  });
}

function secure(world: World, by: SimController, { share }: EffectOf<"secure-share">): void {
  const { id, seat, prefix, nonce } = share;
  const valid = nonce === world.solutionOf(prefix, world.jobTo);
  if (world.storeFails) {
    // As the real executor does: what cannot be written is never sent, and the session starts over.
    world.after(1, () =>
      by.post({ type: "pool-down", now: world.now, seat, code: "stopped", detail: "disk" }),
    );
    return;
  }
  const isLocal = valid && world.stratum?.isLocal(nonce) === true;
  if (valid && !isLocal) world.store.writeShare(id, seat);
  const more = isLocal ? { isLocal } : {};
  world.after(WRITE_MS + world.storeSlow, () =>
    by.post({ type: "share-secured", now: world.now, seat, share: id, valid, ...more }),
  );
}

/** Carries out what concerns shares and their pool, and leaves the rest. */
export function servePool(world: World, by: SimController, effect: Effect): void {
  switch (effect.type) {
    case "connect-pool":
      world.stratum?.connected(by, effect.seat);
      answer(world, by, effect.seat, { type: "pool-up", now: world.now, seat: effect.seat });
      break;
    case "request-job":
      answer(world, by, effect.seat, {
        type: "pool-job",
        now: world.now,
        seat: effect.seat,
        prefix: world.nextPrefix(),
        target: TARGET,
        difficulty: Math.round(world.jobTo / 100),
        to: world.jobTo,
        ...world.stratum?.piece(by, effect.seat),
      });
      break;
    case "secure-share":
      secure(world, by, effect);
      break;
    case "submit-share":
      submit(world, by, effect);
      break;
    case "settle-share":
      if (!world.storeFails) world.store.write(effect);
      break;
    case "drop-pool": {
      const { seat, why } = effect;
      world.after(1, () =>
        by.post({ type: "pool-down", now: world.now, seat, code: "stopped", detail: why }),
      );
      break;
    }
    default:
      break;
  }
}
