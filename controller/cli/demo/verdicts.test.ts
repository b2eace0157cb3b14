import { expect, test } from "vitest";
import type { RigStatus } from "../../core/status.ts";
import { rigEvent, rigStatus, slotStatus } from "./testing.ts";
import { Verdicts } from "./verdicts.ts";

const status = (p1: number, p2: number, host = 0): RigStatus => ({
  ...rigStatus([slotStatus("p1", { accepted: p1 }), slotStatus("p2", { rejected: p2 })]),
  host: { workers: 1, accepted: host, rejected: 0, unknown: 0, hashes: 0 },
});

test("what was counted before the watch began, and each verdict since, is the controller's count", () => {
  const verdicts = new Verdicts();
  verdicts.begin(status(7, 1));
  verdicts.saw(rigEvent(1, "share.accepted", "p1"));
  verdicts.saw(rigEvent(2, "share.rejected", "p2"));
  verdicts.saw(rigEvent(3, "share.accepted"));
  verdicts.saw(rigEvent(4, "share.wrong", "p1"));
  verdicts.begin(status(99, 99));
  expect(verdicts.complaints(status(8, 2, 1))).toEqual([]);
  expect(verdicts.arrived).toBe(3);
});

test("a count that was not seen to grow is a complaint", () => {
  const verdicts = new Verdicts();
  verdicts.begin(status(7, 1));
  verdicts.saw(rigEvent(1, "share.accepted", "p1"));
  expect(verdicts.complaints(status(7, 1, 2))).toEqual([
    "p1: the controller counts 7 accepted and 0 rejected, but 8 and 0 were seen",
    "host: the controller counts 2 accepted and 0 rejected, but 0 and 0 were seen",
  ]);
});
