// Events in any order, well formed but nonsensical: half of them aim at what is under way in the state, half at nothing.

import fc from "fast-check";
import type { Event, EventOf, OperatorVerb } from "../../controller/core/event.ts";
import { SELF_TEST } from "../../controller/core/self-test.ts";
import type { Slot } from "../../controller/core/slot.ts";
import type { RigState } from "../../controller/core/state.ts";
import type { SlotReading } from "../../hat/board.ts";
import { type SlotId, slotId } from "../../hat/slots.ts";
import { helloOf } from "../sim/sim-link.ts";

/** Random numbers, from which an event is made when the state is known that it meets. */
export interface Draw {
  readonly type: Event["type"];
  readonly afterMs: number;
  /** Whether the loop stands still meanwhile, and ticks only then. */
  readonly stalls: boolean;
  /** Which slot, seat or worker; may be one too many. */
  readonly who: number;
  /** Aimed at what is under way. */
  readonly aimed: boolean;
  readonly small: number;
  readonly coin: boolean;
}

type Maker<T extends Event["type"]> = (rig: RigState, draw: Draw) => Omit<EventOf<T>, "now">;

function slotAt(rig: RigState, { who }: Draw): Slot | undefined {
  return rig.slots[who % (rig.slots.length + 1)];
}

function idAt(rig: RigState, draw: Draw): SlotId {
  return slotAt(rig, draw)?.id ?? slotId(rig.slots.length);
}

function seatAt(rig: RigState, { who }: Draw): string {
  return rig.seats[who % (rig.seats.length + 1)]?.id ?? "nobody";
}

function linkAt(rig: RigState, draw: Draw): number {
  const link = slotAt(rig, draw)?.link;
  return draw.aimed && link ? link.id : draw.small;
}

function readingOf(slot: Pick<Slot, "id" | "line">, { aimed, small, coin }: Draw): SlotReading {
  const known = slot.line === "unknown" ? (coin ? "on" : "off") : slot.line;
  const line = aimed || small > 3 ? known : known === "on" ? "off" : "on";
  const off = line === "off" && small > 1;
  return {
    slot: slot.id,
    line,
    usb: off ? "absent" : ((["present", "unknown", "absent"] as const)[small % 3] ?? "unknown"),
    driven: small !== 1,
  };
}

/** What a worker holds, and over which link. */
function workOf(rig: RigState, draw: Draw): Omit<EventOf<"nack">, "now" | "type"> {
  const workers = [...rig.slots, ...rig.hosts];
  const worker = workers[draw.who % (workers.length + 1)];
  const slot = rig.slots.find((candidate) => candidate === worker);
  return {
    worker: worker?.id ?? "nobody",
    link: draw.aimed ? (slot?.link?.id ?? null) : draw.small,
    jobId: (draw.aimed && worker?.task?.jobId) || `t${draw.small}`,
    epoch: worker && draw.aimed ? worker.epoch : draw.small,
  };
}

const VERBS: readonly OperatorVerb[] = [
  "on",
  "cycle",
  "off",
  "cordon",
  "uncordon",
  "drain",
  "maintenance",
  "release",
];

