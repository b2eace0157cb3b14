import { expect, it } from "vitest";
import type { RigEvent } from "../core/status.ts";
import { type EventKind, kindOf } from "./event-kind.ts";

type Row = readonly [
  kind: EventKind,
  ev: string,
  more?: Partial<Pick<RigEvent, "level" | "why" | "detail">>,
];

const ROWS: readonly Row[] = [
  ["operator", "operator.off"],
  ["operator", "hold.expired"],
  ["operator", "pause.expired"],
  ["operator", "override.expired"],
  ["operator", "pool.chosen"],
  ["alert", "storm.begin", { level: "warn" }],
  ["alert", "supply.under-voltage", { level: "warn" }],
  ["alert", "slot.given-up", { level: "error" }],
  ["alert", "hub.lost", { level: "error" }],
  ["other", "hub.back"],
  ["block", "block.settled"],
  ["block", "block.lost", { level: "error" }],
  ["other", "block.accepted"],
  ["fault", "block.not-kept", { level: "warn" }],
  ["fence", "slot.state", { why: "silent", detail: { from: "Ready", to: "Suspect" } }],
  ["fence", "slot.state", { why: "power-cycle", detail: { to: "PoweringOff" } }],
  ["fence", "power.off", { why: "power-cycle" }],
  ["power", "slot.state", { why: "operator", detail: { to: "PoweringOff" } }],
  ["power", "slot.state", { why: "wanted-on", detail: { to: "PoweringOn" } }],
  ["power", "slot.state", { why: "off-proved", detail: { to: "Off" } }],
  ["power", "slot.state", { why: "found-on", detail: { from: "Unknown", to: "Unknown" } }],
  ["power", "power.on", { why: "wanted-on" }],
  ["power", "power.off", { why: "operator" }],
  ["power", "ceiling.expired", { level: "warn" }],
  ["power", "schedule.now"],
  ["power", "slot.woken"],
  ["fault", "slot.state", { why: "cut-not-proved", detail: { to: "Fault" } }],
  ["fault", "slot.state", { why: "failed-cycles", detail: { to: "Quarantined" } }],
  ["fault", "power.failed", { level: "warn" }],
  ["fault", "board.failed", { level: "error" }],
  ["fault", "loop.paused", { level: "warn" }],
  ["other", "slot.state", { why: "self-test-passed", detail: { to: "Ready" } }],
  ["other", "link.up"],
  ["other", "controller.started"],
];

it.each(ROWS.map((row) => ({ row })))("$row", ({ row: [kind, ev, more = {}] }) => {
  expect(kindOf({ ev, level: "info", why: null, detail: {}, ...more })).toBe(kind);
});
