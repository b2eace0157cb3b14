// What the rig tells Home Assistant of itself, by Home Assistant's own rules; and that those rules find what is wrong.

import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { NOTHING_REMEMBERED } from "../../controller/core/memory.ts";
import { DEFAULT_POLICY } from "../../controller/core/policy.ts";
import { initialState } from "../../controller/core/state.ts";
import type { RigStatus, ShownState } from "../../controller/core/status.ts";
import { view } from "../../controller/core/view.ts";
import { type About, rigDevice, zeroDevice } from "../../controller/mqtt/discovery.ts";
import { Naming } from "../../controller/mqtt/naming.ts";
import { saidOfRig, saidOfSlot, urgentPart } from "../../controller/mqtt/said.ts";
import { type SlotId, slotId } from "../../hat/slots.ts";
import { DISCOVERY_TOPIC, deviceDiscovery } from "./schema.ts";

const SLOTS: readonly SlotId[] = Array.from({ length: 32 }, (_, index) => slotId(index + 1));
const ABOUT: About = {
  version: "1.2.3",
  board: "ClusterHAT v2.3",
  url: "http://rig.local:8080/",
  slots: SLOTS,
  alertKinds: ["fenced"],
};
const naming = new Naming({
  topicPrefix: "zerorig",
  discoveryPrefix: "homeassistant",
  id: "attic-2_b",
});
const state = initialState({ slots: SLOTS, hostWorkers: 0 }, DEFAULT_POLICY, NOTHING_REMEMBERED, 0);
const STATUS = view(state, { version: "1.2.3", board: "a board" }, 5000);

/** A copy that may be spoilt. */
function zero(): ReturnType<typeof plain> {
  return plain(zeroDevice(naming, ABOUT, "p1"));
}
function plain(value: object) {
  // biome-ignore lint/suspicious/noExplicitAny: it is to be spoilt anywhere
  return JSON.parse(JSON.stringify(value)) as any;
}
const isValid = (value: unknown) => v.is(deviceDiscovery, value);

