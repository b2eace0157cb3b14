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
  /** What the core does without it, in a few words. */
  readonly removed: string;
  readonly changes: readonly Replacement[];
  /** A seed that sees it. */
  readonly seed: number;
}

function without(
  rule: string,
  removed: string,
  seed: number,
  file: string,
  find: string,
  replace: string,
): Ablation {
  return { rule, removed, seed, changes: [{ file, find, replace }] };
}

const CORE = "controller/core";

export const ABLATIONS: readonly Ablation[] = [
  // The lock is the board driver's (hat/lock.ts); the simulated board has one like it.
  without(
    "single writer: the board's lock",
    "a second controller may open the board",
    2,
    "test/sim/sim-board.ts",
    "return world.controllers.every(({ alive }) => !alive);",
    "return world.controllers.length < 2;",
  ),
  without(
    "exit cool-down after a storm",
    "a storm is over as soon as enough Zeros are heard",
    4,
    `${CORE}/storm.ts`,
    'rig.storm = { state: "cooldown", until: now + stormCooldownMs };',
    'rig.storm = { state: "normal" };',
  ),
  without(
    "storm guard",
    "several that fall silent at once are no storm",
    4,
    `${CORE}/storm.ts`,
    "if (low && silent > 1) {",
    "if (low && silent > 1_000) {",
  ),
  without(
    "healthy count and floor",
    "how many are healthy does not matter for a cut",
    16,
    `${CORE}/permit.ts`,
    'return !longStorm && belowFloor(rig, now) ? "below-floor" : null;',
    "return null;",
  ),
  without(
    "booting Zeros do not count as healthy",
    "whoever is not silent counts as healthy",
    3,
    `${CORE}/storm.ts`,
    "if (isHealthy(slot, now, livenessMs)) healthy++;",
    "if (!isSilent(slot)) healthy++;",
  ),
  {
    rule: "boot grace at restart",
    removed: "a Zero that was found on is suspected at once, and may be cut",
    seed: 2,
    changes: [
      {
        file: `${CORE}/adopt.ts`,
        find: 'slot = enter(draft, slot, "Unknown", "found-on", { until });',
        replace:
          'slot = enter(draft, slot, "Unknown", "found-on", { until: Math.min(until, draft.now) });',
      },
      {
        file: `${CORE}/permit.ts`,
        find: 'if (bootsInGrace(slot, policy, now)) return "boots";',
        replace: 'if (bootsInGrace(slot, policy, now) && now < 0) return "boots";',
      },
    ],
  },
  without(
    "entry dwell of a suspect",
    "a suspect has no time to speak up",
    3,
    `${CORE}/judge.ts`,
    "const until = draft.now + draft.rig.policy.suspectDwellMs;",
    "const until = draft.now;",
  ),
  without(
    "journal: intents outlive a crash",
    "open intents are not read at a start",
    3,
    `${CORE}/state.ts`,
    "intent: intent ? { ...intent, durable: true } : null,",
    "intent: null,",
  ),
  without(
    "journal: on disk before it is done",
    "a power effect does not wait for its intent to be written",
    12,
    `${CORE}/plan.ts`,
    "  if (!intent.durable) {\n    writeIntent(draft, slot, intent);\n    return;\n  }\n  // It may",
    "  // It may",
  ),
  without(
    "dwell from the proof of off",
    "the time off counts from the decision",
    2,
    `${CORE}/power.ts`,
    "bootPending: false,\n    offAt: draft.now,",
    "bootPending: false,\n    offAt: slot.since,",
  ),
  without(
    "pause guard of the loop",
    "that the loop stood still is not noticed",
    8,
    `${CORE}/judge.ts`,
    "    rig.resumedAt = now;",
    "",
  ),
  {
    rule: "epoch check",
    removed: "a result counts for whatever job is at hand",
    seed: 1,
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
    "any reading after the write proves the off",
    3,
    `${CORE}/observe-board.ts`,
    "else if (readsOff(slot)) concludeOff(draft, slot);\n  else if (slot.phase",
    "else if (slot.line) concludeOff(draft, slot);\n  else if (slot.phase",
  ),
  {
    rule: "stagger: one start at a time",
    removed: "starts do not wait for each other",
    seed: 2,
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
      {
        file: `${CORE}/plan.ts`,
        find: '  if (stage === "write" && startsTooSoon(draft.rig, slot, draft.now)) return;\n',
        replace: "",
      },
    ],
  },
  without(
    "quarantine",
    "failed cycles do not count",
    12,
    `${CORE}/permit.ts`,
    "return policy.quarantineCycles - Math.min(slot.strikes, recent);",
    "return policy.quarantineCycles - Math.min(0, recent);",
  ),
  without(
    "one Zero between cut and first beat",
    "the lane has room for all",
    3,
    `${CORE}/permit.ts`,
    "return slots.filter(holdsLane).length < laneWidth;",
    "return slots.length >= laneWidth;",
  ),
  without(
    "back-off",
    "the next cycle of the same Zero waits for nothing",
    8,
    `${CORE}/permit.ts`,
    "return last + Math.min(policy.backoffMaxMs, pauseMs) * jitter(slot);",
    "return last + Math.min(0, pauseMs * jitter(slot));",
  ),
  without(
    "proof that the link server answers",
    "nobody asks whether the link server answers",
    8,
    `${CORE}/evidence.ts`,
    "return isLinkServerProved(rig, now) && rig.linkServerProvedAt >= silentSince;",
    "return now > 0 || silentSince > 0;",
  ),
  {
    rule: "a decided cut is dropped when the Zero speaks",
    removed: "what was decided is cut",
    seed: 44,
    changes: [
      {
        file: `${CORE}/observe-link.ts`,
        find: "  if (!mayBeTakenBack(given)) return given;",
        replace: "  if (mayBeTakenBack(given) || given) return given;",
      },
      {
        file: `${CORE}/plan.ts`,
        find: "  return mayBeTakenBack(slot) && slot.link !== null && !isSilent(draft, slot);",
        replace: "  return mayBeTakenBack(slot) && isSilent(draft, slot) && false;",
      },
    ],
  },
  without(
    "a foreign hand on a line is adopted",
    "a line that reads off is read over",
    16,
    `${CORE}/observe-board.ts`,
    'else adoptForeign(draft, slot, "off");',
    "",
  ),
  without(
    "shares are verified before they are sent",
    "a wrong share is sent too",
    5,
    `${CORE}/observe-work.ts`,
    "  if (event.valid) {\n    blame",
    "  if (event.seat) {\n    blame",
  ),
  without(
    "no start during under-voltage",
    "starts do not look at the supply",
    10,
    `${CORE}/permit.ts`,
    'if (now < rig.underVoltageAt + SUPPLY_QUIET_MS) return "under-voltage";',
    "",
  ),
  without(
    "the ceiling before each start",
    "starts do not look at the watts",
    1,
    `${CORE}/permit.ts`,
    'return fitsCeiling(others, rig.policy.model, ceilingOf(rig)) ? null : "ceiling";',
    "return others.length >= 0 ? null : null;",
  ),
  without(
    "the kernel's answer spares a Zero whose agent died",
    "the kernel's answer gives no more time",
    6,
    `${CORE}/permit.ts`,
    'if (kernelAnswers(slot, now) && hasLeave) return "kernel-answers";',
    "",
  ),
  without(
    "what waits is remembered over a restart",
    "one that is off and was waiting for its turn is found off",
    4,
    `${CORE}/state.ts`,
    "wasWaiting: memory?.waiting ?? false,",
    "wasWaiting: false,",
  ),
  without(
    "a shed asks the Zero first",
    "a standing rule cuts at once",
    2,
    `${CORE}/power.ts`,
    "asking: cut.hard ? null : { at: null, limitMs: softLimitMs(draft, cut.why) },",
    "asking: null,",
  ),
  without(
    "a person's hold stops automation",
    "a held slot is cut like any other",
    22,
    `${CORE}/permit.ts`,
    'if (slot.hold !== null) return "hold";',
    "",
  ),
  without(
    "a card in another's slot stops its cut",
    "who is silent is cut, whoever sits there",
    8,
    `${CORE}/permit.ts`,
    'if (rig.wrongCards.includes(slot.id)) return "wrong-card";',
    "",
  ),
  without(
    "too hot is switched off",
    "a Zero at the last heat step keeps its power",
    11,
    `${CORE}/surplus.ts`,
    "const hot = rig.slots.filter((slot) => slot.heat === 3 && keepsPower(slot) && mayBegin(slot));",
    "const hot = rig.slots.filter((slot) => slot.heat > 3 && keepsPower(slot) && mayBegin(slot));",
  ),
  without(
    "above the ceiling is shed",
    "who runs is left running, whatever is allowed",
    2,
    `${CORE}/surplus.ts`,
    '    kept.length > ceiling.zeros ? "brown-out" : "ceiling",\n    now,\n  );',
    '    kept.length > ceiling.zeros ? "brown-out" : "ceiling",\n    now,\n  )?.why === "brown-out" ? choose(rig, kept.filter(mayBegin), "brown-out", now) : null;',
  ),
  without(
    "a failing supply sheds one after the other",
    "under-voltage that lasts costs no Zero",
    22,
    `${CORE}/supply.ts`,
    "if (now - changedAt < policy.brownOutShedMs) return brownOut;",
    "if (changedAt < Number.POSITIVE_INFINITY) return brownOut;",
  ),
  without(
    "a supply that failed earns its trust back step by step",
    "all are switched on again as soon as it is quiet",
    5,
    `${CORE}/supply.ts`,
    "rig.brownOut = zeros >= rig.slots.length ? null : { zeros, changedAt: now };",
    "rig.brownOut = zeros > 0 ? null : { zeros, changedAt: now };",
  ),
  without(
    "a failing supply takes nobody who had no time to dial in",
    "who starts in a brown-out sheds at once, and asks nobody",
    4,
    `${CORE}/surplus.ts`,
    'return "just-resumed";',
    "if (now < 0) return null;",
  ),
  without(
    "no cut while the hub is lost",
    "that the hub is gone does not matter for a cut",
    3,
    `${CORE}/permit.ts`,
    'if (rig.hub === "lost") return "hub-lost";',
    "",
  ),
  without(
    "no cut while nobody can read the board",
    "a cut is decided on an old reading",
    8,
    `${CORE}/permit.ts`,
    'if (!isFreshlyRead(rig, now)) return "board-unread";',
    "",
  ),
  without(
    "so many cuts of a slot in an hour",
    "a slot may be cut as often as its back-off lets it",
    4,
    `${CORE}/permit.ts`,
    'if (within(slot.cuts, now, HOUR_MS) >= policy.cutsPerSlotHour) return "slot-cut-cap";',
    "",
  ),
  without(
    "so many cuts in a rig in an hour",
    "the cuts of a rig are not counted",
    13,
    `${CORE}/permit.ts`,
    'return cutsInHour(rig, now) >= policy.cutsPerRigHour ? "rig-cut-cap" : null;',
    'return cutsInHour(rig, now) < 0 ? "rig-cut-cap" : null;',
  ),
  without(
    "so many power actions a minute",
    "the bucket is never empty",
    12,
    `${CORE}/permit.ts`,
    "return tokensAt(switches, policy.switchBurst, policy.switchesPerMinute, now) >= 1;",
    "return tokensAt(switches, policy.switchBurst, policy.switchesPerMinute, now) > -1_000;",
  ),
  without(
    "probation",
    "nobody is let out of quarantine but by a person",
    24,
    `${CORE}/judge.ts`,
    'if (due) save(draft, enter(draft, slot, "Off", "probation", { strikes: 0 }));',
    'if (due && slot.index < 0) enter(draft, slot, "Off", "probation", { strikes: 0 });',
  ),
  without(
    "quarantine lasts for its time",
    "who is in quarantine is let out at once",
    14,
    `${CORE}/judge.ts`,
    "function judgeQuarantined(draft: Draft, slot: Slot, due: boolean): void {\n  if (due)",
    'function judgeQuarantined(draft: Draft, slot: Slot, due: boolean): void {\n  if (due || slot.line === "off")',
  ),
  without(
    "quarantine is remembered over a restart",
    "a controller that starts knows of no quarantine",
    24,
    `${CORE}/state.ts`,
    "const quarantined = memory?.quarantinedForMs ?? null;",
    "const quarantined = (memory?.quarantinedForMs ?? null) && null;",
  ),
  without(
    "boots are learned",
    "a boot has the grace that is configured, however long the last ones took",
    4,
    `${CORE}/boot.ts`,
    "return Math.max(configuredMs, 1.5 * slowest);",
    "return Math.max(configuredMs, 0 * slowest);",
  ),
  without(
    "a sleeper is woken on demand",
    "who sleeps sleeps on",
    19,
    `${CORE}/demand.ts`,
    "if (now < slot.demandUntil) return null;",
    "if (now < 0) return null;",
  ),
  without(
    "who is up on demand only is off otherwise",
    "it comes on as any other",
    14,
    `${CORE}/demand.ts`,
    'return isBegun || slot.onAsked !== null ? null : "no-demand";',
    "return null;",
  ),
  without(
    "who is up on demand only sleeps when nobody asks for it",
    "it stays up as any other",
    29,
    `${CORE}/shed.ts`,
    "shed(draft, undemanded(rig, now));",
    "undemanded(rig, now);",
  ),
  without(
    "a supply that failed is remembered over a restart",
    "a controller that starts trusts the supply with all",
    5,
    `${CORE}/memory.ts`,
    "brownOut: brownOut ? { zeros: brownOut.zeros, changedAt: now - brownOut.unchangedForMs } : null,",
    "brownOut: null,",
  ),
  without(
    "the bucket is remembered over a restart",
    "a controller that starts has a full bucket",
    13,
    `${CORE}/memory.ts`,
    "return tokens === undefined || tokens > burst ? full : { tokens, at: now };",
    "return tokens === undefined || tokens <= burst ? full : { tokens, at: now };",
  ),
  without(
    "a share that is good enough only for ourselves stays here",
    "it is handed in like any other",
    16,
    `${CORE}/observe-work.ts`,
    "if (event.isLocal === true) {",
    "if (event.isLocal === true && event.share < 0) {",
  ),
  without(
    "a piece of an order that was lost is given again",
    "whoever loses it loses it for good",
    19,
    `${CORE}/work.ts`,
    "if (seatId === ORDERS_SEAT) losePiece(draft, jobId, failedBy);",
    "",
  ),
  without(
    "a nonce that a worker names is hashed once more",
    "every answer of a worker is taken for right",
    101,
    `${CORE}/observe-order.ts`,
    "if (!event.right) {",
    "if (!event.right && draft.now < 0) {",
  ),
  without(
    "what was given out and not searched is remembered over a restart",
    "a controller that starts takes it for searched",
    8,
    `${CORE}/order.ts`,
    "return { ...newOrder(memory, now + memory.leftMs), next, pieces, hashes };",
    "return { ...newOrder(memory, now + memory.leftMs), next, pieces: pieces.slice(99), hashes };",
  ),
];

/** Takes the net away that stops what the rules let through, so that the simulator's own checkers must see it. */
export const WITHOUT_GUARD: Replacement = {
  file: `${CORE}/guard.ts`,
  find: '): string | null {\n  if (effect.type === "power")',
  replace: '): string | null {\n  if (now >= 0) return null;\n  if (effect.type === "power")',
};
