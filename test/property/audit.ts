// What no step may break, whatever it is told: seen from outside, by its effects and the states that it leaves behind.

import type { Effect, EffectOf } from "../../controller/core/effect.ts";
import type { Event } from "../../controller/core/event.ts";
import { SELF_TEST_SEAT } from "../../controller/core/self-test.ts";
import { holdsLane, isFurtherTry } from "../../controller/core/slot.ts";
import type { RigState } from "../../controller/core/state.ts";
import type { Step } from "../../controller/core/step.ts";

/** Phases that a slot may stay in: wanted so, or waiting for a permission that `why` names. */
const MAY_STAY: readonly string[] = ["Off", "Ready", "Degraded", "Remediating power-cycle"];

/** A tick is followed by the next within a second; other events may want one at once, or leave it as it was. */
function isInTime({ type, now }: Event, wakeAt: number): boolean {
  if (type === "tick") return wakeAt > now && wakeAt <= now + 1000;
  return wakeAt === now || wakeAt === Number.POSITIVE_INFINITY;
}

/** Follows a run, and remembers what it takes to judge the next step. */
export class Audit {
  readonly #durable = new Set<number>();
  readonly #submitted = new Set<number>();
  #newest = 0;
  /** How many may be in the lane: more than it is wide, while what was begun in a wider one is carried through. */
  #laneWidth: number;

  constructor(rig: RigState) {
    this.#laneWidth = rig.policy.laneWidth;
    this.#newest = rig.nextId - 1;
    for (const { intent } of rig.slots) if (intent?.durable) this.#durable.add(intent.id);
  }

  /** What the step broke, in words. */
  broken(before: RigState, event: Event, { state, effects, wakeAt }: Step): string[] {
    if (event.type === "intent-durable") this.#durable.add(event.intent);
    this.#followLane(before);
    return [
      ...effects.flatMap((effect) => this.#brokenBy(effect, before, state, event)),
      ...brokenBetween(before, event, { state, effects }),
      ...brokenIn(state),
      ...(isInTime(event, wakeAt) ? [] : ["wakes too early or too late"]),
    ];
  }

  #followLane({ slots, policy }: RigState): void {
    const isNarrow = slots.filter(holdsLane).length <= policy.laneWidth;
    this.#laneWidth = isNarrow ? policy.laneWidth : Math.max(this.#laneWidth, policy.laneWidth);
  }

