// Mutants that no test can find, because the program behaves the same with them; each with the reason. They do not count.

import type { Mutant } from "./mutants.ts";

export interface Equivalent extends Pick<Mutant, "file" | "source" | "change"> {
  readonly why: string;
}

const CORE = "controller/core/";

export const EQUIVALENT: readonly Equivalent[] = [
  {
    file: `${CORE}ceiling.ts`,
    source: "return watts === Number.POSITIVE_INFINITY && zeros === Number.POSITIVE_INFINITY;",
    change: "POSITIVE_INFINITY -> NEGATIVE_INFINITY",
    why: "A shortcut: without a limit everything fits, also when it is reckoned.",
  },
  {
    file: `${CORE}watts.ts`,
    source: "if (isUnlimited(ceiling)) return true;",
    change: "isUnlimited(ceiling) -> false",
    why: "The same shortcut, where it is asked.",
  },
  {
    file: `${CORE}surplus.ts`,
    source: "if (isUnlimited(ceiling)) return null;",
    change: "isUnlimited(ceiling) -> false",
    why: "The same shortcut, where it is asked.",
  },
  {
    file: `${CORE}candidate.ts`,
    source: "if (rateHs <= 0) return policy.jobLimitMaxMs;",
    change: "<= -> <",
    why: "At rate 0 the expected time is infinite, and the limit is the maximum again.",
  },
  {
    file: `${CORE}evidence-text.ts`,
    source: `return \`\${(Math.max(0, ms) / 1000).toFixed(1)} s\`;`,
    change: "0 -> 1",
    why: "A millisecond is no tenth of a second.",
  },
  {
    file: `${CORE}heat.ts`,
    source: 'report(draft, heat > slot.heat ? "warn" : "info", "slot.heat", slot.id, null, {',
    change: "> -> >=",
    why: "Nobody goes from a step to the same one.",
  },
  {
    file: `${CORE}energy.ts`,
    source: "measuredJ: energy.measuredJ + ((meter?.watts ?? 0) * measuredMs) / 1000,",
    change: "0 -> 1",
    why: "Without a meter nothing was measured for any time.",
  },
  {
    file: `${CORE}memory.ts`,
    source: "supplyQuietMs: Number.isFinite(underVoltageAt) ? now - underVoltageAt : null,",
    change: "Number.isFinite(underVoltageAt) -> true",
    why: "JSON writes Infinity as null.",
  },
  {
    file: `${CORE}memory.ts`,
    source: "movedForMs: Number.isFinite(slot.movedAt) ? now - slot.movedAt : null,",
    change: "Number.isFinite(slot.movedAt) -> true",
    why: "JSON writes Infinity as null.",
  },
  {
    file: `${CORE}memory.ts`,
    source: "return tokens === undefined || tokens > burst ? full : { tokens, at: now };",
    change: "> -> >=",
    why: "As many as a burst are a full bucket.",
  },
  {
    file: `${CORE}observe-pool.ts`,
    source: "if (job !== null && slot.task?.jobId === job.id) releaseSlot(draft, slot, false);",
    change: "false -> true",
    why: "The seat has lost its job by then: there is nothing left to blame anybody for.",
  },
  {
    file: `${CORE}observe-pool.ts`,
    source:
      "if (job !== null && host.task?.jobId === job.id) releaseHost(draft, host, host.task, false);",
    change: "false -> true",
    why: "The seat has lost its job by then: there is nothing left to blame anybody for.",
  },
  {
    file: `${CORE}state.ts`,
    source: "const saved = memory !== undefined && intent.id < (memory.idsUpTo ?? 0);",
    change: "0 -> 1",
    why: "The first id is 1.",
  },
  {
    file: `${CORE}step.ts`,
    source: "if (draft.effects.length === 0) return draft.effects;",
    change: "draft.effects.length === 0 -> false",
    why: "A shortcut: of no effects none is held back.",
  },
  {
    file: `${CORE}wake.ts`,
    source: "if (at > now && at < next) next = at;",
    change: "< -> <=",
    why: "Sets to `at` what is `at`.",
  },
  {
    file: `${CORE}order.ts`,
    source: 'export const ORDERS_SEAT = "orders";',
    change: '"orders" -> ""',
    why: "Nobody is shown it, and no seat is called so either.",
  },
  {
    file: `${CORE}order.ts`,
    source: "retryAt: Number.NEGATIVE_INFINITY,",
    change: "NEGATIVE_INFINITY -> POSITIVE_INFINITY",
    why: "A find or an end sets it, and without one nobody looks at it.",
  },
  {
    file: `${CORE}observe-order.ts`,
    source:
      "if (slot.task !== null && given.has(slot.task.jobId)) releaseSlot(draft, slot, false);",
    change: "false -> true",
    why: "The order is over: who failed a piece of it is asked by nobody.",
  },
  {
    file: `${CORE}observe-order.ts`,
    source: "if (task !== null && given.has(task.jobId)) releaseHost(draft, host, task, false);",
    change: "false -> true",
    why: "The order is over: who failed a piece of it is asked by nobody.",
  },
  {
    file: `${CORE}dispatch-orders.ts`,
    source: "if (rig.orders.length === 0) return false;",
    change: "rig.orders.length === 0 -> false",
    why: "A shortcut, for each seat asks it all the time: no order wants anybody.",
  },
  {
    file: `${CORE}split.ts`,
    source: "return workers.map(({ worker }) => worker.rateHs || mean || 1);",
    change: "1 -> 2",
    why: "Where nobody's rate is known all get the same, whatever that is.",
  },
  {
    file: `${CORE}split.ts`,
    source: "if (slot.task?.seat === SPLIT_SEAT) releaseSlot(draft, slot, false);",
    change: "false -> true",
    why: "The parts are gone by then: there is nothing left to blame anybody for.",
  },
  {
    file: `${CORE}split.ts`,
    source: "if (host.task?.seat === SPLIT_SEAT) releaseHost(draft, host, host.task, false);",
    change: "false -> true",
    why: "The parts are gone by then: there is nothing left to blame anybody for.",
  },
  {
    file: `${CORE}goal.ts`,
    source: "if (rig.goals.length === 0) return;",
    change: "rig.goals.length === 0 -> false",
    why: "A shortcut: where no goal is, none is served.",
  },
  {
    file: `${CORE}goal.ts`,
    source: "if (rig.goals.length === 0) return;",
    change: "0 -> 1",
    why: "The same shortcut; there is never one goal alone.",
  },
  {
    file: `${CORE}dispatch.ts`,
    source: "let to = 0;",
    change: "0 -> 1",
    why: "Who has no job of a pool has none with two nonces either: what one takes is no time.",
  },
  {
    file: `${CORE}dispatch.ts`,
    source:
      "if (waiting.length > 0 && isAnyoneFree(draft)) waiting = giveOut(draft, waiting, choose);",
    change: "&& -> ||",
    why: "A shortcut, for mostly nobody is free: then nothing is given out, nor is it where nothing waits.",
  },
  {
    file: `${CORE}dispatch.ts`,
    source:
      "if (waiting.length > 0 && isAnyoneFree(draft)) waiting = giveOut(draft, waiting, choose);",
    change: "> -> >=",
    why: "The same shortcut.",
  },
  {
    file: `${CORE}dispatch.ts`,
    source:
      "if (waiting.length > 0 && isAnyoneFree(draft)) waiting = giveOut(draft, waiting, choose);",
    change: "waiting.length > 0 && isAnyoneFree(draft) -> true",
    why: "The same shortcut.",
  },
  {
    file: `${CORE}dispatch.ts`,
    source: "if (rig.orders.length > 0) dispatchOrders(draft);",
    change: "rig.orders.length > 0 -> true",
    why: "A shortcut: where no order is, none is given out.",
  },
  {
    file: `${CORE}dispatch.ts`,
    source: "if (rig.orders.length > 0) dispatchOrders(draft);",
    change: "> -> >=",
    why: "The same shortcut.",
  },
  {
    file: `${CORE}judge.ts`,
    source: "if (slot.onAsked !== null) patchSlot(draft, slot, { onAsked: null });",
    change: "slot.onAsked !== null -> true",
    why: "Sets to null what is null.",
  },
];

export function equivalentOf(mutant: Mutant): Equivalent | undefined {
  return EQUIVALENT.find(
    ({ file, source, change }) =>
      file === mutant.file && source === mutant.source && change === mutant.change,
  );
}
