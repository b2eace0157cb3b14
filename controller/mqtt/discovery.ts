// How the rig and its Zeros describe themselves to Home Assistant: one device each, with all its entities in one message.

import type { SlotId } from "../../hat/slots.ts";
import type { ShownState } from "../core/status.ts";
import type { Naming } from "./naming.ts";
import { RIG_MODES, SLOT_MODES } from "./said.ts";

/** What does not change while the controller runs. */
export interface About {
  readonly version: string;
  readonly board: string;
  /** Where a browser finds the page; null where it is not served. */
  readonly url: string | null;
  readonly slots: readonly SlotId[];
  /** The kinds of alerts, as the event entity has to name them. */
  readonly alertKinds: readonly string[];
}

type Value = string | number | boolean | readonly string[];
type Component = Readonly<Record<string, Value>>;

/** A Zero 2 that hashes draws less; the slider of the ceiling ends at so many watts for each slot. */
const WATTS_PER_SLOT = 5;

/** Every state, or it does not compile: Home Assistant drops a value that is none of its options. */
const SHOWN: Readonly<Record<ShownState, true>> = {
  Unknown: true,
  Off: true,
  PoweringOn: true,
  Booting: true,
  Ready: true,
  Degraded: true,
  Suspect: true,
  Remediating: true,
  PoweringOff: true,
  Cordoned: true,
  Draining: true,
  Maintenance: true,
  Quarantined: true,
  Fault: true,
};

const HASHRATE = { unit_of_measurement: "H/s", state_class: "measurement", icon: "mdi:pickaxe" };
const WATTS = { device_class: "power", unit_of_measurement: "W", state_class: "measurement" };
const ENERGY = {
  device_class: "energy",
  unit_of_measurement: "kWh",
  state_class: "total_increasing",
  suggested_display_precision: 3,
};
const COUNT = { state_class: "total_increasing" };
const DIAGNOSTIC = { entity_category: "diagnostic" };

/** The largest ceiling that can be asked for with the slider (W). */
function ceilingMax(slots: readonly SlotId[]): number {
  return WATTS_PER_SLOT * Math.max(1, slots.length);
}

/** Makes the entities of one device: each has an id of its own and reads its value from the device's state. */
function entities(naming: Naming, slot: SlotId | null) {
  const state_topic = naming.state(slot);
  const named = (platform: string, key: string, name: string): Component => ({
    platform,
    name,
    unique_id: `${naming.device(slot)}_${key}`,
  });
  return {
    /** `key` is the field of the state. */
    shown: (platform: string, key: string, name: string, more: Component = {}) => [
      key,
      {
        ...named(platform, key, name),
        state_topic,
        value_template: `{{ value_json.${key} }}`,
        ...more,
      },
    ],
    pressed: (key: string, name: string, command_topic: string, more: Component = {}) => [
      key,
      { ...named("button", key, name), command_topic, ...more },
    ],
    withAttributes: {
      json_attributes_topic: state_topic,
      json_attributes_template: "{{ value_json.attributes | tojson }}",
    },
    named,
  } as const;
}

function envelope(naming: Naming, about: About, device: object, components: object): object {
  return {
    device,
    origin: { name: "zerorig", sw_version: about.version },
    availability: [{ topic: naming.status }],
    qos: 1,
    components,
  };
}

