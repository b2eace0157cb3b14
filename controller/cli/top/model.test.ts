import { describe, expect, it, test } from "vitest";
import { rigEvent, rigStatus, slotStatus } from "../demo/testing.ts";
import { type Key, keysOf } from "./keys.ts";
import {
  answered,
  BY_HAND,
  type Deed,
  emptyModel,
  happened,
  heard,
  type Model,
  shownSlots,
  typed,
} from "./model.ts";

const STATUS = rigStatus([
  slotStatus("p1"),
  slotStatus("p2", { state: "Off" }),
  slotStatus("p3", { why: "hot" }),
]);

function started(isReadOnly = false): Model {
  return heard(emptyModel(isReadOnly), STATUS, 1);
}

/** After these keys: the model, and what is to be done outside. */
function press(keys: string, from = started()): { model: Model; deeds: Deed[] } {
  let model = from;
  const deeds: Deed[] = [];
  for (const key of keysOf(keys)) {
    const turn = typed(model, key);
    model = turn.model;
    if (turn.deed !== null) deeds.push(turn.deed);
  }
  return { model, deeds };
}

const [UP, DOWN, ESC, ENTER] = ["\u001b[A", "\u001b[B", "\u001b", "\r"];

test.each<[string, Key["name"][]]>([
  ["\u001b[A\u001bOB", ["up", "down"]],
  ["\u001b[H\u001b[4~", ["first", "last"]],
  ["\r\u007f\u0003", ["enter", "back", "interrupt"]],
  ["\u001b", ["escape"]],
  ["aé€", ["char", "char", "char"]],
  // Keys that mean nothing here: page up, F1, alt-x, ctrl-a; and the end of a paste.
  ["\u001b[5~\u001bOP\u001bx\u0001\u001b[201~", []],
])("%j is the keys %j", (text, names) => {
  expect(keysOf(text).map(({ name }) => name)).toEqual(names);
});

describe("the selection", () => {
  it.each([
    ["", "p1"],
    ["j", "p2"],
    [DOWN + DOWN, "p3"],
    ["jjjjj", "p3"],
    ["jjk", "p2"],
    [DOWN + UP, "p1"],
    ["kk", "p1"],
    ["G", "p3"],
    ["Gg", "p1"],
  ])("after %j is %s", (keys, slot) => {
    expect(press(keys).model.selected).toBe(slot);
  });

  it("stays with its slot, and moves where the filter hides it", () => {
    const { model } = press("jj");
    expect(heard(model, STATUS, 2).selected).toBe("p3");
    expect(press(`/off${ENTER}`, model).model.selected).toBe("p2");
    expect(press(`/nothing${ENTER}`, model).model.selected).toBe(null);
  });
});

describe("the filter", () => {
  it("looks at name, state and reason, and goes with Esc", () => {
    const shown = (keys: string) => shownSlots(press(keys).model).map(({ slot }) => slot);
    expect(shown("/")).toEqual(["p1", "p2", "p3"]);
    expect(shown("/OFF")).toEqual(["p2"]);
    expect(shown("/hot")).toEqual(["p3"]);
    expect(shown("/p3\u007f2")).toEqual(["p2"]);
    expect(shown(`/hot${ESC}`)).toEqual(["p1", "p2", "p3"]);
    expect(shown(`/hot${ENTER}${ESC}`)).toEqual(["p1", "p2", "p3"]);
  });

  it("takes letters, not commands", () => {
    expect(press("/q").deeds).toEqual([]);
  });
});

describe("switching", () => {
  it.each([
    ["oy", "on"],
    ["xY", "off"],
    ["cy", "cycle"],
    ["uy", "uncordon"],
  ])("%s asks, then does: %s", (keys, verb) => {
    expect(press(keys.slice(0, 1)).deeds).toEqual([]);
    expect(press(keys).deeds).toEqual([{ do: "ask", verb, slot: "p1", reason: BY_HAND }]);
  });

  it.each(["xn", `x${ESC}`, `x${ENTER}`, "xx", "x/", `d${ESC}`, `da${ESC}`])(
    "%j does nothing, and says so",
    (keys) => {
      const { deeds, model } = press(keys);
      expect(deeds).toEqual([]);
      expect(model).toMatchObject({ mode: { kind: "look" }, note: "nothing was done" });
    },
  );

  it("a drain takes its reason", () => {
    expect(press(`jd new fam\u007fn ${ENTER}`).deeds).toEqual([
      { do: "ask", verb: "drain", slot: "p2", reason: "new fan" },
    ]);
    const without = press(`d ${ENTER}`);
    expect(without.deeds).toEqual([]);
    expect(without.model.note).toBe("a drain needs a reason");
  });

  it("is about the slot that was asked about, whatever comes meanwhile", () => {
    const { model } = press("jx");
    const later = heard(model, rigStatus([slotStatus("p1")]), 2);
    expect(later.selected).toBe("p1");
    expect(press("y", later).deeds).toMatchObject([{ slot: "p2" }]);
  });

  it("is not there where it is read-only, or nothing is selected", () => {
    for (const key of "oxcdu") {
      const { model, deeds } = press(`${key}y${ENTER}`, started(true));
      expect(deeds).toEqual([]);
      expect(model.mode.kind).toBe("look");
    }
    expect(press("x", started(true)).model.note).toBe("off: this view is read-only");
    expect(press("xy", emptyModel(false)).deeds).toEqual([]);
  });
});

it("quits by q, and by Ctrl-C wherever it is", () => {
  expect(press("q").deeds).toEqual([{ do: "quit", interrupted: false }]);
  for (const keys of ["", "/", "x", "d", "?"]) {
    expect(press(`${keys}\u0003`).deeds).toEqual([{ do: "quit", interrupted: true }]);
  }
});

it("help goes with any key", () => {
  expect(press("?").model.mode.kind).toBe("help");
  expect(press("?q")).toMatchObject({ model: { mode: { kind: "look" } }, deeds: [] });
});

it("keeps the newest events, without shares, and what was said until the next key", () => {
  let model = started();
  for (let index = 0; index < 120; index++) model = happened(model, rigEvent(index, "power.on"));
  model = happened(model, rigEvent(999, "share.accepted"));
  expect(model.events).toHaveLength(100);
  expect(model.events.at(-1)?.at_ms).toBe(119);
  const told = answered(model, "off p1: taken in");
  expect(told.note).toBe("off p1: taken in");
  expect(press("j", told).model.note).toBe("");
});
