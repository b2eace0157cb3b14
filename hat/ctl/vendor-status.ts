// The vendor's `clusterctrl status`: its keys, in its order. Source: github burtyb/clusterhat-image, clusterctrl @dd66f59.

import type { BoardPart, SwitchName } from "../board.ts";
import type { CtrlData } from "../ctrl-tools.ts";
import { type SlotId, slotIndex } from "../slots.ts";
import type { UsbFacts, VendorFacts } from "./vendor-facts.ts";

type Line = readonly [key: string, value: string | number];

/** The lines. `hat_wplink` is there where nobody can tell it (-1): elsewhere the vendor's tool tries it out, and this only reads. */
export function vendorStatus(facts: VendorFacts): string {
  const { info, throttled, piRevision, usb } = facts;
  const hats = info.parts.filter(({ revision }) => revision !== undefined);
  const [hat] = hats;
  const lines: Line[] = [
    ["clusterhat", hat === undefined ? "False" : clusterhat(hat, facts)],
    ["clusterctrl", usb.length === 0 ? "False" : usb.length],
    ["maxpi", info.slots.length],
    ["pirevision", piRevision ?? "Unknown"],
    ["throttled", throttled ?? "NA"],
    ...(usb.length === 0 ? [] : [ctrlBus(usb)]),
    ...(hat === undefined ? [] : hatLines(hat, hats, facts)),
    ...hats.flatMap(({ slots }) => slots.map((slot) => power(slot, facts))),
    ...usb.flatMap((board) => usbLines(board, facts)),
  ];
  return lines.map(([key, value]) => `${key}:${value}\n`).join("");
}

function power(slot: SlotId, { reading }: VendorFacts): Line {
  const line = reading.slots.find((shown) => shown.slot === slot)?.line;
  return [slot, line === "on" ? 1 : 0];
}

/** With the vendor's blank at the end. */
function ctrlBus(usb: readonly UsbFacts[]): Line {
  const boards = usb.map(
    ({ order, busNumber, slots }) => `${order}:${busNumber ?? "NA"}:${slots.length} `,
  );
  return ["ctrl_bus", boards.join("")];
}

function usbLines({ order, slots, data, usbBoot }: UsbFacts, facts: VendorFacts): Line[] {
  const { firmware, adcs, tempC, fan } = data;
  const volts = adcs.flatMap(({ number, millivolts }) =>
    millivolts === null ? [] : [`ADC${number}:${millivolts}mV`],
  );
  const warmth = tempC === null ? [] : [`T1:${tempC.toFixed(2)}C`];
  // The vendor asks it of firmware 1.6 alone: the fan's own bit, and one for each line that asks for cooling.
  const cooling = fan === null ? [] : [`FAN:${fanBits(fan, slots).toString(2).padStart(8, "0")}`];
  return [
    [`ctrl${order}`, `FW:${[firmware, ...volts, ...warmth, ...cooling].join(" ")}`],
    ...slots.flatMap((slot): Line[] => {
      const boot = usbBoot.get(slot);
      const line = power(slot, facts);
      return boot === undefined ? [line] : [line, [slot.replace("p", "u"), boot ? 1 : 0]];
    }),
  ];
}

function fanBits(fan: NonNullable<CtrlData["fan"]>, slots: readonly SlotId[]): number {
  // `requests` are numbered as the board counts by itself, from p1.
  const asking = fan.requests
    .map((slot) => slotIndex(slot))
    .filter((index) => index < slots.length);
  return asking.reduce((bits, index) => bits | (2 << index), fan.on ? 1 : 0);
}

/** 1 for a HAT that its EEPROM names; else the version that it was said to be. */
function clusterhat(hat: BoardPart, { eeprom }: VendorFacts): string {
  return eeprom === null ? versionOf(hat).join(".") : "1";
}

/** "v2.3" as the vendor has it; a v1 that was named without more is a 1.0. */
function versionOf({ revision = "" }: BoardPart): readonly [major: string, minor: string] {
  const [major = "", minor = "0"] = revision.slice(1).split(".");
  return [major, minor];
}

function chipLines({ chip }: BoardPart): Line[] {
  if (chip === undefined) return [];
  if (chip === "XRA1200P") return [["hat_xra1200p", "True"]];
  return [
    ["hat_wplink", -1],
    ["hat_xra1200p", "False"],
  ];
}

/** A revision word of the new style (bit 23) whose processor (bits 12 to 15) is the BCM2712. */
function isPi5(piRevision: string | null): boolean {
  const word = Number(piRevision ?? 0);
  return ((word >> 23) & 1) === 1 && ((word >> 12) & 0xf) === 4;
}

function hatLines(hat: BoardPart, hats: readonly BoardPart[], facts: VendorFacts): Line[] {
  const { info, switches, eeprom, piRevision } = facts;
  const [major, minor] = versionOf(hat);
  const part = info.parts.indexOf(hat);
  const line = (key: string, name: SwitchName): Line[] => {
    const found = switches.find((shown) => shown.part === part && shown.name === name);
    return found === undefined ? [] : [[key, found.on ? 1 : 0]];
  };
  const named: Line[] =
    eeprom === null
      ? [
          ["hat_uuid", "NA"],
          ["hat_vendor", "NA"],
          ["hat_pid", "NA"],
          ["hat_force", `${major}.${minor}`],
        ]
      : [
          ["hat_uuid", eeprom.uuid],
          ["hat_vendor", eeprom.vendor],
          ["hat_product_id", eeprom.productId],
        ];
  return [
    ["hat_version", `${major}.${minor}`],
    ["hat_version_major", major],
    ["hat_version_minor", minor],
    ["hat_size", hats.flatMap(({ slots }) => slots).length],
    ...named,
    ["is_pi5", isPi5(piRevision) ? "True" : "False"],
    ...line("hat_alert", "alert"),
    ...line("hat_hub", "hub"),
    ...line("hat_wp", "protect"),
    ...line("hat_led", "led"),
    ...chipLines(hat),
  ];
}
