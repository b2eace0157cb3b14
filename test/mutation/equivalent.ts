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
];

export function equivalentOf(mutant: Mutant): Equivalent | undefined {
  return EQUIVALENT.find(
    ({ file, source, change }) =>
      file === mutant.file && source === mutant.source && change === mutant.change,
  );
}
