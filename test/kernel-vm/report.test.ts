import { expect, it } from "vitest";
import { hasPassed, MARK, parseReport } from "./report.ts";

const step = (name: string, ok: boolean) =>
  `${MARK}${JSON.stringify({ step: name, ok, ms: 1, note: "" })}\r\n`;

it("reads steps out of whatever else a console shows", () => {
  const text = `[ 0.1] hello\r\n\n${MARK}{"plan":2}\n[ 0.2] x ${step("a", true)}noise\n${step("b", true)}`;
  const report = parseReport(text);
  expect(report.steps.map(({ step }) => step)).toEqual(["a", "b"]);
  expect(hasPassed(report)).toBe(true);
});

it.each([
  ["nothing", ""],
  ["no plan", step("a", true)],
  ["an empty plan", `${MARK}{"plan":0}\n`],
  ["a step that failed", `${MARK}{"plan":2}\n${step("a", true)}${step("b", false)}`],
  ["a step that is missing", `${MARK}{"plan":2}\n${step("a", true)}`],
  [
    "a torn line",
    `${MARK}{"plan":2}\n${step("a", true)}${step("b", true).replace("ms", "[ 1.2] oops\n")}`,
  ],
])("takes %s for a failure", (_, text) => {
  expect(hasPassed(parseReport(text))).toBe(false);
});
