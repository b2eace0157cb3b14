import { expect, test } from "vitest";
import type { SlotId } from "../../../hat/slots.ts";
import { measureFault } from "./measure.ts";
import { rigEvent } from "./testing.ts";

const to = (atMs: number, slot: SlotId, state: string) =>
  rigEvent(atMs, "slot.state", slot, { from: "?", to: state });
const start = [to(1000, "p1", "Ready"), to(2000, "p2", "Ready")];

test("a hang: seen when Suspect, mended when Ready again", () => {
  const events = [
    ...start,
    to(31_000, "p1", "Suspect"),
    to(34_000, "p1", "PoweringOff"),
    to(36_000, "p1", "Booting"),
    to(40_500, "p1", "Ready"),
    to(50_000, "p1", "Suspect"),
  ];
  expect(measureFault({ slot: "p1", kind: "hang", atMs: 20_000 }, events)).toEqual({
    slot: "p1",
    kind: "hang",
    at_ms: 20_000,
    detect_ms: 11_000,
    recover_ms: 20_500,
  });
});

test("what came before, or happens to others, does not count", () => {
  const events = [
    ...start,
    to(5000, "p1", "Suspect"),
    to(6000, "p1", "Ready"),
    to(30_000, "p2", "Fault"),
  ];
  expect(measureFault({ slot: "p1", kind: "slow", atMs: 20_000 }, events)).toMatchObject({
    detect_ms: null,
    recover_ms: null,
  });
});

test("a Zero that stays lost was seen and never mended", () => {
  const events = [
    ...start,
    to(31_000, "p1", "Suspect"),
    to(60_000, "p1", "Fault"),
    to(61_000, "p2", "Ready"),
  ];
  expect(measureFault({ slot: "p1", kind: "stuck-on", atMs: 20_000 }, events)).toMatchObject({
    detect_ms: 11_000,
    recover_ms: null,
  });
});

test("a boot that shows nothing on USB is seen by that", () => {
  const events = [to(1000, "p1", "PoweringOn"), rigEvent(9000, "power.no-enumeration", "p1")];
  expect(measureFault({ slot: "p1", kind: "no-boot", atMs: 2000 }, events).detect_ms).toBe(7000);
});

test("the hub: seen by its loss, mended when the last Zero that left is back", () => {
  const events = [
    ...start,
    rigEvent(20_500, "hub.lost"),
    to(31_000, "p1", "Suspect"),
    to(31_100, "p2", "Suspect"),
    rigEvent(31_200, "storm.begin"),
    rigEvent(40_000, "hub.back"),
    to(41_000, "p2", "Ready"),
    to(42_000, "p1", "Ready"),
  ];
  expect(measureFault({ slot: null, kind: "hub-loss", atMs: 20_000 }, events)).toMatchObject({
    slot: null,
    detect_ms: 500,
    recover_ms: 22_000,
  });
});

test("a hub that is back before any Zero was missed is mended then", () => {
  const events = [...start, rigEvent(20_500, "hub.lost"), rigEvent(23_000, "hub.back")];
  expect(measureFault({ slot: null, kind: "hub-loss", atMs: 20_000 }, events).recover_ms).toBe(
    3000,
  );
});

test("a crashed agent: seen by its link, mended when it dials in again", () => {
  const events = [
    ...start,
    rigEvent(20_050, "link.down", "p1"),
    rigEvent(21_000, "hub.back"),
    rigEvent(22_600, "link.up", "p1"),
  ];
  expect(measureFault({ slot: "p1", kind: "crash", atMs: 20_000 }, events)).toMatchObject({
    detect_ms: 50,
    recover_ms: 2600,
  });
});
