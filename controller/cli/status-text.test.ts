import { expect, test } from "vitest";
import { rigStatus, slotStatus } from "./demo/testing.ts";
import { shareText } from "./pool-command.ts";
import { formatRate, statusText } from "./status-text.ts";

test.each([
  [0, "0 H/s"],
  [999, "999 H/s"],
  [240_000, "240 kH/s"],
  [12_345_678, "12.35 MH/s"],
])("%i H/s is shown as %s", (rate, text) => {
  expect(formatRate(rate)).toBe(text);
});

test("the status in words", () => {
  const slots = [
    slotStatus("p1", {
      why: "self-test-passed; maintenance: new fan",
      state: "Maintenance",
      hold: { kind: "maintenance", reason: "new fan", left_ms: 600_000 },
      heat: 1,
    }),
    slotStatus("p2", {
      why: "self-test-passed; cordon: ",
      state: "Cordoned",
      hold: { kind: "cordon", reason: "", left_ms: null },
    }),
    slotStatus("p12", {
      state: "Suspect",
      why: "silent",
      class: "zero-dead",
      next: "remedy in 2.1 s unless heard",
      temp_c: null,
    }),
    slotStatus("p13", { state: "Off", class: "off", why: "off-proved" }),
  ];
  const pool = {
    address: "127.0.0.1:2811",
    why: "failed-over",
    detail: "192.0.2.1:2811: timeout: no banner",
    for_ms: 65_000,
    connected: 1,
    last_error: "timeout",
  } as const;
  const pause = { reason: "moving the rig", left_ms: 3_600_000 };
  const status = rigStatus(slots, { storm: "storm", automation: "board.failed", pool, pause });
  const text = statusText(status);
  expect(text).toMatchInlineSnapshot(`
    "ClusterHAT v2.3 (virtual), up 1m12s
    pool 127.0.0.1:2811: 1 connected, last error: timeout
      for 1m05s: the one before failed (192.0.2.1:2811: timeout: no banner)
    power: 3.6 W (modelled), no ceiling
    paused: moving the rig, 1h00m left
      automation switches nothing meanwhile, but off for heat or a failing supply
    storm: many Zeros were lost at once; nothing is cut now
    automation stopped: board.failed

    SLOT  STATE        FOR    RATE      ACC/REJ  TEMP  FENCED  WHY
    p1    Maintenance  1m01s  240 kH/s  10/0     41 C  0       self-test-passed
          heard 0.4 s ago, line on, USB present
          maintenance: new fan, 10m00s left
          heat step 1 of 3: half the work
    p2    Cordoned     1m01s  240 kH/s  10/0     41 C  0       self-test-passed
          heard 0.4 s ago, line on, USB present
          cordon: no reason given, until someone ends it
    p12   Suspect      1m01s  240 kH/s  10/0     -     0       silent
          heard 0.4 s ago, line on, USB present
          zero-dead: nothing of it answers
          next: remedy in 2.1 s unless heard
    p13   Off          1m01s  240 kH/s  10/0     41 C  0       off-proved
          heard 0.4 s ago, line on, USB present

    accepted 40, rejected 0, unknown 0, fenced 0
    energy: 0 J (modelled)
    "
  `);
  expect(Math.max(...text.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(100);
});

const share = {
  user: "me",
  rig: "pi-p1",
  software: "zerorig 0.1.0",
  verdict: "accepted",
  block: false,
  reason: null,
  difficulty: 7500,
  hashes: 375_000,
  hashrateHs: 240_000,
  shareMs: 1740,
  target: "",
} as const;

test.each([
  [share, "me/pi-p1 accepted - 1.7s - 240 kH/s - diff 7500"],
  [{ ...share, block: true, hashrateHs: null }, "me/pi-p1 block - 1.7s - ? H/s - diff 7500"],
  [
    { ...share, verdict: "rejected", reason: "Incorrect result" } as const,
    "me/pi-p1 rejected (Incorrect result) - 1.7s - 240 kH/s - diff 7500",
  ],
])("a share in a line: %#", (given, text) => {
  expect(shareText(given)).toBe(text);
});
