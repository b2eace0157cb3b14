// Each command's --json against its schema, on a rig of real processes; and the page about them against the schemas.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { expect, it, test } from "vitest";
import { placesOf } from "../../controller/cli/completion/places.ts";
import { ask } from "../../controller/cli/control-client.ts";
import { buildProgram } from "../../controller/cli/program.ts";
import { PRINTED, SHAPES, shapeText } from "./cli-json.ts";
import { run, start, until, ZERORIG } from "./programs.ts";
import { Rig, tempDir } from "./rig.ts";

const PAGE = "docs/cli-json.md";

/** The shape that it has, or what is wrong with it. */
function shapeOf(value: unknown, shapes: readonly string[]): string {
  const issues: string[] = [];
  for (const name of shapes) {
    const { success, issues: found } = v.safeParse(SHAPES[name] ?? v.never(), value);
    if (success) return name;
    const [first] = found;
    issues.push(`no ${name}: ${v.getDotPath(first) ?? ""} ${first.message}`);
  }
  return issues.join("; ");
}

/** Parses what a command printed; each value has a shape of the command's. Returns the shapes. */
function checked(command: string, stdout: string): readonly string[] {
  const printed = PRINTED[command];
  if (printed === undefined) throw new Error(`${command} has no entry`);
  const texts = printed.lines ? stdout.trim().split("\n") : [stdout];
  const shapes = texts.map((text) => shapeOf(JSON.parse(text), printed.shapes));
  for (const shape of shapes)
    expect([command, printed.shapes, shape]).toEqual([
      command,
      printed.shapes,
      printed.shapes.includes(shape) ? shape : "one of them",
    ]);
  return shapes;
}

test("every command that takes --json has its shape, and no other", () => {
  const taking = placesOf(buildProgram({ exitCode: 0 }), 4)
    .filter(({ options }) => options.some(({ names }) => names.includes("--json")))
    .map(({ at }) => at);
  expect(Object.keys(PRINTED).sort()).toEqual(taking.sort());
  const shown = Object.values(PRINTED).flatMap(({ shapes }) => shapes);
  expect(shown.filter((name) => SHAPES[name] === undefined)).toEqual([]);
});

test("a field that is missing, wrong or not told of is found", () => {
  const right = { intentions: [{ slot: "p1", does: null, next: "x" }] };
  expect(shapeOf(right, ["Intentions"])).toBe("Intentions");
  expect(shapeOf({ ...right, more: 1 }, ["Intentions"])).toContain("more");
  expect(shapeOf({}, ["Intentions"])).toContain("intentions");
  expect(shapeOf({ intentions: [{ slot: "7", does: null, next: 1 }] }, ["Intentions"])).toContain(
    "intentions.0.slot",
  );
});

/** The page with the tables and shapes of these schemas in it. */
function pageWithShapes(page: string): string {
  const rows = Object.entries(PRINTED).map(([command, { shapes, lines }]) => {
    const named = shapes.map((shape) => `\`${shape}\``).join(", ");
    return `| \`${command}\` | ${named}${lines ? ", one a line" : ""} |`;
  });
  const blocks = Object.entries(SHAPES).map(
    ([name, schema]) => `    ${name} = ${shapeText(schema).replaceAll("\n", "\n    ")}`,
  );
  const made = [
    "| command | prints |",
    "|---|---|",
    ...rows,
    "",
    "## Shapes",
    "",
    blocks.join("\n\n"),
  ];
  return page.replace(/(<!-- made -->\n)[\s\S]*(\n<!-- end -->)/, `$1\n${made.join("\n")}\n$2`);
}

test("the page tells these shapes; UPDATE_DOCS=1 writes them", () => {
  const page = readFileSync(PAGE, "utf8");
  const right = pageWithShapes(page);
  if (process.env["UPDATE_DOCS"] === "1") writeFileSync(PAGE, right);
  else expect(page).toBe(right);
});

