// The one door of the decision core: a state and an event in, a state and effects out. Synchronous, total, pure.

import { onDemand } from "./demand.ts";
import { dispatch, expireWork } from "./dispatch.ts";
import { type Draft, draftOf, emit, report, save, saveRig } from "./draft.ts";
import type { Effect } from "./effect.ts";
import type { Event, EventOf } from "./event.ts";
import { onLinkServerProved, onProbed, probeSilent } from "./evidence.ts";
import { violation } from "./guard.ts";
import { judge } from "./judge.ts";
import { accountEnergy, onMetered } from "./meter.ts";
import {
  onBoardFailed,
  onBoardRead,
  onIntentDurable,
  onPowerDone,
  onPowerFailed,
} from "./observe-board.ts";
import { onAgentRestart, onBeat, onHeard, onLinkDown, onLinkUp } from "./observe-link.ts";
import {
  expireOrders,
  onFindChecked,
  onOrderCancelled,
  onOrderEnded,
  onOrderPlaced,
  saveOrders,
} from "./observe-order.ts";
import { onPolicy } from "./observe-policy.ts";
import {
  onPoolDown,
  onPoolJob,
  onPoolNode,
  onPoolUp,
  onPoolVerdict,
  onPoolVoid,
} from "./observe-pool.ts";
import { expireExternal, onExternalCeiling, onSchedule } from "./observe-power.ts";
import { onNack, onResult, onShareSecured } from "./observe-work.ts";
import { onEndOverride, onOperator, onOverride, onPause, onResume } from "./operator.ts";
import { plan } from "./plan.ts";
import type { RigState } from "./state.ts";
import { judgeStorm } from "./storm.ts";
import { recoverFromBrownOut } from "./supply.ts";
import { wakeAt } from "./wake.ts";
import { onWrongCards } from "./wrong-cards.ts";

export interface Step {
  readonly state: RigState;
  readonly effects: readonly Effect[];
  /**
   * When the next tick is due, if nothing happens before: at once after an event that changed what a tick decides, Infinity
   * after one that did not, for then the one that the last tick asked for will do: it comes within a second.
   */
  readonly wakeAt: number;
}

/** What changes without a power action (hashes, epochs, ages) is written down this often, for the card's sake no oftener. */
const SAVE_EVERY_MS = 60_000;

function saveAll(draft: Draft): void {
  draft.rig.savedAt = draft.now;
  saveRig(draft);
  for (const slot of draft.rig.slots) save(draft, slot);
  saveOrders(draft);
}

function tick(draft: Draft): void {
  accountEnergy(draft);
  expireExternal(draft);
  recoverFromBrownOut(draft);
  judge(draft);
  probeSilent(draft);
  judgeStorm(draft);
  expireWork(draft);
  expireOrders(draft);
  plan(draft);
  if (draft.now - draft.rig.savedAt >= SAVE_EVERY_MS) saveAll(draft);
}

type Observer = (draft: Draft, event: Event) => void;
type Observers = { readonly [T in Event["type"]]: (draft: Draft, event: EventOf<T>) => void };

const OBSERVERS: Observers = {
  tick,
  "board-read": onBoardRead,
  "board-failed": onBoardFailed,
  "wrong-cards": onWrongCards,
  "intent-durable": onIntentDurable,
  "power-done": onPowerDone,
  "power-failed": onPowerFailed,
  "link-up": onLinkUp,
  "link-down": onLinkDown,
  "link-server-proved": onLinkServerProved,
  "agent-restart": onAgentRestart,
  heard: (draft, event) => {
    onHeard(draft, event.slot, event.link);
  },
  beat: onBeat,
  result: onResult,
  nack: onNack,
  "pool-node": onPoolNode,
  "pool-up": onPoolUp,
  "pool-down": onPoolDown,
  "pool-job": onPoolJob,
  "pool-void": onPoolVoid,
  "pool-verdict": onPoolVerdict,
  "share-secured": onShareSecured,
  "order-placed": onOrderPlaced,
  "order-cancelled": onOrderCancelled,
  "find-checked": onFindChecked,
  "order-ended": onOrderEnded,
  probed: onProbed,
  schedule: onSchedule,
  "external-ceiling": onExternalCeiling,
  metered: onMetered,
  demand: onDemand,
  operator: onOperator,
  pause: onPause,
  resume: onResume,
  override: onOverride,
  "end-override": onEndOverride,
  policy: onPolicy,
  quiesce: (draft) => {
    draft.rig.quiescing = true;
    saveAll(draft);
  },
};

/**
 * What comes all the time, and mostly changes nothing that a tick decides at once. What does says so in the draft; the rest waits
 * for the next tick, a second at most.
 */
function isRoutine(type: Event["type"]): boolean {
  switch (type) {
    case "heard":
    case "beat":
    case "board-read":
    case "link-server-proved":
      return true;
    default:
      return isOfWork(type);
  }
}

/** After these a worker may be free or a seat may have work. Whatever else may change that, the tick after it sees. */
function isOfWork(type: Event["type"]): boolean {
  switch (type) {
    case "result":
    case "pool-node":
    case "pool-up":
    case "pool-job":
    case "pool-void":
    case "pool-verdict":
    case "share-secured":
    case "order-placed":
    case "find-checked":
      return true;
    default:
      return false;
  }
}

/** V8 finds a name in a map three times as fast as in an object of so many. */
const OBSERVER_OF = new Map(Object.entries(OBSERVERS) as [Event["type"], Observer][]);

/** Lets out what breaks no invariant. */
function checked(draft: Draft): readonly Effect[] {
  const { rig, effects, now } = draft;
  return effects.every((effect) => violation(rig, effect, now) === null) ? effects : halted(draft);
}

/** Lets out the rest, and stops automation. */
function halted(draft: Draft): readonly Effect[] {
  const asked = draft.effects.splice(0);
  for (const effect of asked) {
    const broken = violation(draft.rig, effect, draft.now);
    if (broken === null) emit(draft, effect);
    else {
      draft.rig.halted = broken;
      report(draft, "error", "invariant.broken", null, broken, {
        effect: JSON.stringify(effect),
        todo: "automation is stopped; please report this, then `zerorig resume`",
      });
    }
  }
  // Whoever starts the controller anew has looked at nothing yet.
  saveRig(draft);
  return draft.effects;
}

function nextTick({ rig, stirred, now }: Draft, type: Event["type"]): number {
  if (type === "tick") return wakeAt(rig, now);
  return stirred || !isRoutine(type) ? now : Number.POSITIVE_INFINITY;
}

export function step(state: RigState, event: Event): Step {
  const { type, now } = event;
  const draft = draftOf(state, now);
  const observe = OBSERVER_OF.get(type) as Observer;
  observe(draft, event);
  if (type === "tick" || isOfWork(type)) dispatch(draft);
  const effects = checked(draft);
  return { state: draft.rig, effects, wakeAt: nextTick(draft, type) };
}
