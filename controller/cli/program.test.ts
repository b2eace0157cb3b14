import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { exampleConfig } from "../config/example.ts";
import { explain } from "./explain.ts";
import { runProgram } from "./program.ts";

let printed = "";
let dir = "";

beforeEach(async () => {
  printed = "";
  const collect = (text: string | Uint8Array) => {
    printed += String(text);
    return true;
  };
  vi.spyOn(process.stdout, "write").mockImplementation(collect);
  vi.spyOn(process.stderr, "write").mockImplementation(collect);
  dir = await mkdtemp(join(tmpdir(), "zerorig-cli-"));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(dir, { recursive: true });
});

async function outcome(...args: string[]) {
  try {
    return { exitCode: await runProgram(args), lines: [] };
  } catch (error) {
    return explain(error);
  }
}

test("--help and --version end well", async () => {
  expect((await outcome("--help")).exitCode).toBe(0);
  expect(printed).toContain("Exit codes:");
  expect((await outcome("--version")).exitCode).toBe(0);
  expect(printed).toContain("0.0.0-test\n");
  expect((await outcome("demo", "--help")).exitCode).toBe(0);
});

test.each([
  [[], ""],
  [["dmeo"], "Did you mean demo?"],
  [["demo", "--zeors", "3"], "Did you mean --zeros?"],
  [["demo", "--zeros", "33"], "from 1 to 32"],
  [["demo", "--fault", "p3=hag"], "Did you mean hang?"],
  [["demo", "--zeros", "2", "--fault", "p3=hang"], "this rig has p1 to p2"],
  [["demo", "--for", "60"], "Expected a duration"],
  [["demo", "--pool", "h:1"], "--pool needs the user"],
  [["demo", "extra"], "too many arguments"],
  [["on"], "missing required argument"],
  [["replay"], "missing required argument"],
  [["replay", "f", "--slot", "x1"], '"x1" is no slot'],
  [["replay", "f", "--at", "noon"], "Expected a time"],
  [["on", "x1"], '"x1" is no slot'],
  [["on", "p3-p1"], '"p3-p1" is no slot'],
  [["on", "--wait", "p1"], "Name the slots before --wait."],
  [["cordon", "p1"], "cordon needs --reason"],
  [["drain", "p1", "--reason", " "], "drain needs --reason"],
  [["maintenance", "p1", "--for", "1h"], "maintenance needs --reason"],
  [["maintenance", "p1", "--for", "31d", "--reason", "x"], "30 days at most"],
  [["pause"], "pause needs --reason"],
  [["pause", "--reason", "x", "--for", "90"], "Expected a time"],
  [["override"], "override needs watts"],
  [["override", "2", "--reason", "x"], "override needs --for"],
  [["override", "2", "--for", "1h"], "override needs --reason"],
  [["override", "2W", "--for", "1h"], "Expected watts"],
  [["override", "--end", "--for", "1h"], "--end stands alone"],
  [["ceiling", "2", "--source", "solar"], "'--for <time>' not specified"],
  [["ceiling", "2", "--for", "1h"], "'--source <name>' not specified"],
  [["why"], "missing required argument"],
  [["run", "--config", "/nowhere/controller.toml"], "no such file"],
  [["run", "--set"], "argument missing"],
])("%j is wrong usage: %s", async (args, message) => {
  const { exitCode, lines } = await outcome(...args);
  expect(exitCode).toBe(2);
  expect(lines.join("\n")).toContain(message);
});

test("config example passes config check", async () => {
  expect((await outcome("config", "example")).exitCode).toBe(0);
  expect(printed).toBe(exampleConfig());
  const file = join(dir, "controller.toml");
  await writeFile(file, printed);
  expect((await outcome("config", "check", "--config", file)).exitCode).toBe(0);
  expect((await outcome("config", "check", file)).exitCode).toBe(0);
  expect(printed).toContain(`${file} is right`);
});

test("the example's user is said by config check, and refused by run", async () => {
  const file = join(dir, "controller.toml");
  await writeFile(file, exampleConfig());
  await outcome("config", "check", "--config", file);
  expect(printed).toContain('[pool] user is still the example\'s "your-name"');
  const { exitCode, lines } = await outcome("run", "--config", file);
  expect(exitCode).toBe(2);
  expect(lines).toEqual([
    `zerorig: ${file}: [pool] user is still the example's "your-name"`,
    "Set it to your user name at the pool.",
  ]);
});

test("config check lists what is wrong", async () => {
  const file = join(dir, "controller.toml");
  await writeFile(file, exampleConfig());
  const { exitCode, lines } = await outcome(
    "config",
    "check",
    "--config",
    file,
    "--set",
    "log.level=loud",
  );
  expect(exitCode).toBe(2);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('got "loud"');
});

test("status without a controller says so and ends in 5", async () => {
  const { exitCode, lines } = await outcome("status", "--socket", join(dir, "none.sock"));
  expect(exitCode).toBe(5);
  expect(lines[0]).toContain("no controller answers");
});
