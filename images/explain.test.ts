// Which fault ends in which code.

import { expect, it } from "vitest";
import { explain } from "../controller/cli/explain.ts";
import { ConfigError } from "../controller/config/error.ts";
import { ControllerError } from "../controller/shell/error.ts";
import { ConfigError as AgentConfigError } from "../zero-agent/config/error.ts";
import { explainedError } from "./explain.ts";
import { ImageError, UsageError } from "./image-error.ts";

const system = (code: string) => Object.assign(new Error(`${code}: open '/x'`), { code });
const WRONG = new ConfigError([
  { code: "wrong-value", file: "c.toml", line: 7, column: 1, message: "wrong" },
]);
const NO_KEY = new ControllerError("key-file", "cannot read the token t", "make one");

it.each<readonly [unknown, number, string]>([
  [new UsageError("no role"), 2, "no role\n`npm run images -- build --help` shows what there is\n"],
  [new UsageError("no role", "say p1"), 2, "no role\nsay p1\n"],
  [new ImageError("it is packed", "unpack it"), 1, "it is packed\nunpack it\n"],
  [WRONG, 2, "c.toml:7:1: wrong\n"],
  [NO_KEY, 2, "cannot read the token t\nmake one\n"],
  [new AgentConfigError("a.toml:1:1: wrong"), 2, "a.toml:1:1: wrong\n"],
  [system("EACCES"), 4, "EACCES: open '/x'\n"],
  [new Error("a fault"), 1, "a fault\n"],
])("%s", (error, exitCode, said) => {
  expect(explainedError(error, "build")).toEqual({ exitCode, text: `images: ${said}` });
});

it("ends as `zerorig` does where both know the fault", () => {
  for (const error of [WRONG, NO_KEY, system("EACCES"), system("EIO"), new Error("a fault")]) {
    expect(explainedError(error, null).exitCode).toBe(explain(error).exitCode);
  }
});

it("tells what to do about a full disk", () => {
  const { exitCode, text } = explainedError(system("ENOSPC"), "rig");
  expect(exitCode).toBe(1);
  expect(text).toMatch(/this machine's disk is full .*\nmake room where --out lies/);
});
