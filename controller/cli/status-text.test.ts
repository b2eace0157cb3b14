import { expect, test } from "vitest";
import { rigStatus, slotStatus } from "./demo/testing.ts";
import { ofSlots } from "./of-slots.ts";
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

    SLOT  STATE         FOR    RATE      ACC/REJ  TEMP  FENCED  WHY
    p1    Maintenance$  1m01s  240 kH/s  10/0     41 C  0       self-test-passed
          heard 0.4 s ago, line on, USB present
          maintenance: new fan, 10m00s left
          heat step 1 of 3: half the work
    p2    Cordoned      1m01s  240 kH/s  10/0     41 C  0       self-test-passed
          heard 0.4 s ago, line on, USB present
          cordon: no reason given, until someone ends it
    p12   Suspect*      1m01s  240 kH/s  10/0     -     0       silent
          heard 0.4 s ago, line on, USB present
          zero-dead: nothing of it answers
          next: remedy in 2.1 s unless heard
    p13   Off~          1m01s  240 kH/s  10/0     41 C  0       off-proved
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
  group: null,
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

const work = {
  jobs: 120,
  hashrate_hs: 240_000,
  job_wait_ms: 310,
  verdict_wait_ms: 290,
  ping_ms: 41,
  busy: 0.9921,
  difficulty: 7500,
  accepted: 117,
  rejected: 3,
  rejected_by: { "Incorrect result": 2, "Too many workers": 1 },
  streak: 4,
  best_streak: 88,
};

test("the work of this machine's own threads, and of one connection for all, stands below the slots", () => {
  const idle = { ...work, jobs: 0, hashrate_hs: null };
  const told = statusText({
    ...rigStatus([slotStatus("p1", {})]),
    work: { p1: work, h1: work, h2: { ...idle, accepted: 0, rejected: 0 }, all: idle },
  });
  expect(told).toContain(
    "h1: a thread of this machine, 240 kH/s, accepted 117, rejected 3\n" +
      "      work: 120 jobs, busy 99.2 %, job after 0.31 s, verdict after 0.29 s\n" +
      "      diff 7500, ping 41 ms, best streak 88\n" +
      "      rejected: 2 x Incorrect result, 1 x Too many workers\n" +
      "all: one connection for all, accepted 117, rejected 3\n" +
      "      diff 7500, ping 41 ms, best streak 88\n",
  );
  expect(told).not.toContain("h2");
});

test("of some slots no other is told, neither as a slot nor as a thread of this machine", () => {
  const status = {
    ...rigStatus([slotStatus("p1", {}), slotStatus("p2", {})]),
    work: { p1: work, p2: work, h1: work },
  };
  const told = statusText(ofSlots(status, ["p1"]));
  expect(told).toContain("\np1    Ready");
  expect(told).toContain("\nh1: a thread of this machine");
  expect(told).not.toContain("p2");
});

test("the work of a slot stands below it, from its first job on", () => {
  const fresh = { ...work, jobs: 0 };
  const bare = { ...work, busy: null, job_wait_ms: null, verdict_wait_ms: null, ping_ms: null };
  const told = statusText({
    ...rigStatus([slotStatus("p1", {}), slotStatus("p2", {}), slotStatus("p3", {})]),
    work: { p1: work, p2: fresh, p3: { ...bare, difficulty: null, rejected_by: {} } },
  });
  const lines = told.split("\n").map((line) => line.trim());
  expect(lines).toContain("work: 120 jobs, busy 99.2 %, job after 0.31 s, verdict after 0.29 s");
  expect(lines).toContain("diff 7500, ping 41 ms, best streak 88");
  expect(lines).toContain("rejected: 2 x Incorrect result, 1 x Too many workers");
  expect(lines).toContain("work: 120 jobs, busy 0.0 %, job after -, verdict after -");
  expect(lines).toContain("diff -, best streak 88");
  expect(lines.filter((line) => line.startsWith("work:"))).toHaveLength(2);
});

test("no line is wider than the terminal, and what is cut has a mark", () => {
  const long = "x".repeat(90);
  const slots = [
    slotStatus("p1", {
      why: long,
      evidence: "heard 0.4 s ago, line on, USB present, read 0.2 s ago, and more words",
    }),
  ];
  const board = `virtual ClusterHAT v2.3 (1 x XRA1200P at /tmp/${long}/hat.sock)`;
  const status = rigStatus(slots, { board });
  for (const width of [80, 60, 40, 20]) {
    const text = statusText(status, { width, colour: false });
    const lines = text.split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    expect(lines.find((line) => line.startsWith("p1"))).toMatch(/>$/);
  }
  const at80 = statusText(status, { width: 80, colour: false });
  expect(at80).toContain(
    "      heard 0.4 s ago, line on, USB present, read 0.2 s ago, and more words",
  );
  expect(statusText(status)).toContain(board);
});

test("a state has its mark, and its colour where there is any", () => {
  const slots = [
    slotStatus("p1", { class: "zero-dead" }),
    slotStatus("p2", { state: "Off", class: "off" }),
  ];
  const plain = statusText(rigStatus(slots));
  expect(plain).toMatch(/^p1 +Ready\* /m);
  expect(plain).toMatch(/^p2 +Off~ /m);
  const painted = statusText(rigStatus(slots), { width: 80, colour: true });
  expect(painted).toContain("\u001b[32mReady*\u001b[0m");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is taken out
  expect(painted.replace(/\u001b\[\d*m/g, "")).toBe(plain);
});

test("what an overload dropped is said", () => {
  expect(statusText(rigStatus([], { inbox: { dropped: 0 } }))).not.toContain("overloaded");
  expect(statusText(rigStatus([], { inbox: { dropped: 7 } }))).toContain("overloaded: 7 signs");
});

test("a full node is called one", () => {
  const pool = {
    address: "http://127.0.0.1:8332",
    why: "first",
    detail: null,
    for_ms: 1000,
    connected: 4,
    last_error: null,
  } as const;
  expect(statusText(rigStatus([], { pool }))).toContain(
    "\nfull node http://127.0.0.1:8332: 4 connected\n",
  );
});
