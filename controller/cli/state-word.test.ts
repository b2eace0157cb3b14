import { expect, test } from "vitest";
import type { SlotStatus } from "../core/status.ts";
import { slotStatus } from "./demo/testing.ts";
import { stateWord } from "./state-word.ts";

test.each<[Partial<SlotStatus>, string]>([
  [{}, "Ready"],
  [{ class: "zero-dead" }, "Ready*"],
  [{ state: "Suspect", class: "our-side" }, "Suspect*"],
  [{ state: "Off", class: "off", wanted: "off" }, "Off~"],
  [{ state: "Quarantined", class: "off" }, "Quarantined~"],
  [{ state: "PoweringOn", class: "booting" }, "PoweringOn#"],
  [{ state: "Booting", class: "booting" }, "Booting#"],
  [{ state: "PoweringOff", wanted: "off" }, "PoweringOff%"],
  [{ wanted: "off" }, "Ready!"],
  [{ state: "Remediating", class: "zero-dead" }, "Remediating^"],
  [{ state: "Maintenance" }, "Maintenance$"],
  [{ state: "Maintenance", class: "link-dead" }, "Maintenance*"],
  [{ state: "Cordoned" }, "Cordoned"],
  [{ state: "Fault" }, "Fault"],
])("%j reads %s", (changes, word) => {
  expect(stateWord(slotStatus("p1", changes))).toBe(word);
});
