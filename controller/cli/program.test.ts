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
  [["on"], "missing required argument 'slots': p1 p3, p1-p3, or all"],
  [["replay"], "missing required argument 'file': a recording"],
  [["completion"], "missing required argument 'shell': bash, zsh, fish"],
  [["replay", "f", "--slot", "x1"], '"x1" is no slot'],
  [["replay", "f", "--at", "noon"], "Expected a time"],
  [["on", "x1"], '"x1" is no slot'],
  [["identify", "p1", "--for", "1h"], "10 minutes at most"],
  [["on", "p3-p1"], '"p3-p1" is no slot'],
  [["on", "--wait", "p1"], "Name the slots before --wait."],
  [["cordon", "p1"], "cordon needs --reason"],
  [["stats", "export", "--from", "1h", "--to", "2h"], "--from has to be before --to"],
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
  [["pool", "--wrong-reason", "two\nlines"], "Expected 1 to 100 printable characters"],
  [["pool", "--wrong-reason", " "], "Expected 1 to 100 printable characters"],
  [
    ["pool", "--stratum", "sha256d", "--wrong", "0.1"],
    "cannot be used with option '--wrong <odds>'",
  ],
  [["pool", "--stratum", "sha256d", "--rest", "0"], "cannot be used with option '--rest <n>'"],
])("%j is wrong usage: %s", async (args, message) => {
  const { exitCode, lines } = await outcome(...args);
  expect(exitCode).toBe(2);
  expect(lines.join("\n")).toContain(message);
});

test("config example passes config check, once it names a user", async () => {
  expect((await outcome("config", "example")).exitCode).toBe(0);
  expect(printed).toBe(exampleConfig());
  const file = join(dir, "controller.toml");
  await writeFile(file, printed.replace("your-name", "me"));
  expect((await outcome("config", "check", "--config", file)).exitCode).toBe(0);
  expect((await outcome("config", "check", file)).exitCode).toBe(0);
  expect(printed).toContain(`${file} is right`);
});

test.each([["config", "check"], ["run"]])(
  "the example's user is refused by %s %s, where it stands",
  async (...words) => {
    const file = join(dir, "controller.toml");
    await writeFile(file, exampleConfig());
    const { exitCode, lines } = await outcome(...words, "--config", file);
    expect(exitCode).toBe(2);
    const line = exampleConfig().split("\n").indexOf('user = "your-name"') + 1;
    expect(lines).toEqual([
      `zerorig: ${file}:${line}:1: [pool] user is still the example's "your-name": set it to your user name at the pool`,
    ]);
    const set = await outcome(...words, "--config", file, "--set", "pool.user=your-name");
    expect(set.lines[0]).toContain("--set pool.user=your-name: [pool] user is still");
  },
);

test("config print shows what is set and where, and every key if asked", async () => {
  const file = join(dir, "controller.toml");
  await writeFile(file, '[pool]\nuser = "me"\n[log]\nlevel = "warn"\n');
  await outcome("config", "print", "--config", file, "--set", "log.level=debug");
  expect(printed).toBe(
    `[pool]\nuser = "me"  # ${file}:2\n\n[log]\nlevel = "debug"  # --set log.level=debug\n`,
  );
  await outcome("config", "print", file, "--effective");
  expect(printed).toContain("stagger_ms = 2000 ");
  expect(printed).toMatch(/^# ceiling_watts +# not set$/m);
  expect(printed).toMatch(/^level = "warn" +# .*controller\.toml:4$/m);
  printed = "";
  await outcome("config", "print", file, "--effective", "--json");
  const { values } = JSON.parse(printed) as { values: { section: string; name: string }[] };
  expect(values.find(({ name }) => name === "user")).toEqual({
    section: "pool",
    name: "user",
    value: "me",
    toml: '"me"',
    from: "file",
    source: file,
    line: 2,
    column: 1,
  });
  expect((await outcome("config", "print", join(dir, "none.toml"))).exitCode).toBe(2);
});

test("config check says what is wrong as data", async () => {
  const file = join(dir, "controller.toml");
  await writeFile(file, '[pool]\nuser = "me"\n');
  expect((await outcome("config", "check", file, "--json")).exitCode).toBe(0);
  expect(JSON.parse(printed)).toEqual({ ok: true, file, problems: [] });
  printed = "";
  await writeFile(file, '[pool]\nuser = "me"\n[lag]\n[log]\nlevle = "warn"\n');
  const { exitCode, lines } = await outcome("config", "check", file, "--json");
  expect([exitCode, lines]).toEqual([2, []]);
  expect(JSON.parse(printed)).toMatchObject({
    ok: false,
    problems: [
      { code: "unknown-section", line: 3, column: 2 },
      { code: "unknown-key", line: 5, column: 1 },
    ],
  });
});

test("config check lists what is wrong", async () => {
  const file = join(dir, "controller.toml");
  await writeFile(file, exampleConfig().replace("your-name", "me"));
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
