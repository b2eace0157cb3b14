// What Home Assistant accepts as the description of a device over MQTT, written down by hand from its sources: the device schema
// (homeassistant/components/mqtt/schemas.py as of autumn 2026, when it is written with probatio) and those of the platforms that we use
// (2025 and later). It is stricter in one thing: Home Assistant drops options that a platform does not know without a word, and here they
// are faults, for they would be typing mistakes.

import * as v from "valibot";

const topic = (isFilter: boolean) =>
  v.pipe(
    v.string(),
    v.minLength(1),
    v.maxLength(65_535),
    v.check((value) => !value.includes("\0")),
    v.check((value) => isFilter || !/[+#]/.test(value), "no wildcards in a topic to publish to"),
  );
const subscribeTopic = topic(true);
const publishTopic = topic(false);
/** Jinja is not parsed here: that its braces match is all that is looked at. */
const template = v.pipe(
  v.string(),
  v.check((value) => (value.match(/\{\{/g) ?? []).length === (value.match(/\}\}/g) ?? []).length),
);
const icon = v.pipe(v.string(), v.regex(/^[\w-]+:[\w-]+$/));
const url = v.pipe(v.string(), v.url(), v.regex(/^(https?|homeassistant):\/\//));
const qos = v.picklist([0, 1, 2]);
const positive = v.pipe(v.number(), v.integer(), v.minValue(0));

const device = v.pipe(
  v.strictObject({
    identifiers: v.optional(v.union([v.string(), v.array(v.string())])),
    connections: v.optional(v.array(v.tuple([v.string(), v.string()]))),
    manufacturer: v.optional(v.string()),
    model: v.optional(v.string()),
    model_id: v.optional(v.string()),
    name: v.optional(v.string()),
    hw_version: v.optional(v.string()),
    serial_number: v.optional(v.string()),
    sw_version: v.optional(v.string()),
    via_device: v.optional(v.string()),
    suggested_area: v.optional(v.string()),
    configuration_url: v.optional(url),
  }),
  v.check(
    ({ identifiers = [], connections = [] }) => identifiers.length + connections.length > 0,
    "a device needs identifiers or connections",
  ),
);

const origin = v.strictObject({
  name: v.string(),
  sw_version: v.optional(v.string()),
  support_url: v.optional(url),
});

const availabilityEntry = v.strictObject({
  topic: subscribeTopic,
  payload_available: v.optional(v.string()),
  payload_not_available: v.optional(v.string()),
  value_template: v.optional(template),
});

const availability = {
  availability: v.optional(v.array(availabilityEntry)),
  availability_mode: v.optional(v.picklist(["all", "any", "latest"])),
};

/** Of every entity. An id of its own is required of each in a device's description. */
const common = {
  ...availability,
  unique_id: v.string(),
  name: v.optional(v.nullable(v.string())),
  enabled_by_default: v.optional(v.boolean()),
  entity_category: v.optional(v.picklist(["config", "diagnostic"])),
  icon: v.optional(icon),
  json_attributes_topic: v.optional(subscribeTopic),
  json_attributes_template: v.optional(template),
  default_entity_id: v.optional(v.string()),
  qos: v.optional(qos),
  encoding: v.optional(v.string()),
};
const read = { ...common, state_topic: subscribeTopic, value_template: v.optional(template) };
const commanded = { ...common, command_topic: publishTopic, retain: v.optional(v.boolean()) };
const written = {
  ...commanded,
  state_topic: v.optional(subscribeTopic),
  value_template: v.optional(template),
  command_template: v.optional(template),
  optimistic: v.optional(v.boolean()),
};

/** The units that a class of sensors has; of the classes that we use. */
const UNITS: Readonly<Record<string, readonly string[]>> = {
  temperature: ["°C", "°F", "K"],
  power: ["mW", "W", "kW", "MW", "GW", "TW"],
  energy: [
    "J",
    "kJ",
    "MJ",
    "GJ",
    "mWh",
    "Wh",
    "kWh",
    "MWh",
    "GWh",
    "TWh",
    "cal",
    "kcal",
    "Mcal",
    "Gcal",
  ],
};
/** And the state classes. */
const STATE_CLASSES: Readonly<Record<string, readonly string[]>> = {
  temperature: ["measurement"],
  power: ["measurement"],
  energy: ["total", "total_increasing"],
};

const sensor = v.pipe(
  v.strictObject({
    platform: v.literal("sensor"),
    ...read,
    device_class: v.optional(v.nullable(v.picklist([...Object.keys(UNITS), "enum"]))),
    expire_after: v.optional(positive),
    force_update: v.optional(v.boolean()),
    options: v.optional(v.pipe(v.array(v.string()), v.minLength(1))),
    suggested_display_precision: v.optional(positive),
    state_class: v.optional(v.picklist(["measurement", "total", "total_increasing"])),
    unit_of_measurement: v.optional(v.string()),
  }),
  v.check(
    ({ options, device_class }) => options === undefined || device_class === "enum",
    "options are for the class enum",
  ),
  v.check(
    ({ options, state_class, unit_of_measurement }) =>
      options === undefined || (state_class === undefined && unit_of_measurement === undefined),
    "options exclude a state class and a unit",
  ),
  v.check(({ device_class, unit_of_measurement }) => {
    const units = UNITS[device_class ?? ""];
    return units === undefined || units.includes(unit_of_measurement ?? "");
  }, "the unit is not one of its class"),
  v.check(({ device_class, state_class }) => {
    const classes = STATE_CLASSES[device_class ?? ""];
    return classes === undefined || state_class === undefined || classes.includes(state_class);
  }, "the state class is not one of its class"),
);

const binarySensor = v.strictObject({
  platform: v.literal("binary_sensor"),
  ...read,
  device_class: v.optional(v.picklist(["problem", "connectivity", "heat", "power", "running"])),
  expire_after: v.optional(positive),
  force_update: v.optional(v.boolean()),
  off_delay: v.optional(positive),
  payload_on: v.optional(v.string()),
  payload_off: v.optional(v.string()),
});

const switchSchema = v.strictObject({
  platform: v.literal("switch"),
  ...written,
  device_class: v.optional(v.picklist(["outlet", "switch"])),
  payload_on: v.optional(v.string()),
  payload_off: v.optional(v.string()),
  state_on: v.optional(v.string()),
  state_off: v.optional(v.string()),
});

const number = v.pipe(
  v.strictObject({
    platform: v.literal("number"),
    ...written,
    device_class: v.optional(v.picklist(Object.keys(UNITS))),
    min: v.optional(v.number(), 1),
    max: v.optional(v.number(), 100),
    mode: v.optional(v.picklist(["auto", "box", "slider"])),
    payload_reset: v.optional(v.string()),
    step: v.optional(v.pipe(v.number(), v.minValue(0.001))),
    unit_of_measurement: v.optional(v.string()),
  }),
  v.check(({ min, max }) => min < max, "max must be above min"),
  v.check(
    ({ device_class, unit_of_measurement }) =>
      device_class === undefined ||
      UNITS[device_class]?.includes(unit_of_measurement ?? "") === true,
    "the unit is not one of its class",
  ),
);

const select = v.strictObject({
  platform: v.literal("select"),
  ...written,
  options: v.pipe(v.array(v.string()), v.minLength(1)),
});

const button = v.strictObject({
  platform: v.literal("button"),
  ...commanded,
  device_class: v.optional(v.picklist(["identify", "restart", "update"])),
  payload_press: v.optional(v.string()),
  command_template: v.optional(template),
});

const event = v.strictObject({
  platform: v.literal("event"),
  ...read,
  device_class: v.optional(v.picklist(["button", "doorbell", "motion"])),
  event_types: v.pipe(v.array(v.string()), v.minLength(1)),
});

/** The payload on `<discovery prefix>/device/<id>/config`. */
export const deviceDiscovery = v.strictObject({
  ...availability,
  device,
  origin,
  components: v.record(
    v.string(),
    v.variant("platform", [sensor, binarySensor, switchSchema, number, select, button, event]),
  ),
  state_topic: v.optional(subscribeTopic),
  command_topic: v.optional(publishTopic),
  qos: v.optional(qos),
  encoding: v.optional(v.string()),
});

/** `<prefix>/device/<id>/config`, or with a node id before it; ids have letters, digits, `_` and `-`. */
export const DISCOVERY_TOPIC = /^[\w/-]+\/device\/(?:[a-zA-Z0-9_-]+\/)?[a-zA-Z0-9_-]+\/config$/;
