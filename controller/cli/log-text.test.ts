import { describe, expect, it } from "vitest";
import type { LogLine } from "../shell/log-line.ts";
import { dayOf, logLineText, lostText } from "./log-text.ts";
import { wantsColour } from "./paint.ts";

/** Told in this machine's time, wherever that is. */
const AT = new Date(2026, 10, 21, 20, 51, 3).toISOString();

function line(more: Partial<LogLine>): LogLine {
  const none = { slot: null, why: null, msg: null, detail: {} };
  return { n: 1, at: AT, level: "info", ev: "x", ...none, ...more };
}

describe("a line of the log", () => {
  it.each<[Partial<LogLine>, string]>([
    [
      { slot: "p2", ev: "share.accepted", msg: "|p2| Accepted 1/1 (100%) · 0.5s · 241 kH/s" },
      "20:51:03 |p2 | Accepted 1/1 (100%) · 0.5s · 241 kH/s",
    ],
    [{ ev: "share.accepted", msg: "|h1| Accepted 2/2" }, "20:51:03 |h1 | Accepted 2/2"],
    [
      {
        slot: "p1",
        ev: "slot.state",
        why: "self-test-passed",
        detail: { from: "Booting", to: "Ready" },
      },
      "20:51:03 |p1 | Booting -> Ready (self-test-passed)",
    ],
    [
      { slot: "p1", ev: "power.cut", why: "silent", level: "warn", detail: { ms: 3, note: null } },
      "20:51:03 |p1 | warning: power.cut (silent) ms=3",
    ],
    [
      { ev: "pool.up", detail: { node: "192.0.2.1:2811" } },
      "20:51:03 |net| pool.up node=192.0.2.1:2811",
    ],
    [{ ev: null, level: "error", msg: "it broke" }, "20:51:03 |sys| error: it broke"],
    [{ ev: null, detail: { list: [1, 2] } }, "20:51:03 |sys| ? list=[1,2]"],
    [{ at: "never", msg: "a\u001b[2Jb\u202ec\nd" }, "--:--:-- |sys| a [2Jb c d"],
    [{ slot: "\u001b[31m", msg: "x" }, "20:51:03 | [31m| x"],
  ])("%j reads %s", (more, text) => {
    expect(logLineText(line(more), false)).toBe(text);
  });

  it("is coloured by what it says", () => {
    const code = (more: Partial<LogLine>) =>
      logLineText(line({ msg: "text", ...more }), true)
        .split("text")[0]
        ?.slice(-5);
    expect(code({ ev: "share.accepted" })).toContain("\u001b[32m");
    expect(code({ ev: "share.rejected" })).toContain("\u001b[31m");
    expect(logLineText(line({ level: "warn" }), true)).toContain("\u001b[33mwarning:");
    expect(logLineText(line({ level: "error" }), true)).toContain("\u001b[31merror:");
  });

  it("has a day, and lost ones are counted", () => {
    expect(dayOf({ at: AT })).toBe("2026-11-21");
    expect(dayOf({ at: "x" })).toBe("no date");
    expect([lostText(1), lostText(2)].map((text) => text.slice(0, 12))).toEqual([
      "(1 line was ",
      "(2 lines wer",
    ]);
  });
});

describe("colour", () => {
  it.each<[Record<string, string>, boolean, boolean]>([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: "1" }, true, false],
    [{ NO_COLOR: "" }, true, true],
    [{ TERM: "dumb" }, true, false],
    [{ FORCE_COLOR: "1" }, false, true],
    [{ FORCE_COLOR: "1", NO_COLOR: "1", TERM: "dumb" }, false, true],
    [{ FORCE_COLOR: "0" }, true, false],
  ])("%j on a terminal (%s): %s", (env, isTTY, wanted) => {
    expect(wantsColour(env, { isTTY })).toBe(wanted);
  });
});
