// The installed agent as a real process, and programs in its place that end in all the ways there are.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type Bundle, buildBundle } from "../testing/bundle.ts";
import { beginTrial, confirmTrial, freshRecord, type UpdateRecord } from "./record.ts";
import { sha256Of, UpdateStore } from "./update-store.ts";

let bundle: Bundle;
let installed: string;
let root: string;
let store: UpdateStore;

beforeAll(async () => {
  bundle = await buildBundle();
  installed = sha256Of(readFileSync(bundle.file));
});
afterAll(() => bundle.remove());
beforeEach(() => {
  root = mkdtempSync(join(bundle.folder, "root-"));
  store = new UpdateStore(root);
  store.open();
});

/** Puts a program where updates lie. */
function put(text: string): string {
  const sha256 = sha256Of(Buffer.from(text));
  writeFileSync(store.programFile(sha256), text);
  return sha256;
}

function ends(how: string): string {
  return put(`console.log("update ran from", process.argv[1]);\n${how};\n`);
}

interface Run {
  readonly code: number | null;
  readonly ran: "update" | "installed";
  readonly stderr: string;
}

/** Starts it without settings: the installed agent ends with 2 then. */
function spawn(): {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bundle.file], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"] ?? "", ZERO_AGENT_SYSROOT: root },
  });
  return { code: status, stdout, stderr };
}

function start(): Run {
  const { code, stdout, stderr } = spawn();
  const ran = stdout.includes("update ran") ? "update" : "installed";
  if (ran === "installed") expect(stderr).toContain("no slot");
  return { code, ran, stderr };
}

function tried(program: string, limitMs = 60_000): UpdateRecord {
  const record = beginTrial(freshRecord(installed), program, limitMs);
  store.write(record);
  return record;
}

it("an installed agent runs where there is no update, and writes nothing down", () => {
  expect(start()).toMatchObject({ code: 2, ran: "installed" });
  expect(readdirSync(store.dir)).toEqual([]);
});

it("an update that ends three times before it is confirmed is taken back", () => {
  const program = ends("process.exit(1)");
  tried(program);
  for (let times = 0; times < 3; times++) expect(start()).toMatchObject({ code: 1, ran: "update" });
  const { ran, stderr } = start();
  expect(ran).toBe("installed");
  expect(stderr).toContain("update taken back: it ended 3 times before it was confirmed");
  expect(store.read()).toMatchObject({
    current: installed,
    trial: null,
    failed: { sha256: program },
  });
  expect(store.has(program)).toBe(false);
});

it.each([
  ["on trial", (record: UpdateRecord) => record],
  ["confirmed", (record: UpdateRecord) => confirmTrial(record, record.trial?.sha256 ?? "")],
])("an update that cannot even be loaded is taken back at once, %s or not", (_, as) => {
  const program = put("this is no program");
  store.write(as(tried(program)));
  const { code, stderr } = spawn();
  expect([code, stderr]).toEqual([
    1,
    "zero-agent: update taken back: it does not start: Unexpected identifier 'is'\n",
  ]);
  expect(start().ran).toBe("installed");
  expect(store.read()).toMatchObject({
    current: installed,
    trial: null,
    failed: { sha256: program },
  });
});

it("an update that is not confirmed in its time is taken back", () => {
  const program = ends("setInterval(() => {}, 1000)");
  tried(program, 300);
  const { code, stderr } = start();
  expect([code, stderr]).toEqual([
    1,
    "zero-agent: update taken back: it was not confirmed within 0 s\n",
  ]);
  expect(start().ran).toBe("installed");
});

it("a confirmed update runs on, ends as it likes, and is not counted", () => {
  const program = ends("process.exit(2)");
  store.write(confirmTrial(tried(program), program));
  for (let times = 0; times < 5; times++) expect(start()).toMatchObject({ code: 2, ran: "update" });
});

it("an update on trial that the service manager would not start again ends so that it does", () => {
  tried(ends("process.exit(2)"));
  expect(start()).toMatchObject({ code: 1, ran: "update" });
});

it("an update whose file did not stay whole is not run", () => {
  const program = ends("process.exit(0)");
  const trial = tried(program);
  writeFileSync(store.programFile(program), "cut off");
  expect(start().stderr).toContain("is not what it was");
  expect(store.read()).toMatchObject({ trial: null, failed: { sha256: program } });
  const again = ends("process.exit(0)");
  store.write(confirmTrial(trial, again));
  rmSync(store.programFile(again));
  expect(start().ran).toBe("installed");
  expect(store.read()).toMatchObject({ current: installed, failed: { sha256: again } });
});

it("updates are forgotten where another agent is installed", () => {
  const program = ends("process.exit(0)");
  const record = { ...freshRecord("d".repeat(64)), current: program };
  store.write(record);
  expect(start().ran).toBe("installed");
  expect(store.read()).toEqual(freshRecord(installed));
});

it("a folder that cannot be written to keeps nobody from starting", () => {
  const program = ends("process.exit(0)");
  tried(program);
  // What the record is written to first.
  mkdirSync(join(store.dir, "update.json.new"));
  expect(start()).toMatchObject({ code: 2, ran: "installed" });
});
