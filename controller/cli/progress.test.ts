import { describe, expect, it, onTestFinished, test, vi } from "vitest";
import { progressLine, startProgress } from "./progress.ts";
import { clip, harmless, wrap } from "./terminal-text.ts";

const STEPS = { done: 1, of: 4, text: "p2 Booting" };

describe("the bar", () => {
  it("is as full as it is done, and fits", () => {
    expect(progressLine(STEPS, "12s of 5m00s", 80)).toBe(
      "[#####---------------] 1 of 4, 12s of 5m00s: p2 Booting",
    );
    expect(progressLine({ done: 2, of: 2, text: "" }, "1s of 2s", 80)).toBe(
      "[####################] 2 of 2, 1s of 2s",
    );
    expect(progressLine(STEPS, "12s of 5m00s", 30)).toHaveLength(30);
  });

  function terminal(isTTY: boolean) {
    const written: string[] = [];
    return { written, out: { isTTY, columns: 60, write: (text: string) => written.push(text) } };
  }

  it("is drawn over itself on a terminal, and taken away", () => {
    const { written, out } = terminal(true);
    const progress = startProgress(() => "1s of 2s", "", out, {});
    progress.show(STEPS);
    progress.end();
    progress.end();
    expect(written).toEqual([
      "\r\u001b[K[#####---------------] 1 of 4, 1s of 2s: p2 Booting",
      "\r\u001b[K",
    ]);
    expect(process.listenerCount("SIGINT")).toBe(0);
  });

  it("says to whoever breaks it off what becomes of it", () => {
    const { written, out } = terminal(true);
    const exit = vi.spyOn(process, "exit").mockImplementation(() => undefined as never);
    onTestFinished(() => exit.mockRestore());
    const progress = startProgress(() => "", "It goes on.", out, {});
    process.listeners("SIGINT").at(-1)?.("SIGINT");
    expect(written).toEqual(["\r\u001b[KIt goes on.\n"]);
    expect(exit).toHaveBeenCalledWith(130);
    progress.end();
  });

  it.each([
    [false, {}],
    [true, { TERM: "dumb" }],
  ])("is not drawn elsewhere (a terminal: %s, %j)", (isTTY, env) => {
    const { written, out } = terminal(isTTY);
    const progress = startProgress(() => "", "", out, env);
    progress.show(STEPS);
    progress.end();
    expect(written).toEqual([]);
  });
});

test.each([
  ["short", 40, ["short"]],
  [
    "  one two three four five six seven eight",
    30,
    ["  one two three four five six", "    seven eight"],
  ],
  ["x".repeat(50), 30, [`${"x".repeat(29)}>`]],
  ["a ".repeat(20).trim(), 10, ["a a a a a>"]],
])("%j at %i is %j", (text, width, lines) => {
  expect(wrap(text, width)).toEqual(lines);
});

test("what would move the cursor or turn the text is taken out", () => {
  expect(harmless("a\u001b[2J\u009b1m\u202eb\r\n")).toBe("a [2J 1m b  ");
  expect(clip("abcdef", 4)).toBe("abc>");
  expect(clip("abcd", 4)).toBe("abcd");
});
