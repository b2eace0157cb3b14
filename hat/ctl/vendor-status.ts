// The vendor's `clusterctrl status`: its keys, in its order. Source: github burtyb/clusterhat-image, clusterctrl @dd66f59.

import type { BoardPart, SwitchName } from "../board.ts";
import type { VendorFacts } from "./vendor-facts.ts";

type Line = readonly [key: string, value: string | number];

const HAT_REVISION = /ClusterHAT v(\d)\.(\d+)/;

/** The lines. What the vendor's tool finds out by driving pins, and we do not, is left out: `hat_wplink`, `hat_xra1200p`. */
export function vendorStatus(facts: VendorFacts): string {
  const { info, reading, throttled, piRevision } = facts;
  const hats = info.parts.filter(({ description }) => HAT_REVISION.test(description));
  const [hat] = hats;
  const others = info.parts.length - hats.length;
  const lines: Line[] = [
    ["clusterhat", hat === undefined ? "False" : clusterhat(hat, facts)],
    ["clusterctrl", others === 0 ? "False" : others],
    ["maxpi", info.slots.length],
    ["pirevision", piRevision ?? "Unknown"],
    ["throttled", throttled ?? "NA"],
    ...(hat === undefined ? [] : hatLines(hat, hats, facts)),
    ...reading.slots.map(({ slot, line }): Line => [slot, line === "on" ? 1 : 0]),
  ];
  return lines.map(([key, value]) => `${key}:${value}\n`).join("");
}

/** 1 for a HAT that its EEPROM names; else the version that it was said to be. */
function clusterhat(hat: BoardPart, { eeprom }: VendorFacts): string {
  return eeprom === null ? versionOf(hat).join(".") : "1";
}

function versionOf({ description }: BoardPart): readonly [major: string, minor: string] {
  const [, major = "", minor = ""] = HAT_REVISION.exec(description) ?? [];
  return [major, minor];
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
  ];
}
