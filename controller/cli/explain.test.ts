import { CommanderError } from "commander";
import { expect, test } from "vitest";
import { HatError } from "../../hat/error.ts";
import { ConfigError } from "../config/error.ts";
import { PracticeError } from "../pools/practice/practice-error.ts";
import { ControllerError } from "../shell/error.ts";
import { CliError } from "./error.ts";
import { explain, explanationText } from "./explain.ts";

const configError = (code?: string) =>
  new ConfigError(
    [{ code: "unreadable", file: "f", line: null, column: null, message: "no" }],
    code === undefined ? undefined : Object.assign(new Error(), { code }),
  );
const practiceError = (part: "pool" | "rest", code: string) =>
  new PracticeError(part, { host: "::1", port: 1 }, Object.assign(new Error("x"), { code }));
const systemError = (code: string) => Object.assign(new Error(`it failed: ${code}`), { code });

test.each([
  [new HatError("no-board", "x"), 3],
  [new HatError("unknown-board", "x"), 3],
  [new HatError("no-slot", "x"), 3],
  [new HatError("permission", "x"), 4],
  [new HatError("no-driver", "x"), 4],
  [new HatError("locked", "x"), 6],
  [new HatError("foreign-change", "x"), 6],
  [new HatError("bus", "x"), 1],
  [new HatError("not-verified", "x"), 1],
  [new ControllerError("port-in-use", "x", ""), 8],
  [new ControllerError("bad-address", "x", ""), 2],
  [new ControllerError("state-dir", "x", ""), 1],
  [new ControllerError("state-in-use", "x", ""), 6],
  [new ControllerError("sqlite", "x", ""), 1],
  [new ControllerError("permission", "x", ""), 4],
  [practiceError("pool", "EADDRINUSE"), 8],
  [practiceError("rest", "EACCES"), 4],
  [new CliError("refused", "x"), 6],
  [new CliError("interrupted", "x"), 130],
  [configError(), 2],
  [configError("ENOENT"), 2],
  [configError("EACCES"), 4],
  [systemError("EADDRINUSE"), 8],
  [systemError("ECONNREFUSED"), 5],
  [systemError("EACCES"), 4],
  [systemError("EIO"), 1],
  [new CommanderError(1, "commander.unknownOption", "error: unknown option"), 2],
  [new CommanderError(1, "commander.help", "(outputHelp)"), 2],
  [new CommanderError(0, "commander.helpDisplayed", "(outputHelp)"), 0],
  [new Error("a bug"), 1],
  ["a string", 1],
  [undefined, 1],
])("%s -> %i", (error, exitCode) => {
  expect(explain(error).exitCode).toBe(exitCode);
});

test("which part of the practice pool cannot listen, and how to place it elsewhere", () => {
  expect(textOf("pool")).toBe(
    "zerorig: the practice pool cannot listen on [::1]:1: the port is in use (EADDRINUSE)\n" +
      "Choose another address with --host and --port.\n",
  );
  expect(textOf("rest")).toBe(
    "zerorig: the practice pool's API cannot listen on [::1]:1: the port is in use (EADDRINUSE)\n" +
      "Choose another port with --rest, or another address with --host.\n",
  );

  function textOf(part: "pool" | "rest"): string {
    return explanationText(practiceError(part, "EADDRINUSE"), false);
  }
});

test("one line says what, one what to do; no stack", () => {
  const error = new HatError("no-board", "no ClusterHAT found:\n  looked at /proc");
  expect(explanationText(error, false)).toBe(
    "zerorig: no ClusterHAT found: looked at /proc\n" +
      "`zerorig run` takes the board from [hat] board; `zerorig demo` needs none.\n",
  );
});

test("what to do is a sentence", () => {
  const error = new ControllerError("port-in-use", "the port is in use", "stop the other program");
  expect(explain(error).lines[1]).toBe("Stop the other program.");
});

test("every problem of a configuration has a line of its own", () => {
  const problem = { code: "syntax", file: "f", line: 1, column: 2, message: "no" } as const;
  const error = new ConfigError([problem, { ...problem, line: 3 }]);
  expect(explain(error).lines).toEqual(["zerorig: f:1:2: no", "zerorig: f:3:2: no"]);
});

test("the stack is there when debugging", () => {
  expect(explanationText(new Error("a bug"), true)).toContain("explain.test.ts");
});

test("help that was asked for is no error", () => {
  expect(explanationText(new CommanderError(0, "commander.version", "1"), false)).toBe("");
});
