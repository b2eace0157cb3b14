// The I2C expander of a ClusterHAT v2 and v3, as pure arithmetic: registers <-> line levels, and which writes are safe.
//
// Source of every number: facts of the vendor's tool (github burtyb/clusterhat-image, files/usr/sbin/clusterctrl @dd66f59)
// and of the chips (Exar XRA1200P, TI PCA9554). Bit 0..3 power P1..P4, 4 LEDs, 5 USB hub, 6 alert LED, 7 EEPROM protect.

import type { Line, SwitchName } from "./board.ts";

export const EXPANDER_REVISIONS = [
  "v2.0",
  "v2.1",
  "v2.2",
  "v2.3",
  "v2.4",
  "v2.5",
  "v2.6",
  "v3.0",
  "v3.1",
] as const;
export type ExpanderRevision = (typeof EXPANDER_REVISIONS)[number];

export const LINES_PER_CHIP = 4;

export const REGISTER = { input: 0, output: 1, inversion: 2, direction: 3, pullUp: 4 } as const;
export const BIT = { led: 0x10, hub: 0x20, alert: 0x40, protect: 0x80 } as const;
const POWER_BITS = 0x0f;

/** What one look at the chip shows. `direction`: 1 = input. */
export interface RegisterImage {
  readonly input: number;
  readonly output: number;
  readonly inversion: number;
  readonly direction: number;
}

export interface RegisterWrite {
  readonly register: number;
  readonly value: number;
}

/** Whether a text names a revision that has an expander. */
export function isExpanderRevision(text: string): text is ExpanderRevision {
  return (EXPANDER_REVISIONS as readonly string[]).includes(text);
}

/** The hub bit while the hub runs. v2.0 switches its power (1 = on); all later ones hold it in reset (1 = off). */
export function hubRunningBit(revision: ExpanderRevision): number {
  return revision === "v2.0" ? BIT.hub : 0;
}

/** The switches of a revision with their bit, and its level while the switch is on. The LEDs have a bit on v2 only. */
export function switchBits(
  revision: ExpanderRevision,
): ReadonlyMap<SwitchName, { readonly mask: number; readonly high: boolean }> {
  const bits: [SwitchName, { mask: number; high: boolean }][] = [
    ["alert", { mask: BIT.alert, high: true }],
    ["hub", { mask: BIT.hub, high: hubRunningBit(revision) !== 0 }],
    ["protect", { mask: BIT.protect, high: true }],
  ];
  if (revision.startsWith("v2")) bits.push(["led", { mask: BIT.led, high: true }]);
  return new Map(bits);
}

/** Every direction bit reads as input only after a reset: the chip lost its supply, and each Zero with it. */
export function isPowerOnState(image: RegisterImage): boolean {
  return image.direction === 0xff;
}

/** The levels at the pins, bit by bit, whatever the inversion register says. */
export function pinLevels(image: RegisterImage): number {
  return (image.input ^ image.inversion) & 0xff;
}

/**
 * The four power lines as they are at the pins. In the power-on state nothing drives them: they are off, unless the POS
 * jumper pulls all four high (auto-on), which is how the vendor's tool reads it too.
 */
export function linesOf(image: RegisterImage): readonly Line[] {
  const pins = pinLevels(image) & POWER_BITS;
  const levels = isPowerOnState(image) && pins !== POWER_BITS ? 0 : pins;
  return [1, 2, 4, 8].map((bit) => ((levels & bit) === 0 ? "off" : "on"));
}

/**
 * The only safe order out of the power-on state: first the latch (whose reset value 0xFF would switch all four Zeros on),
 * then the directions. Zeros off (or as they are, with the auto-on jumper), hub running, LEDs on (v2), EEPROM protected.
 */
export function safeInitPlan(
  revision: ExpanderRevision,
  image: RegisterImage,
): readonly RegisterWrite[] {
  const zeros = linesOf(image).includes("on") ? POWER_BITS : 0;
  const led = revision.startsWith("v2") ? BIT.led : 0;
  return [
    { register: REGISTER.output, value: zeros | led | hubRunningBit(revision) | BIT.protect },
    { register: REGISTER.inversion, value: 0 },
    { register: REGISTER.direction, value: 0 },
  ];
}

/**
 * The writes that drive bit `mask` to a level and leave every other pin alone. An undriven line is made an output only
 * after its latch is right. A set inversion register is cleared: it moves no pin, and read-back must not depend on it.
 */
export function drivePlan(
  image: RegisterImage,
  mask: number,
  high: boolean,
): readonly RegisterWrite[] {
  const output = high ? image.output | mask : image.output & ~mask & 0xff;
  const plan: RegisterWrite[] = [];
  if (image.inversion !== 0) plan.push({ register: REGISTER.inversion, value: 0 });
  plan.push({ register: REGISTER.output, value: output });
  if ((image.direction & mask) !== 0) {
    plan.push({ register: REGISTER.direction, value: image.direction & ~mask & 0xff });
  }
  return plan;
}

/** The power bit of a line; `index` 0 is the chip's first line. */
export function powerBit(index: number): number {
  return 1 << index;
}

/** The image after a write, as far as it follows from the write: the pins are not predicted. */
export function afterWrite(image: RegisterImage, write: RegisterWrite): RegisterImage {
  switch (write.register) {
    case REGISTER.output:
      return { ...image, output: write.value };
    case REGISTER.inversion:
      return { ...image, inversion: write.value };
    case REGISTER.direction:
      return { ...image, direction: write.value };
    default:
      return image;
  }
}

/**
 * The lines (indexes) that are driven otherwise in `found` than in `known`. Latch bits of undriven lines do not count: they
 * move nothing, and what a half-done init has left there is ours.
 */
export function changedLines(known: RegisterImage, found: RegisterImage): readonly number[] {
  const driven = ~found.direction & (known.output ^ found.output);
  const changed = (known.direction ^ found.direction) | driven;
  return [0, 1, 2, 3].filter((index) => (changed & powerBit(index)) !== 0);
}
