// What the voice leaves unsaid, and undone, where the configuration says so: at a real broker, without a rig.

import { readFileSync } from "node:fs";
import { expect, it, onTestFinished } from "vitest";
import { NOTHING_REMEMBERED } from "../../controller/core/memory.ts";
import { DEFAULT_POLICY } from "../../controller/core/policy.ts";
import { initialState } from "../../controller/core/state.ts";
import { view } from "../../controller/core/view.ts";
import { MqttVoice, type VoiceOptions } from "../../controller/mqtt/mqtt-voice.ts";
import { Naming } from "../../controller/mqtt/naming.ts";
import { systemClock } from "../../controller/shell/clock.ts";
import type { ActRequest, ControlReply } from "../../controller/shell/control-protocol.ts";
import { isInstalled } from "./installed.ts";
import { Mosquitto } from "./mosquitto.ts";
import { until } from "./programs.ts";

const MOSQUITTO = isInstalled("mosquitto", ["-h"], "mosquitto");
const SHAPE = { slots: ["p1", "p2"], hostWorkers: 0 } as const;
const STATE = initialState(SHAPE, DEFAULT_POLICY, NOTHING_REMEMBERED, 0);
const STATUS = view(STATE, { version: "1", board: "x" }, 0);

async function voice(
  more: Partial<VoiceOptions>,
  act: (request: ActRequest) => Promise<ControlReply>,
) {
  const broker = await Mosquitto.start();
  const house = await broker.client();
  const subject = new MqttVoice(
    {
      naming: new Naming({ topicPrefix: "zr", discoveryPrefix: "ha", id: "t" }),
      about: { version: "1", board: "x", url: null, slots: SHAPE.slots, alertKinds: ["fenced"] },
      broker: {
        url: broker.url,
        clientId: "zerorig-t",
        user: broker.user,
        password: readFileSync(broker.passwordFile, "utf8").trim(),
        ca: readFileSync(broker.caFile, "utf8"),
      },
      ...{ discovery: true, readOnly: false, everyMs: 1000, ceilingForMs: 60_000 },
      ...more,
    },
    {
      clock: systemClock,
      random: () => 0,
      status: () => STATUS,
      rig: () => STATE,
      act,
      log: () => {},
    },
  );
  onTestFinished(() => subject.stop());
  await subject.start();
  await until("it is here", () => house.now.get("zr/t/status") === "online");
  return { house, subject };
}

it.skipIf(!MOSQUITTO)(
  "does nothing that is asked where it only reads, and describes nothing unasked",
  async () => {
    const asked: ActRequest[] = [];
    const { house } = await voice({ readOnly: true, discovery: false }, async (request) => {
      asked.push(request);
      return { ok: true, status: STATUS };
    });
    expect([...house.now.keys()].filter((topic) => topic.startsWith("ha/"))).toEqual([]);
    await house.say("zr/t/p1/power/set", "ON");
    await house.say("zr/t/mode/set", "paused");
    // Said after them, and told after them: by then they were not heard.
    await house.say("ha/status", "online");
    const told = () => house.heard.filter(({ topic }) => topic === "zr/t/status").length;
    await until("it is told again", () => told() >= 2);
    expect(asked).toEqual([]);
    expect(house.now.has("zr/t/error")).toBe(false);
  },
);

it.skipIf(!MOSQUITTO)(
  "tells a broker gone mad to wait, events as they happen, and alerts by their kind",
  async () => {
    let answer: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const { house, subject } = await voice({}, async () => {
      await held;
      return { ok: false, code: "locked", error: "not now" };
    });
    for (let count = 0; count < 20; count++) await house.say("zr/t/p1/restart/set", "PRESS");
    const codes = () =>
      house.heard
        .filter(({ topic }) => topic === "zr/t/error")
        .map(({ payload }) => JSON.parse(payload).code as string);
    await until(
      "the rest is refused",
      () => codes().filter((code) => code === "busy").length === 12,
    );
    answer();
    await until(
      "and the others answered",
      () => codes().filter((code) => code === "locked").length === 8,
    );

    const event = {
      at: "2026-01-01T00:00:00.000Z",
      at_ms: 1,
      level: "info",
      why: null,
      detail: {},
    } as const;
    subject.publish({ ...event, ev: "share.accepted", slot: "p1" });
    subject.publish({ ...event, ev: "slot.state", slot: "p2" });
    subject.alert("fenced", { slot: "p2", text: "p2 was fenced", at: event.at });
    await until("both are told", () => house.now.has("zr/t/event") && house.now.has("zr/t/alert"));
    expect(house.heard.filter(({ topic }) => topic === "zr/t/event")).toHaveLength(1);
    expect(house.json("zr/t/event")).toMatchObject({ ev: "slot.state", slot: "p2" });
    expect(house.json("zr/t/alert")).toMatchObject({ event_type: "fenced", slot: "p2" });
  },
);
