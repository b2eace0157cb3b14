import { describe, expect, it, test } from "vitest";
import type { SlotId } from "../../../hat/slots.ts";
import type { RigStatus } from "../../core/status.ts";
import { rigEvent, rigStatus, slotStatus } from "../demo/testing.ts";
import { changes } from "../screen.ts";
import { draw } from "./draw.ts";
import { emptyModel, happened, heard, type Model } from "./model.ts";

const SIZES = [
  { width: 80, height: 24 },
  { width: 40, height: 10 },
] as const;
const [WIDE, NARROW] = SIZES;

function model(status: RigStatus, changed: Partial<Model> = {}): Model {
  return { ...heard(emptyModel(false), status, 1000), ...changed };
}

/** The lines that hold something, at 1 s after the last status. */
function shown(of: Model, size: (typeof SIZES)[number], now = 2000): string[] {
  return draw(of, size, now, false).filter((line) => line !== "");
}

const SLOTS = [
  slotStatus("p1"),
  slotStatus("p2", {
    state: "Suspect",
    class: "zero-dead",
    why: "silent",
    hashrate_hs: 0,
    temp_c: null,
    next: "remedy in 2.1 s unless heard",
    heat: 1,
    hold: { kind: "cordon", reason: "new fan", left_ms: 60_000 },
  }),
];

test("a rig at 80 x 24", () => {
  const rig = model(rigStatus(SLOTS), { selected: "p2" });
  const event = rigEvent(0, "slot.state", "p2", { from: "Ready", to: "Suspect" });
  const lines = shown(happened(rig, { ...event, why: "silent" }), WIDE);
  const time = new Date(event.at).toTimeString().slice(0, 8);
  expect(lines).toEqual([
    "up 1m12s, ClusterHAT v2.3 (virtual)",
    "240 kH/s  accepted 20/20  3.6 W  fenced 0  pool 2 up (127.0.0.1:2811)",
    "  SLOT STATE        FOR    RATE      ACC/REJ   TEMP  WATTS  WHY",
    "  p1   Ready        1m01s  240 kH/s  10/0      41 C  0.90 W self-test-passed",
    "> p2   Suspect*     1m01s  0 H/s     10/0      -     0.90 W silent",
    "  p2: remedy in 2.1 s unless heard; heard 0.4 s ago, line on, USB present",
    "  nothing of it answers",
    "  cordon: new fan, 1m00s left",
    "  heat step 1 of 3: half the work",
    `${time} p2  Ready -> Suspect (silent)`,
    "q quit  ? help  / filter  o on  x off  c cycle  d drain  u uncordon",
  ]);
});

test("the same at 40 x 10", () => {
  expect(shown(model(rigStatus(SLOTS), { selected: "p2" }), NARROW)).toEqual([
    "up 1m12s, ClusterHAT v2.3 (virtual)",
    "240 kH/s  accepted 20/20  3.6 W  fenced>",
    "  SLOT STATE        RATE      WHY",
    "  p1   Ready        240 kH/s  self-test>",
    "> p2   Suspect*     0 H/s     silent",
    "  p2: remedy in 2.1 s unless heard; hea>",
    "q quit  ? help  / filter  o on  x off  >",
  ]);
});

describe("what is not as usual", () => {
  it.each<[Partial<RigStatus>, string]>([
    [{ storm: "storm" }, "storm: many Zeros were lost at once; nothing is cut now"],
    [{ automation: "board.failed" }, "automation stopped: board.failed"],
    [{ pause: { reason: "moving", left_ms: null } }, "paused: moving, until someone ends it"],
  ])("%j stands on top", (changed, line) => {
    for (const size of SIZES) {
      const top = draw(model(rigStatus(SLOTS, changed)), size, 2000, false)[2] ?? "";
      expect(line.startsWith(top.replace(/>$/, ""))).toBe(true);
      expect(top).not.toBe("");
    }
  });

  it("a controller that says nothing is shown as old", () => {
    expect(shown(model(rigStatus(SLOTS)), WIDE, 9000)[2]).toBe(
      "nothing heard of the controller for 8s: this is old",
    );
    expect(draw(emptyModel(false), WIDE, 9000, false)).toContain("waiting for the controller ...");
  });
});