/** One for each event that there is: a new one does not compile until it is drawn too. */
const MAKERS: { readonly [T in Event["type"]]: Maker<T> } = {
  tick: () => ({ type: "tick" }),
  "board-read": (rig, draw) => {
    // Now and then its HAT does not answer.
    const gone = draw.small === 8 ? idAt(rig, draw) : null;
    const slots = rig.slots.map((slot, index) =>
      // One slot is drawn, the others are as they were.
      readingOf(slot, index === draw.who ? draw : { ...draw, aimed: true, small: 3 }),
    );
    return {
      type: "board-read",
      reading: {
        slots: slots.filter(({ slot }) => slot !== gone),
        ...(gone === null
          ? {}
          : { unread: [{ slots: [gone], code: "bus", message: "no answer" }] }),
        underVoltage: draw.small === 9 ? draw.coin : null,
      },
    };
  },
  "wrong-cards": (rig, draw) => ({
    type: "wrong-cards",
    slots: draw.coin ? [idAt(rig, draw)] : [],
  }),
  "board-failed": () => ({ type: "board-failed", code: "bus", detail: "no answer" }),
  "intent-durable": (rig, draw) => ({
    type: "intent-durable",
    slot: idAt(rig, draw),
    intent: (draw.aimed && slotAt(rig, draw)?.intent?.id) || draw.small,
  }),
  "power-done": (rig, draw) => {
    const slot = slotAt(rig, draw);
    const line = slot?.phase === "PoweringOn" ? ("on" as const) : ("off" as const);
    return {
      type: "power-done",
      action: (draw.aimed && slot?.action) || draw.small,
      reading: readingOf({ id: idAt(rig, draw), line }, draw),
    };
  },
  "power-failed": (rig, draw) => ({
    type: "power-failed",
    slot: idAt(rig, draw),
    action: (draw.aimed && slotAt(rig, draw)?.action) || draw.small,
    code: "not-verified",
    detail: "x",
  }),
  "link-up": (rig, draw) => ({
    type: "link-up",
    slot: idAt(rig, draw),
    link: 1000 + Math.round(rig.lastTickAt) * 10 + draw.small,
    hello: helloOf(draw.coin ? `boot-${draw.small}` : (slotAt(rig, draw)?.bootId ?? "boot")),
  }),
  "link-down": (rig, draw) => ({
    type: "link-down",
    slot: idAt(rig, draw),
    link: linkAt(rig, draw),
    detail: "x",
  }),
  heard: (rig, draw) => ({ type: "heard", slot: idAt(rig, draw), link: linkAt(rig, draw) }),
  beat: (rig, draw) => ({
    type: "beat",
    slot: idAt(rig, draw),
    link: linkAt(rig, draw),
    beat: {
      type: "beat",
      seq: draw.small,
      hashes: draw.small * 100_000,
      jobId: null,
      tempC: draw.coin ? 42 + draw.small * 5 : null,
      throttled: draw.coin ? draw.small : null,
      load: 1,
      memoryFreeBytes: 1,
      uptimeMs: draw.small * 1000,
    },
  }),
  "agent-restart": (rig, draw) => ({
    type: "agent-restart",
    slot: idAt(rig, draw),
    forMs: draw.small * 10_000,
  }),
  "link-server-proved": () => ({ type: "link-server-proved" }),
  result: (rig, draw) => ({
    type: "result",
    ...workOf(rig, draw),
    nonce: draw.coin ? SELF_TEST.nonce : draw.small > 7 ? null : draw.small,
    hashes: draw.small * 10_000,
    elapsedMs: draw.small * 40,
  }),
  nack: (rig, draw) => ({ type: "nack", ...workOf(rig, draw) }),
  "pool-node": (_rig, draw) => ({
    type: "pool-node",
    node: draw.small === 0 ? null : draw.coin ? "a:1" : "b:2",
    why: draw.coin ? "picked" : "failed-over",
    detail: null,
  }),
  "pool-up": (rig, draw) => ({ type: "pool-up", seat: seatAt(rig, draw) }),
  "pool-down": (rig, draw) => ({
    type: "pool-down",
    seat: seatAt(rig, draw),
    code: "closed",
    detail: "x",
  }),
  "pool-job": (rig, draw) => ({
    type: "pool-job",
    seat: seatAt(rig, draw),
    prefix: "a",
    target: "b",
    difficulty: draw.small,
    to: draw.small * 100,
    ...(draw.coin ? {} : { algorithm: "sha256d", poolTarget: "c", ref: `r${draw.small}` }),
  }),
  "pool-void": (rig, draw) => ({ type: "pool-void", seat: seatAt(rig, draw) }),
  "pool-verdict": (rig, draw) => ({
    type: "pool-verdict",
    seat: seatAt(rig, draw),
    verdict: draw.coin ? "accepted" : "rejected",
    block: draw.small === 0,
    reason: draw.coin ? null : "x",
    pingMs: draw.small,
  }),
  "share-secured": (rig, draw) => {
    const seat = seatAt(rig, draw);
    const share = rig.seats.find(({ id }) => id === seat)?.share;
    return {
      type: "share-secured",
      seat,
      share: (draw.aimed && share?.id) || 1_000_000 + draw.small,
      valid: draw.coin || draw.small > 2,
      ...(draw.small === 8 ? { isLocal: true } : {}),
    };
  },
  probed: (rig, draw) => ({ type: "probed", slot: idAt(rig, draw), answers: draw.coin }),
  schedule: (_, draw) => ({
    type: "schedule",
    reading: {
      clockSet: draw.aimed,
      ceilings: draw.coin ? [{ name: "night", watts: draw.small }] : [],
      nextEdgeMs: draw.coin ? draw.small * 1000 : null,
      open: draw.coin ? ["night"] : [],
    },
  }),
  "external-ceiling": (_, draw) => ({
    type: "external-ceiling",
    watts: draw.small,
    source: "solar",
    forMs: draw.small * 10_000,
  }),
  metered: (rig, draw) => ({
    type: "metered",
    slot: idAt(rig, draw),
    watts: draw.small / 4,
    forMs: draw.small * 1000,
  }),
  demand: (rig, draw) => ({ type: "demand", slots: [idAt(rig, draw)], forMs: draw.small * 5000 }),
  operator: (rig, draw) => ({
    type: "operator",
    verb: VERBS[draw.small % VERBS.length] ?? "on",
    slots: draw.coin ? [idAt(rig, draw)] : rig.slots.map(({ id }) => id),
    reason: draw.coin ? "x" : "",
    hard: draw.aimed,
    forMs: draw.who > 2 ? draw.who * 10_000 : null,
  }),
  pause: (_, draw) => ({ type: "pause", reason: "x", forMs: draw.coin ? draw.small * 5000 : null }),
  resume: () => ({ type: "resume", reason: "x" }),
  override: (_, draw) => ({
    type: "override",
    watts: draw.aimed ? draw.small : null,
    reason: "x",
    forMs: draw.coin ? draw.small * 5000 : null,
  }),
  "end-override": () => ({ type: "end-override", reason: "" }),
  quiesce: () => ({ type: "quiesce" }),
  "order-placed": (rig, draw) => ({
    type: "order-placed",
    order: {
      id: draw.aimed ? (rig.orders[0]?.id ?? "o1") : `o${draw.small}`,
      algorithm: draw.coin ? "duco-s1" : "scrypt",
      prefix: "a".repeat(40),
      target: "b".repeat(40),
      from: draw.small,
      to: draw.small + (draw.coin ? 5 : 5_000_000),
    },
    forMs: draw.coin ? 1000 : 1e9,
  }),
  "order-cancelled": (rig, draw) => ({
    type: "order-cancelled",
    order: (draw.aimed && rig.orders[0]?.id) || `o${draw.small}`,
    reason: "",
  }),
  "find-checked": (rig, draw) => ({
    type: "find-checked",
    order: (draw.aimed && rig.orders[0]?.id) || `o${draw.small}`,
    nonce: rig.orders[0]?.find?.nonce ?? draw.small,
    right: draw.coin,
  }),
  "order-ended": (rig, draw) => ({
    type: "order-ended",
    order: (draw.aimed && rig.orders[0]?.id) || `o${draw.small}`,
  }),
  policy: (rig, draw) => ({
    type: "policy",
    policy: {
      ...rig.policy,
      // One that would not fit this rig's seats.
      connectionsPerZero: 3,
      livenessMs: draw.coin ? 10_000 : 5000 + draw.small * 2000,
      bootGraceMs: draw.aimed ? 90_000 : 30_000 + draw.small * 20_000,
      offDwellMs: draw.small * 500,
      laneWidth: 1 + (draw.who % 3),
      quarantineCycles: 1 + (draw.small % 4),
      cutsPerSlotHour: 1 + draw.who,
      switchBurst: 1 + draw.small,
      ceilingWatts: draw.coin ? null : draw.small,
      model: draw.coin ? "zero" : "zero-2-w",
    },
  }),
};