it("is what the commands print", { timeout: 120_000 }, async () => {
  const trace = join(tempDir(), "pool.trace");
  const rig = await Rig.start({
    zeros: 2,
    edit: (toml) =>
      `${toml.replace("[pool]", `[pool]\ntrace_file = ${JSON.stringify(trace)}`)}\n[log]\nrecord = true\n`,
  });
  // Beside the rig: what needs none.
  const demo = run(ZERORIG, ["demo", "--zeros", "1", "--for", "12s", "--json"]);
  const pool = start(ZERORIG, ["pool", "--port", "0", "--rest", "0", "--json"]);
  await rig.mining();

  const config = rig.paths.controllerToml;
  const seen: string[] = [];
  const prints = async (command: string, args: readonly string[], code = 0) => {
    seen.push(command);
    const ended = await run(ZERORIG, [...command.split(" "), ...args, "--json"]);
    expect([command, ended.code, ended.stderr]).toEqual([command, code, ""]);
    return checked(command, ended.stdout);
  };
  const socket = ["--socket", rig.paths.controlSocket];
  const windows = join(tempDir(), "windows.toml");
  writeFileSync(
    windows,
    '[schedule.night]\nfrom = "0 22 * * *"\nto = "0 6 * * *"\nzone = "UTC"\nwatts = 5\n',
  );
  const target = createHash("sha1")
    .update(`${"a".repeat(40)}77`)
    .digest("hex");
  const range = ["--prefix", "a".repeat(40), "--target", target, "--difficulty", "10"];
  type Case = readonly [command: string, ...args: string[]];
  const acts: readonly Case[] = [
    ["cordon", "p2", "--reason", "x", "--for", "1h"],
    ["uncordon", "p2"],
    ["maintenance", "p2", "--reason", "x"],
    ["release", "p2"],
    ["wake", "p2"],
    ["identify", "p1", "--for", "1s"],
    ["pause", "--reason", "x", "--for", "1h"],
    ["resume"],
    ["ceiling", "50", "--for", "1h", "--source", "sun"],
    ["override", "60", "--for", "1h", "--reason", "x"],
    ["node", "auto"],
    ["schedule set", windows],
    ["submit", "duco-s1", ...range, "--key", "e2e", "--wait"],
    ["submit", "duco-s1", ...range, "--key", "other"],
    ["jobs"],
    ["reload"],
    ["rotate", "p2"],
    // Nothing to go back to, or the same as before: over at once.
    ["agents rollback", "p1"],
    ["agents update", "p1"],
    ["drain", "p2", "--reason", "x"],
    ["off", "p2"],
    ["on", "p2"],
    ["cycle", "p1"],
    ["revoke", "p2"],
    ["enroll", "p2"],
  ];
  const reads: readonly Case[] = [
    ["status"],
    ["why", "all"],
    ["plan"],
    ["miners"],
    ["schedule", "--days", "1"],
    ["logs", "-n", "50"],
    ["history"],
    ["stats"],
    ["stats export"],
    ["agents status"],
    ["discover", "--subnet", "127.0.0.1/32"],
  ];
  const others: readonly (readonly [command: string, args: string[], code?: number])[] = [
    // On a board of software nothing is a problem, whatever machine this is.
    ["doctor", ["--config", config]],
    ["info", ["--config", config]],
    ["config check", [config]],
    ["config check", ["--config", config, "--set", "log.level=loud"], 2],
    ["config print", ["--config", config, "--effective"]],
    // Nobody listens there.
    ["alert test", ["--config", config, "--set", "alerts.webhook_url=http://127.0.0.1:9/"], 5],
    ["pool-trace", [trace]],
    [
      "setup",
      ["--no-input", "--user", "e2e", "--dir", tempDir(), "--board", "v2.3", "--slots", "2"],
    ],
  ];
  // Whoever acts waits for the one before; what only reads runs beside it.
  await Promise.all([
    (async () => {
      for (const [command, ...args] of acts) await prints(command, [...args, ...socket]);
    })(),
    (async () => {
      for (const [command, ...args] of reads) await prints(command, [...args, ...socket]);
    })(),
    (async () => {
      for (const [command, args, code] of others) await prints(command, args, code);
    })(),
  ]);
  const { jobs } = await ask(rig.paths.controlSocket, { verb: "jobs", state: null, limit: 1 });
  await prints("job", [jobs[0]?.id ?? "", "--wait", ...socket]);
  await rig.stop();
  const shapes = await prints("replay", [join(rig.paths.stateDir, "record")]);
  expect(new Set(shapes)).toEqual(new Set(["ReplaySegment", "ReplayStep", "ReplaySummary"]));

  await until("the pool listens", () => pool.out().includes("pool.rest"));
  pool.kill("SIGTERM");
  checked("pool", (await pool.ended).stdout);
  expect(checked("demo", (await demo).stdout).at(-1)).toBe("DemoSummary");
  expect([...new Set([...seen, "pool", "demo"])].sort()).toEqual(Object.keys(PRINTED).sort());
});