  #brokenBy(effect: Effect, before: RigState, after: RigState, event: Event): string[] {
    switch (effect.type) {
      case "power":
        return this.#brokenByPower(effect, after, event.now);
      case "write-intent": {
        const again = before.slots.some(({ intent }) => intent?.id === effect.intent);
        const fresh = effect.intent > this.#newest;
        this.#newest = Math.max(this.#newest, effect.intent);
        return again || fresh ? [] : ["an id of an intent that was given out before"];
      }
      case "send":
        return effect.message.type === "job" ? brokenByJob(effect, after) : [];
      case "submit-share": {
        const twice = this.#submitted.has(effect.share.id);
        this.#submitted.add(effect.share.id);
        const proved =
          event.type === "share-secured" && event.share === effect.share.id && event.valid;
        const isLocal = event.type === "share-secured" && event.isLocal === true;
        const seat = before.seats.find(({ id }) => id === effect.share.seat);
        return [
          ...(isLocal ? ["a share sent that the pool would not take"] : []),
          ...(seat?.node === effect.share.node ? [] : ["a share sent to a pool it is not of"]),
          ...(twice ? ["a share sent twice"] : []),
          ...(proved ? [] : ["a share sent that was not just secured"]),
        ];
      }
      case "report":
        return effect.ev === "invariant.broken" ? [`the guard: ${effect.why}`] : [];
      default:
        return [];
    }
  }

  #brokenByPower(effect: EffectOf<"power">, after: RigState, now: number): string[] {
    const slot = after.slots.find(({ id }) => id === effect.slot);
    if (slot === undefined) return ["power to no slot"];
    const broken: string[] = [];
    const { policy } = after;
    if (slot.intent === null || !this.#durable.has(slot.intent.id)) broken.push("not on disk");
    if (effect.to === "off" && effect.by === "automation") {
      if (now - slot.heardAt < policy.livenessMs) broken.push("cut while heard");
      // Off and on again for one that never showed up is part of the start that was begun before the hold.
      if (slot.hold !== null && !isFurtherTry(slot)) broken.push("cut while held");
    }
    if (effect.to === "on") {
      if (slot.line !== "off" || slot.usb === "present") broken.push("on before off");
      if (now < slot.offAt + policy.offDwellMs) broken.push("on within the dwell");
    }
    if (after.slots.filter(holdsLane).length > Math.max(this.#laneWidth, policy.laneWidth))
      broken.push("too many cycles");
    return broken.map((what) => `power ${effect.to} of ${slot.id}: ${what}`);
  }
}

/** Work goes to a tested Zero that is up, at its epoch; the known answer is asked of any. */
function brokenByJob(effect: EffectOf<"send">, after: RigState): string[] {
  const slot = after.slots.find(({ id }) => id === effect.slot);
  const { message } = effect;
  if (slot?.task === null || slot?.task === undefined || message.type !== "job") {
    return ["a job to a slot that does not hold it"];
  }
  const up = slot.phase === "Ready" || slot.phase === "Degraded";
  const fit = slot.task.seat === SELF_TEST_SEAT || (up && slot.link?.tested === true);
  const same = slot.task.jobId === message.id && slot.epoch === message.epoch;
  return fit && same && slot.link?.id === effect.link ? [] : ["a job to a slot that is not fit"];
}

function brokenBetween(
  before: RigState,
  event: Event,
  { state, effects }: Pick<Step, "state" | "effects">,
): string[] {
  const broken: string[] = [];
  const settled = effects.filter(({ type }) => type === "settle-share").length;
  const sum = ({ seats }: RigState) =>
    seats.reduce((total, seat) => total + seat.accepted + seat.rejected + seat.unknown, 0);
  if (sum(state) !== sum(before) + settled) broken.push("shares are counted wrongly");
  const workers = (rig: RigState) => [...rig.slots, ...rig.hosts];
  for (const [index, worker] of workers(state).entries()) {
    const was = workers(before)[index];
    if (was === undefined) continue;
    const { task } = was;
    if (worker.epoch < was.epoch) broken.push(`the epoch of ${worker.id} falls`);
    if (worker.hashes < was.hashes) broken.push(`the hashes of ${worker.id} fall`);
    // The known answer may be asked for again and again; work is given up with its epoch, unless it is done.
    const works = task !== null && task.seat !== SELF_TEST_SEAT && event.type !== "result";
    if (works && worker.task?.jobId !== task.jobId && worker.epoch === was.epoch) {
      broken.push(`${worker.id} lost its task within an epoch`);
    }
  }
  return broken;
}

function brokenIn(rig: RigState): string[] {
  const broken: string[] = [];
  const held = [...rig.slots, ...rig.hosts].flatMap(({ task }) => (task ? [task.jobId] : []));
  if (new Set(held).size !== held.length) broken.push("a job with two workers");
  for (const { job, state, id, share } of rig.seats) {
    if (job?.worker && state === "working" && !held.includes(job.id)) {
      broken.push(`the job of ${id} is with nobody`);
    }
    if ((share !== null) !== (state === "securing" || state === "submitting")) {
      broken.push(`${id} is ${state} ${share ? "with" : "without"} a share`);
    }
  }
  for (const { id, phase, stage, until } of rig.slots) {
    const where = stage === "power-cycle" ? `${phase} ${stage}` : phase;
    if (!MAY_STAY.includes(where) && !Number.isFinite(until)) {
      broken.push(`${id} may stay ${where} for ever`);
    }
  }
  return broken;
}