describe("a description", () => {
  it("is what Home Assistant accepts, of the rig and of each of 32 Zeros", () => {
    for (const device of [
      rigDevice(naming, ABOUT),
      rigDevice(naming, { ...ABOUT, url: null }),
      ...SLOTS.map((slot) => zeroDevice(naming, ABOUT, slot)),
    ]) {
      expect(v.safeParse(deviceDiscovery, plain(device)).issues).toBeUndefined();
    }
    for (const slot of [null, ...SLOTS]) expect(naming.config(slot)).toMatch(DISCOVERY_TOPIC);
  });

  it("has no id twice, in all devices together", () => {
    const all = [rigDevice(naming, ABOUT), ...SLOTS.map((slot) => zeroDevice(naming, ABOUT, slot))];
    const ids = all.flatMap((device) =>
      Object.values<{ unique_id: string }>(plain(device).components).map(
        ({ unique_id }) => unique_id,
      ),
    );
    expect(ids.length).toBe(15 + 32 * 15);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("reads each value from a field that is told, and options that are told are described", () => {
    const [slot] = STATUS.slots;
    if (slot === undefined) throw new Error("no slot");
    const told = { rig: saidOfRig(STATUS), zero: saidOfSlot(slot, "on") };
    for (const [device, said] of [
      [rigDevice(naming, ABOUT), told.rig],
      [zeroDevice(naming, ABOUT, "p1"), told.zero],
    ] as const) {
      for (const component of Object.values<Record<string, unknown>>(plain(device).components)) {
        const field = /value_json\.(\w+)/.exec(String(component["value_template"]))?.[1];
        if (field === undefined) continue;
        expect(said).toHaveProperty(field);
        const value: unknown = plain(said)[field];
        const { options } = component;
        if (Array.isArray(options)) expect(options).toContain(value);
      }
    }
  });

  const spoilt: [string, (device: ReturnType<typeof zero>) => void][] = [
    ["no origin", (device) => delete device.origin],
    ["no identifiers", (device) => (device.device.identifiers = [])],
    ["an option that the platform has not", (device) => (device.components.power.opts = true)],
    ["a key that a device has not", (device) => (device.cmps = {})],
    ["no id", (device) => delete device.components.hashrate.unique_id],
    [
      "a unit of another class",
      (device) => (device.components.energy_kwh.unit_of_measurement = "W"),
    ],
    ["a state class of another", (device) => (device.components.watts.state_class = "total")],
    ["options that are no enum's", (device) => (device.components.hashrate.options = ["a"])],
    ["a platform that is not there", (device) => (device.components.power.platform = "swich")],
    ["nowhere to say ON", (device) => delete device.components.power.command_topic],
    ["wildcards where one says ON", (device) => (device.components.power.command_topic = "a/+")],
    ["an icon without its set", (device) => (device.components.hashrate.icon = "pickaxe")],
    ["braces that do not match", (device) => (device.components.state.value_template = "{{ x")],
    ["a URL that is none", (device) => (device.device.configuration_url = "rig.local")],
  ];
  it.each(spoilt)("is found to be wrong with %s", (_, spoil) => {
    expect(isValid(zero())).toBe(true);
    const device = zero();
    spoil(device);
    expect(isValid(device)).toBe(false);
  });
});

describe("what is told", () => {
  const slot = STATUS.slots[0];
  if (slot === undefined) throw new Error("no slot");

  it("is the line that was read, and nothing where it was not", () => {
    expect(saidOfSlot(slot, "on").power).toBe("ON");
    expect(saidOfSlot(slot, "off").power).toBe("OFF");
    expect(saidOfSlot(slot, "unknown").power).toBeNull();
    // Wanted is not enough.
    expect(saidOfSlot({ ...slot, wanted: "on" }, "off").power).toBe("OFF");
  });

  it("says what is wrong, and what is throttled now", () => {
    const at = (shown: ShownState) => saidOfSlot({ ...slot, state: shown }, "on").problem;
    expect((["Ready", "Off", "Booting", "Cordoned"] as const).map(at)).not.toContain("ON");
    expect((["Fault", "Suspect", "Quarantined", "Unknown"] as const).map(at)).not.toContain("OFF");
    const throttled = (bits: number | null) =>
      saidOfSlot({ ...slot, throttled: bits }, "on").throttled;
    expect([null, 0, 0x50000, 0x1, 0x50005].map(throttled)).toEqual([
      null,
      "OFF",
      "OFF",
      "ON",
      "ON",
    ]);
  });

  it("counts kilowatt-hours, and does not change with time alone", () => {
    const energy = { ...slot.energy, joules: 3_600_000 * 1.5 };
    expect(saidOfSlot({ ...slot, energy }, "on").energy_kwh).toBe(1.5);
    const later = view(state, { version: "1.2.3", board: "a board" }, 65_000);
    const still = { energy_kwh: 0 };
    const ofSlot = saidOfSlot(later.slots[0] ?? slot, "on");
    expect({ ...ofSlot, ...still }).toEqual({ ...saidOfSlot(slot, "on"), ...still });
    expect({ ...saidOfRig(later), ...still }).toEqual({
      ...saidOfRig(STATUS),
      ...still,
    });
  });

  it("is told at once where it matters", () => {
    const said = saidOfSlot(slot, "on");
    expect(urgentPart({ ...said, hashrate: 5, temperature: 40 })).toBe(urgentPart(said));
    expect(urgentPart({ ...said, power: "OFF" })).not.toBe(urgentPart(said));
    const rig = saidOfRig(STATUS);
    expect(urgentPart({ ...rig, watts: 5 })).toBe(urgentPart(rig));
    expect(urgentPart({ ...rig, storm: "storm" })).not.toBe(urgentPart(rig));
  });

  it("says what mode the rig is in, and why it is not well", () => {
    const pause = { reason: "guests", left_ms: null };
    const rig = (more: Partial<RigStatus>) => saidOfRig({ ...STATUS, ...more });
    expect(rig({}).mode).toBe("auto");
    expect(rig({ pause })).toMatchObject({ mode: "paused", problem: "OFF" });
    expect(rig({ pause, automation: "broken" })).toMatchObject({ mode: "stopped", problem: "ON" });
    expect(rig({ board_error: "no answer" })).toMatchObject({ problem: "ON" });
    const power = { ...STATUS.power, zeros: 2, ceilings: [{ name: "external", watts: 3 }] };
    expect(rig({ power })).toMatchObject({ under_voltage: "ON", ceiling_asked: 3 });
  });
});