/** How often each kind comes, where that is not once; what ends the run's work is rare. */
const WEIGHTS: Readonly<Partial<Record<Event["type"], number>>> = {
  tick: 20,
  "board-read": 8,
  "intent-durable": 8,
  "power-done": 8,
  "link-up": 5,
  heard: 3,
  beat: 5,
  result: 8,
  "pool-up": 5,
  "pool-job": 5,
  "pool-void": 2,
  "share-secured": 4,
  "pool-verdict": 4,
  "link-server-proved": 4,
  resume: 3,
  operator: 4,
};

const TYPES = Object.keys(MAKERS) as Event["type"][];

/** Draws of these kinds of events. */
function drawsOf(types: readonly Event["type"][]): fc.Arbitrary<Draw> {
  const kinds = types.map((type) => ({
    weight: WEIGHTS[type] ?? 1,
    arbitrary: fc.constant(type),
  }));
  return fc.record({
    type: fc.oneof(...kinds),
    afterMs: fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(0, 1, 20, 200, 1000) },
      { weight: 4, arbitrary: fc.constantFrom(2500, 5000, 12_000) },
      { weight: 1, arbitrary: fc.constantFrom(40_000, 100_000) },
    ),
    stalls: fc.oneof({ weight: 19, arbitrary: fc.constant(false) }, fc.constant(true)),
    who: fc.nat({ max: 5 }),
    aimed: fc.boolean(),
    small: fc.nat({ max: 9 }),
    coin: fc.boolean(),
  });
}

/** Many events, and towards the end it may be told to stop. */
export const sequences: fc.Arbitrary<readonly Draw[]> = fc
  .tuple(
    fc.array(drawsOf(TYPES.filter((type) => type !== "quiesce")), { maxLength: 120, size: "max" }),
    fc.array(drawsOf(TYPES), { maxLength: 10 }),
  )
  .map((parts) => parts.flat());

/** The event that a draw is in this state. */
export function eventOf(rig: RigState, draw: Draw, now: number): Event {
  return { ...MAKERS[draw.type](rig, draw), now } as Event;
}
