import { expect, test } from "vitest";
import { buildProgram } from "./program.ts";

test.each([
  ["alert", "missing required argument 'state': on, off"],
  ["hub", "missing required argument 'state': on, off, reset"],
  ["saveorder", "missing required argument 'order': of the board"],
  // It is described nowhere, and stands in the usage alone.
  ["setorder", "missing required argument 'old'"],
])("a bare `%s` is told what it lacks", async (word, message) => {
  const said: string[] = [];
  const program = buildProgram({ name: "hatctl", complain: (text) => said.push(text) });
  await expect(program.parseAsync([word], { from: "user" })).rejects.toThrow();
  expect(said).toEqual([message]);
});
