// How power is switched, and how much of it there is: [power], [supply], [heat], [idle], [energy].

import { DEFAULT_POLICY } from "../core/policy.ts";
import { key, optional, section } from "./key.ts";
import { fraction, milliseconds, oneOf, wholeNumber } from "./kind.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const d = DEFAULT_POLICY;

export const POWER = section("How power lines are switched.", {
  restore: key(
    oneOf(["adopt", "restore", "all-on", "all-off"]),
    d.powerRestore,
    "At start: leave lines as found, as last wanted, or switch all on or off.",
  ),
  model: key(
    oneOf(["zero", "zero-w", "zero-2-w"]),
    d.model,
    "The Zeros' model, for estimated watts.",
  ),
  ceiling_watts: optional(
    fraction(0.1, 1000, "watts"),
    4,
    "The most that the Zeros may draw together, because the supply gives no more.",
  ),
  ceiling_dwell_ms: key(
    milliseconds(0, HOUR_MS),
    d.ceilingDwellMs,
    "A Zero that a ceiling switched stays so for this long.",
  ),
  switch_burst: key(wholeNumber(2, 1000), d.switchBurst, "Power actions of automation in a burst."),
  switches_per_minute: key(
    fraction(0.1, 1000),
    d.switchesPerMinute,
    "Power actions of automation in the long run.",
  ),
  stagger_ms: key(milliseconds(1000, 10 * MINUTE_MS), d.staggerMs, "Between two power-ons."),
  off_dwell_ms: key(
    milliseconds(1000, 10 * MINUTE_MS),
    d.offDwellMs,
    "Off time of a cycle, from the proof that it is off.",
  ),
  enumeration_ms: key(
    milliseconds(1000, 10 * MINUTE_MS),
    d.enumerationMs,
    "From power-on to a USB device, where ports can be read.",
  ),
  enumeration_tries: key(
    wholeNumber(1, 10),
    d.enumerationTries,
    "Power-ons without a USB device that make a fault.",
  ),
  soft_off_ms: key(
    milliseconds(1000, 10 * MINUTE_MS),
    d.softOffMs,
    "Time to shut down before the power is cut.",
  ),
  shed_soft_ms: key(
    milliseconds(1000, 10 * MINUTE_MS),
    d.shedSoftMs,
    "The same when the supply fails or the Zero is too hot.",
  ),
  cut_proof_ms: key(
    milliseconds(1000, 10 * MINUTE_MS),
    d.cutProofMs,
    "A cut that stays unproved for this long is a fault.",
  ),
  lane_width: key(
    wholeNumber(1, 32),
    d.laneWidth,
    "How many Zeros may be between cut and first beat.",
  ),
  cuts_per_slot_hour: key(
    wholeNumber(1, 60),
    d.cutsPerSlotHour,
    "Automatic cuts of one Zero in any hour.",
  ),
  cuts_per_rig_hour: key(
    wholeNumber(1, 1000),
    d.cutsPerRigHour,
    "Automatic cuts of all Zeros in any hour.",
  ),
});

export const SUPPLY = section("What is done when the voltage sags.", {
  brown_out_shed_ms: key(
    milliseconds(1000, HOUR_MS),
    d.brownOutShedMs,
    "Under-voltage that lasts this long costs one more Zero, the newest first.",
  ),
  brown_out_quiet_ms: key(
    milliseconds(1000, DAY_MS),
    d.brownOutQuietMs,
    "This long without it brings one Zero back.",
  ),
});

export const HEAT = section(
  "What is done when a Zero gets hot. Temperatures are of its own chip.",
  {
    duty_c: key(
      fraction(20, 110, "degrees Celsius"),
      d.heatDutyC,
      "From here on it works half the time.",
    ),
    stop_c: key(fraction(20, 110, "degrees Celsius"), d.heatStopC, "From here on it gets no work."),
    off_c: key(
      fraction(20, 110, "degrees Celsius"),
      d.heatOffC,
      "From here on it is switched off.",
    ),
    hysteresis_c: key(
      fraction(0, 40, "degrees"),
      d.heatHysteresisC,
      "A step is left when the Zero is this much cooler ...",
    ),
    hold_ms: key(milliseconds(0, DAY_MS), d.heatHoldMs, "... for this long."),
    off_ms: key(
      milliseconds(1000, DAY_MS),
      d.heatOffMs,
      "A Zero that was switched off stays off for this long.",
    ),
  },
);

export const IDLE = section("Zeros that have nothing to do.", {
  off_after_ms: optional(
    milliseconds(10_000, 30 * DAY_MS),
    10 * MINUTE_MS,
    "Switch a Zero off after this long without work; work or a request wakes it.",
  ),
  keep_up: key(wholeNumber(0, 32), d.keepUp, "So many Zeros stay up all the same."),
});

export const ENERGY = section("What energy costs.", {
  tariff_per_kwh: optional(
    fraction(0, 1000),
    0.3,
    "The price of a kilowatt-hour, in the currency that you like.",
  ),
});