/** The description of one slot's Zero. */
export function zeroDevice(naming: Naming, about: About, slot: SlotId): object {
  const { shown, pressed, withAttributes } = entities(naming, slot);
  const components = Object.fromEntries([
    shown("switch", "power", "Power", {
      command_topic: naming.slotCommand(slot, "power"),
      optimistic: false,
      retain: false,
      device_class: "switch",
    }),
    shown("sensor", "state", "State", {
      device_class: "enum",
      options: Object.keys(SHOWN),
      ...withAttributes,
    }),
    shown("select", "mode", "Mode", {
      command_topic: naming.slotCommand(slot, "mode"),
      options: SLOT_MODES,
      retain: false,
      entity_category: "config",
    }),
    shown("sensor", "hashrate", "Hash rate", HASHRATE),
    shown("sensor", "temperature", "Temperature", {
      device_class: "temperature",
      unit_of_measurement: "°C",
      state_class: "measurement",
    }),
    shown("sensor", "watts", "Power draw", WATTS),
    shown("sensor", "energy_kwh", "Energy", ENERGY),
    shown("sensor", "accepted", "Accepted shares", COUNT),
    shown("sensor", "rejected", "Rejected shares", COUNT),
    shown("sensor", "fences", "Fences", { ...COUNT, ...DIAGNOSTIC }),
    shown("sensor", "boots", "Boots", { ...COUNT, ...DIAGNOSTIC }),
    shown("binary_sensor", "problem", "Problem", { device_class: "problem", ...DIAGNOSTIC }),
    shown("binary_sensor", "throttled", "Throttled", { device_class: "problem", ...DIAGNOSTIC }),
    pressed("restart", "Restart", naming.slotCommand(slot, "restart"), { device_class: "restart" }),
    pressed("identify", "Identify", naming.slotCommand(slot, "identify"), {
      device_class: "identify",
      ...DIAGNOSTIC,
    }),
  ]);
  const device = {
    identifiers: [naming.device(slot)],
    name: `${naming.id} ${slot}`,
    manufacturer: "Raspberry Pi",
    model: "Zero in a ClusterHAT",
    via_device: naming.device(null),
    ...link(about),
  };
  return envelope(naming, about, device, components);
}

/** The description of the rig as a whole. */
export function rigDevice(naming: Naming, about: About): object {
  const { shown, withAttributes, named } = entities(naming, null);
  const components = Object.fromEntries([
    shown("select", "mode", "Automation", {
      command_topic: naming.rigCommand("mode"),
      options: RIG_MODES,
      retain: false,
    }),
    shown("number", "ceiling_asked", "Power ceiling", {
      command_topic: naming.rigCommand("ceiling"),
      device_class: "power",
      unit_of_measurement: "W",
      min: 0,
      max: ceilingMax(about.slots),
      step: 0.1,
      mode: "box",
      optimistic: false,
      retain: false,
    }),
    shown("sensor", "ceiling", "Ceiling that holds", WATTS),
    shown("sensor", "hashrate", "Hash rate", HASHRATE),
    shown("sensor", "watts", "Power draw", WATTS),
    shown("sensor", "energy_kwh", "Energy", ENERGY),
    shown("sensor", "accepted", "Accepted shares", COUNT),
    shown("sensor", "rejected", "Rejected shares", COUNT),
    shown("sensor", "ready", "Zeros that work", { state_class: "measurement" }),
    shown("sensor", "fences", "Fences", { ...COUNT, ...DIAGNOSTIC }),
    shown("sensor", "pool", "Pool node", DIAGNOSTIC),
    shown("sensor", "storm", "Storm", {
      device_class: "enum",
      options: ["normal", "storm", "cooldown"],
      ...DIAGNOSTIC,
    }),
    shown("binary_sensor", "problem", "Problem", {
      device_class: "problem",
      ...withAttributes,
    }),
    shown("binary_sensor", "under_voltage", "Under-voltage", {
      device_class: "problem",
      ...DIAGNOSTIC,
    }),
    [
      "alert",
      {
        ...named("event", "alert", "Alert"),
        state_topic: naming.alert,
        event_types: about.alertKinds,
      },
    ],
  ]);
  const device = {
    identifiers: [naming.device(null)],
    name: naming.id,
    manufacturer: "zerorig",
    model: about.board,
    sw_version: about.version,
    ...link(about),
  };
  return envelope(naming, about, device, components);
}

function link({ url }: About) {
  return url === null ? {} : { configuration_url: url };
}