describe("the lowest line", () => {
  const rig = model(rigStatus(SLOTS), { selected: "p1" });
  it.each<[Partial<Model>, string, string]>([
    [{ isReadOnly: true }, "q quit  ? help  / filter  (read-only)", ""],
    [
      { mode: { kind: "confirm", verb: "off", slot: "p1" } },
      "",
      "shut p1 down and cut its power? y/N",
    ],
    [
      { mode: { kind: "reason", slot: "p1", text: "fan" } },
      "",
      "drain p1, because (Enter does it, Esc not): fan_",
    ],
    [{ mode: { kind: "filter" }, filter: "sus" }, "", "/sus_"],
    [{ filter: "sus" }, "", "filter: sus  (/ changes it, Esc takes it away)"],
    [{ note: "off p1: taken in" }, "", "off p1: taken in"],
  ])("with %j", (changed, keys, said) => {
    const [asked, last] = draw({ ...rig, ...changed }, WIDE, 2000, false).slice(-2);
    expect(asked).toBe(said.replace("y/N", "y/n"));
    if (keys !== "") expect(last).toBe(keys);
    const low = draw({ ...rig, ...changed }, NARROW, 2000, false).at(-1) ?? "";
    expect((said || keys).replace("y/N", "y/n").startsWith(low.replace(/>$/, ""))).toBe(true);
  });

  it("help tells the keys, and those that switch only where they do", () => {
    const help = { mode: { kind: "help" } } as const;
    expect(shown({ ...rig, ...help }, WIDE).join("\n")).toContain("drain it");
    expect(shown({ ...rig, ...help, isReadOnly: true }, WIDE).join("\n")).not.toContain("drain");
  });
});

it("shows the rows around the selected slot where not all fit", () => {
  const many = Array.from({ length: 32 }, (_, index) => slotStatus(`p${index + 1}` as SlotId));
  const low = shown(model(rigStatus(many), { selected: "p20" }), NARROW);
  expect(
    low.filter((line) => /^[> ] p\d+ /.test(line)).map((line) => line.slice(0, 6).trim()),
  ).toEqual(["p18", "p19", "> p20", "p21"]);
  const end = shown(model(rigStatus(many), { selected: "p32" }), WIDE);
  expect(end.some((line) => line.startsWith("> p32"))).toBe(true);
});

it("says so when the filter leaves nothing", () => {
  expect(shown(model(rigStatus(SLOTS), { filter: "zz" }), WIDE)).toContain(
    'no slot has "zz" in its name, state or reason',
  );
});

it("never draws more than the screen holds, whatever its size", () => {
  const many = Array.from({ length: 8 }, (_, index) =>
    slotStatus(`p${index + 1}` as SlotId, { why: "x".repeat(100), evidence: "\u001b[2Jevil\n" }),
  );
  const events = Array.from({ length: 30 }, (_, index) => rigEvent(index, "x".repeat(90)));
  const status = rigStatus(many, { storm: "storm", automation: "x", board: "b".repeat(200) });
  for (const width of [1, 10, 29, 40, 61, 80, 200]) {
    for (const height of [1, 2, 5, 10, 13, 14, 24, 60]) {
      for (const kind of ["look", "help", "filter"] as const) {
        const lines = draw(
          model(status, { events, mode: { kind } }),
          { width, height },
          2000,
          false,
        );
        expect(lines.length).toBeLessThanOrEqual(height);
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
        for (const control of ["\u001b", "\n"]) expect(lines.join("")).not.toContain(control);
      }
    }
  }
});

it("is the same text with colours", () => {
  const rig = model(rigStatus(SLOTS), { selected: "p1", note: "x" });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is taken out
  const bare = draw(rig, WIDE, 2000, true).map((line) => line.replace(/\u001b\[\d*m/g, ""));
  expect(bare).toEqual(draw(rig, WIDE, 2000, false));
});

describe("a frame over another", () => {
  it("writes the lines that differ, and no other", () => {
    expect(changes(["a", "b", "c"], ["a", "B", "c"])).toBe("\u001b[2;1HB\u001b[K");
    expect(changes(["a"], ["a"])).toBe("");
    expect(changes(["a", "b"], ["a"])).toBe("\u001b[2;1H\u001b[K");
    expect(changes([], ["a", "", "c"])).toBe("\u001b[1;1Ha\u001b[K\u001b[3;1Hc\u001b[K");
  });
});
