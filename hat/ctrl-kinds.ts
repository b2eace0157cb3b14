// The USB boards of the ClusterCTRL family: what tells them apart, and what each can do.

import type { SwitchName } from "./board.ts";

export interface CtrlKind {
  /** As the maker calls it. */
  readonly name: string;
  /** The USB product id, four hex digits as in sysfs. */
  readonly productId: string;
  /** What register 4 shows. The Single shows that of the A+6. */
  readonly type: number;
  /** Power lines that the firmware counts; register 1 shows it. */
  readonly slotCount: number;
  /** How many of them one look concerns: all, or the four of one HAT behind the adapter's multiplexer. */
  readonly linesPerLook: number;
  readonly switches: readonly SwitchName[];
  /** It can cut the power of its own hub, and with it its own connection. */
  readonly hub: boolean;
  readonly fan: boolean;
  /** The USB boot pins of compute modules. */
  readonly usbBoot: boolean;
  /** The activity LED, since firmware 1.8. */
  readonly act: boolean;
  /** It carries HATs, each of which may be missing: register 0x20 shows which are there. */
  readonly carriesHats: boolean;
  /** Which Zeros are on can be saved for the next power-up. */
  readonly savesPower: boolean;
  /** The command that enables all LEDs at once drives the power pins of this board (firmware up to 1.8): never send it. */
  readonly ledCommandPowers: boolean;
}

const ALERT_AND_LED: readonly SwitchName[] = ["alert", "led"];

const PLAIN = {
  switches: ALERT_AND_LED,
  hub: true,
  fan: false,
  usbBoot: false,
  act: false,
  carriesHats: false,
  savesPower: true,
  ledCommandPowers: false,
} as const;

/** Of the firmware's sources (github.com/burtyb/ClusterCTRL, `*-1.0/config.h` and `usbconfighw.h`, versions 1.0 to 1.8). */
export const CTRL_KINDS = {
  da: {
    ...PLAIN,
    name: "DA",
    productId: "0011",
    type: 0,
    slotCount: 32,
    linesPerLook: 4,
    hub: false,
    carriesHats: true,
    savesPower: false,
  },
  phat: {
    ...PLAIN,
    name: "pHAT",
    productId: "0012",
    type: 2,
    slotCount: 2,
    linesPerLook: 2,
    ledCommandPowers: true,
  },
  aplus6: {
    ...PLAIN,
    name: "A+6",
    productId: "0013",
    type: 3,
    slotCount: 5,
    linesPerLook: 5,
    fan: true,
    act: true,
  },
  triple: {
    ...PLAIN,
    name: "Triple",
    productId: "0014",
    type: 1,
    slotCount: 3,
    linesPerLook: 3,
    fan: true,
    usbBoot: true,
  },
  single: {
    ...PLAIN,
    name: "Single",
    productId: "0015",
    type: 3,
    slotCount: 1,
    linesPerLook: 1,
    usbBoot: true,
    ledCommandPowers: true,
  },
  stack: {
    ...PLAIN,
    name: "Stack",
    productId: "0016",
    type: 4,
    slotCount: 5,
    linesPerLook: 5,
    switches: ["led"],
    hub: false,
    fan: true,
  },
} as const satisfies Record<string, CtrlKind>;

/** The kind with these USB ids (four hex digits each); null for any other device. */
export function ctrlKindOf(vendorId: string, productId: string): CtrlKind | null {
  if (vendorId.toLowerCase() !== "3171") return null;
  return Object.values(CTRL_KINDS).find((kind) => kind.productId === productId) ?? null;
}
