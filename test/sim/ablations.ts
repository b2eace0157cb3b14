// The rules whose worth is measured by taking them away, one at a time: each as a replacement in one file of the core.

export interface Replacement {
  /** From the root of the repository. */
  readonly file: string;
  /** Stands in the file exactly once; a test sees to it. */
  readonly find: string;
  readonly replace: string;
}

export interface Ablation {
  readonly rule: string;
  readonly changes: readonly Replacement[];
}

function without(rule: string, file: string, find: string, replace: string): Ablation {
  return { rule, changes: [{ file, find, replace }] };
}

const CORE = "controller/core";

export const ABLATIONS: readonly Ablation[] = [
  // The lock is the board driver's (hat/lock.ts); the simulated board has one like it.
  without(
    "single writer: the board's lock",
    "test/sim/sim-board.ts",
    "return world.controllers.every(({ alive }) => !alive);",
    "return world.controllers.length < 2;",
  ),
  without(
    "exit cool-down after a storm",
    `${CORE}/storm.ts`,
    'rig.storm = { state: "cooldown", until: now + stormCooldownMs };',
    'rig.storm = { state: "normal" };',
  ),
  without(
    "storm guard",
    `${CORE}/storm.ts`,
    "if (low && silent > 1) {",
    "if (low && silent > 1_000) {",
  ),
  without(
    "healthy count and floor",
    `${CORE}/permit.ts`,
    'return !longStorm && belowFloor(rig, now) ? "below-floor" : null;',
    "return null;",
  ),
  without(
    "booting Zeros do not count as healthy",
    `${CORE}/storm.ts`,
    "if (isHealthy(slot, now, livenessMs)) healthy++;",
    "if (!isSilent(slot)) healthy++;",
  ),
  without(
    "boot grace at restart",
    `${CORE}/observe-board.ts`,
    'slot = enter(draft, slot, "Unknown", "found-on", { until });',
    'slot = enter(draft, slot, "Unknown", "found-on", { until: Math.min(until, draft.now) });',
  ),
  without(
    "entry dwell of a suspect",
    `${CORE}/judge.ts`,
    "const until = draft.now + draft.rig.policy.suspectDwellMs;",
    "const until = draft.now;",
  ),
  without(
    "journal: intents outlive a crash",
    `${CORE}/state.ts`,
    "intent: intent ? { ...intent, durable: true } : null,",
    "intent: null,",
  ),
  without(
    "journal: on disk before it is done",
    `${CORE}/plan.ts`,
    "  if (!intent.durable) {\n    writeIntent(draft, slot, intent);\n    return;\n  }\n  // It may",
    "  // It may",
  ),
  without(
    "dwell from the proof of off",
    `${CORE}/power.ts`,
    "bootPending: false,\n    offAt: draft.now,",
    "bootPending: false,\n    offAt: slot.since,",
  ),
  without("pause guard of the loop", `${CORE}/judge.ts`, "    rig.resumedAt = now;", ""),
  {
    rule: "epoch check",
    changes: [
      {
        file: `${CORE}/observe-work.ts`,
        find: "if (event.epoch !== slot.epoch || task?.jobId !== event.jobId) {",
        replace: "if (task === null) {",
      },
      {
        file: `${CORE}/observe-work.ts`,
        find: 'if (seat?.state !== "working" || job?.id !== finding.jobId) return;',
        replace: 'if (seat?.state !== "working" || !job) return;',
      },
    ],
  },
  without(
    "read-back: an off counts only when it is read",
    `${CORE}/observe-board.ts`,
    "else if (readsOff(slot)) concludeOff(draft, slot);\n  else if (slot.phase",
    "else if (slot.line) concludeOff(draft, slot);\n  else if (slot.phase",
  ),
  {
    rule: "stagger: one start at a time",
    changes: [
      {
        file: `${CORE}/permit.ts`,
        find: 'if (rig.slots.some((other) => other.phase === "PoweringOn")) return "another-starts";',
        replace: "",
      },
      {
        file: `${CORE}/permit.ts`,
        find: 'if (now < rig.lastOnAt + policy.staggerMs) return "stagger";',
        replace: "",
      },
    ],
  },
  without(
    "quarantine",
    `${CORE}/permit.ts`,
    "return policy.quarantineCycles - Math.min(slot.strikes, recent);",
    "return policy.quarantineCycles - Math.min(0, recent);",
  ),
  without(
    "one Zero between cut and first beat",
    `${CORE}/permit.ts`,
    "return slots.filter(holdsLane).length < laneWidth;",
    "return slots.length >= laneWidth;",
  ),
  without(
    "back-off",
    `${CORE}/permit.ts`,
    "return last + Math.min(policy.backoffMaxMs, pauseMs);",
    "return last + Math.min(0, pauseMs);",
  ),
  without(
    "proof that the link server answers",
    `${CORE}/evidence.ts`,
    "return now - linkServerProvedAt < LINK_SERVER_PROOF_MS;",
    "return now - linkServerProvedAt < Number.POSITIVE_INFINITY;",
  ),
  without(
    "a decided cut is dropped when the Zero speaks",
    `${CORE}/observe-link.ts`,
    "  if (!mayBeTakenBack(given)) return given;",
    "  if (mayBeTakenBack(given) || given) return given;",
  ),
  without(
    "a foreign hand on a line is adopted",
    `${CORE}/observe-board.ts`,
    'adoptForeign(draft, slot, "off");\n    return;',
    "",
  ),
  without(
    "shares are verified before they are sent",
    `${CORE}/observe-work.ts`,
    "  if (event.valid) {\n    blame",
    "  if (event.seat) {\n    blame",
  ),
  without(
    "no start during under-voltage",
    `${CORE}/permit.ts`,
    'if (now < rig.underVoltageAt + SUPPLY_QUIET_MS) return "under-voltage";',
    "",
  ),
  without(
    "the ceiling before each start",
    `${CORE}/permit.ts`,
    'return fitsCeiling(others, rig.policy.model, ceilingOf(rig)) ? null : "ceiling";',
    "return others.length >= 0 ? null : null;",
  ),
  without(
    "the kernel's answer spares a Zero whose agent died",
    `${CORE}/permit.ts`,
    'if (kernelAnswers(slot, now) && silentMs < policy.agentGraceMs) return "kernel-answers";',
    "",
  ),
  without(
    "what waits is remembered over a restart",
    `${CORE}/state.ts`,
    "wasWaiting: memory?.waiting ?? false,",
    "wasWaiting: false,",
  ),
  without(
    "a shed asks the Zero first",
    `${CORE}/power.ts`,
    "asking: cut.hard ? null : { at: null, limitMs: softLimitMs(draft, cut.why) },",
    "asking: null,",
  ),
  without(
    "a person's hold stops automation",
    `${CORE}/permit.ts`,
    'if (slot.hold !== null) return "hold";',
    "",
  ),
];

/** Takes the net away that stops what the rules let through, so that the simulator's own checkers must see it. */
export const WITHOUT_GUARD: Replacement = {
  file: `${CORE}/guard.ts`,
  find: '): string | null {\n  if (effect.type === "power")',
  replace: '): string | null {\n  if (now >= 0) return null;\n  if (effect.type === "power")',
};
