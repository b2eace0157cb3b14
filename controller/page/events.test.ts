import { expect, it } from "vitest";
import type { RigEvent } from "../core/status.ts";
import { markOf } from "./events.ts";

function told(ev: string, slot: RigEvent["slot"], why: string | null, detail = {}) {
  const at = "2026-11-21T20:53:47.730Z";
  return markOf({ at, at_ms: 1, level: "info", ev, slot, why, detail });
}

it.each([
  [
    told("power.off", "p3", "power-cycle", { proof: "read-back and USB gone" }),
    "fence",
    "p3 was fenced: power cut, and proved off (proof: read-back and USB gone)",
  ],
  [told("power.off", "p3", "operator"), "power", "p3 is off: a person asked for it"],
  [told("power.on", "p3", "wanted-on"), "power", "p3 gets power: it is wanted on"],
  [
    told("slot.state", "p3", "silent", { from: "Ready", to: "Suspect" }),
    "fault",
    "p3 is suspected: nothing was heard of it",
  ],
  [
    told("slot.state", "p3", "self-test-passed", { from: "Booting", to: "Ready" }),
    "power",
    "p3 is up and mines",
  ],
  [
    told("slot.state", "p3", "heard-again", { from: "Suspect", to: "Ready" }),
    "fault",
    "p3 was heard again in time",
  ],
  [told("slot.woken", "p3", "work"), "power", "p3 is woken: there is work"],
  [told("slot.woken", "p3", "demand"), "power", "p3 is woken: somebody asked for it"],
  [told("slot.woken", "p3", "demand", { by: "/wiki" }), "power", "p3 is woken: /wiki asked for it"],
  [told("operator.off", "p2", "dust"), "person", "p2: a person asked for off: dust"],
  [told("operator.pause", null, null), "person", "A person asked for a pause of automation"],
  [told("hub.lost", null, null), "fault", "The USB hub is gone: nobody is cut"],
  [
    told("block.settled", null, null, { height: "840000", fate: "accepted" }),
    "rig",
    "Block 840000 was found: accepted",
  ],
  [
    told("block.settled", null, null, { height: "7", fate: "rejected" }),
    "fault",
    "Block 7 was found: rejected",
  ],
])("%o", (mark, kind, text) => {
  expect(mark).toMatchObject({ kind, text, at: Date.UTC(2026, 10, 21, 20, 53, 47, 730) });
});

it("leaves out what nobody looks for over a chart", () => {
  expect(told("share.accepted", "p1", null)).toBeNull();
  expect(told("slot.state", "p1", "linked", { from: "Booting", to: "Booting" })).toBeNull();
  expect(told("link.up", "p1", "new-boot")).toBeNull();
});
