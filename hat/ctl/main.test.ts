// hatctl as users run it: the bundle, as a process.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { eventually } from "../../test/contract/eventually.ts";
import { acquireLock } from "../lock.ts";
import { VirtualHatClient } from "../virtual/client.ts";

import {
  type Bundle,
  bundleHatctl,
  type Ended,
  runHatctl,
  startVirtual,
} from "./testing/hatctl.ts";

// Processes start slowly on a loaded machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let bundle: Bundle;
let directory: string;
let socketPath: string;
let server: ChildProcess;
let client: VirtualHatClient;

function hatctl(...args: string[]): Promise<Ended> {
  return runHatctl(bundle.path, args, { ZERORIG_BOARD: `virtual:${socketPath}` });
}

function virtual(path: string, ...args: string[]): Promise<ChildProcess> {
  return startVirtual(bundle.path, path, ...args);
}

beforeAll(async () => {
  bundle = await bundleHatctl();
  directory = bundle.directory;
  socketPath = join(directory, "hat.sock");
  server = await virtual(socketPath, "--", process.execPath, "-e", "setInterval(() => {}, 1000)");
  client = await VirtualHatClient.connect(socketPath);
});
afterAll(async () => {
  await client.close();
  server.kill("SIGTERM");
  await once(server, "exit");
  await bundle.remove();
});

it("tells its version and its use", async () => {
  expect(await hatctl("--version")).toEqual({ code: 0, stdout: "1.2.3\n", stderr: "" });
  const help = await hatctl("--help");
  expect(help.code).toBe(0);
  expect(help.stdout).toContain("Exit codes");
});

it("switches, skips, cycles and shows", async () => {
  expect(await hatctl("off", "all")).toMatchObject({ code: 0, stdout: "" });
  expect(await hatctl("on", "p1-p2", "--stagger", "1100")).toMatchObject({
    code: 0,
    stderr: "p1: on, verified\np2: on, verified\n",
  });
  expect((await hatctl("on", "p2")).stderr).toBe("p2: is on already\n");
  await eventually(async () => expect((await client.truth())[1]?.usb).toBe(true));
  expect((await hatctl("status", "p2", "p3")).stdout).toBe(
    "SLOT  LINE  USB\np2    on    present\np3    off   absent\n",
  );
  const cycled = await hatctl("cycle", "p1", "--dwell", "10", "--json");
  expect(JSON.parse(cycled.stdout)).toEqual({
    verb: "cycle",
    by: "hatctl",
    mismatches: [],
    slots: [{ slot: "p1", outcome: "done", message: "off, then on again, both verified" }],
    exitCode: 0,
  });
  expect((await client.truth()).map(({ cuts }) => cuts)).toEqual([1, 0, 0, 0]);
  const status = JSON.parse((await hatctl("status", "--json")).stdout) as { slots: unknown[] };
  expect(status.slots[0]).toMatchObject({ slot: "p1", line: "on" });
});

it.each([
  ["an unknown command", ["frobnicate"], 2, /unknown command/],
  ["an unknown option", ["status", "--frob"], 2, /unknown option/],
  ["a bad slot", ["on", "p0"], 2, /names no slot/],
  ["a bad number", ["on", "p1", "--stagger", "soon"], 2, /--stagger takes milliseconds/],
  ["a bad count", ["virtual", "--socket", "x", "--slots", "33"], 2, /--slots takes 1 to 32/],
  ["a bad link", ["virtual", "--socket", "x", "--link", "nowhere"], 2, /--link takes HOST:PORT/],
  ["a bad boot time", ["virtual", "--socket", "x", "--boot-ms", "9-1"], 2, /--boot-ms takes/],
  ["a bad revision", ["virtual", "--socket", "x", "--revision", "1.3"], 2, /--revision takes/],
  ["a missing slot", ["off", "p1", "p9"], 3, /no slot p9.*p1 to p4/],
  ["a missing board", ["status", "--board", "virtual:/nowhere"], 3, /hatctl virtual --socket/],
  ["no board at all", ["status", "--board", "auto"], 3, /no ClusterHAT: .*; `hatctl detect` shows/],
  ["an unknown board", ["status", "--board", "v9"], 3, /"v9": known are auto, v1 /],
])("ends in one line for %s", async (_, args, code, message) => {
  const ended = await hatctl(...args);
  expect(ended).toMatchObject({ code, stdout: "" });
  expect(ended.stderr).toMatch(/^hatctl: [^\n]+\n$/);
  expect(ended.stderr).toMatch(message);
});

it("is refused while another process holds the board, but reads", async () => {
  const lock = await acquireLock(`${socketPath}.lock`);
  const refused = await hatctl("off", "p4", "--json");
  expect(refused.code).toBe(0);
  const held = await hatctl("on", "p4");
  expect(held).toMatchObject({ code: 6 });
  expect(held.stderr).toContain(`process ${process.pid}`);
  expect((await hatctl("status")).code).toBe(0);
  await lock.release();
});

it("says partly done, and which line is faulty", async () => {
  await hatctl("on", "p3", "p4", "--stagger", "1100");
  await client.fault({ kind: "stuck-on", slot: "p4" });
  const ended = await hatctl("off", "p3", "p4");
  expect(ended.code).toBe(7);
  expect(ended.stderr).toMatch(/p3: off, verified\nhatctl: p4: .*still reads on/);
});

it("times out on a board that does not answer", async () => {
  const path = join(directory, "slow.sock");
  const child = await virtual(path);
  child.kill("SIGSTOP");
  const ended = await hatctl("status", "--board", `virtual:${path}`, "--timeout", "200");
  expect(ended.code).toBe(5);
  child.kill("SIGCONT");
  child.kill("SIGTERM");
  await once(child, "exit");
});

it("takes its Zeros along when stdin ends, or when a client says stop", async () => {
  const path = join(directory, "tied.sock");
  const command = ["--", process.execPath, "-e", "setInterval(() => {}, 1000)"];
  for (const end of ["stdin", "stop"]) {
    const child = await virtual(path, "--slots", "1", "--tie-to-stdin", ...command);
    const door = await VirtualHatClient.connect(path);
    await hatctl("on", "--board", `virtual:${path}`);
    const pid = await eventually(async () => {
      const found = (await door.truth())[0]?.pid ?? null;
      expect(found).not.toBe(null);
      return Number(found);
    });
    if (end === "stdin") child.stdin?.end();
    else await door.stop();
    const [code] = (await once(child, "exit")) as [number];
    expect(code).toBe(0);
    await eventually(() => expect(() => process.kill(pid, 0)).toThrow());
    await door.close();
  }
});

it.each(["throw new Error('boom\\nand more')", "void Promise.reject(new Error('boom and more'))"])(
  "takes its Zeros along when it crashes (%s)",
  async (bug) => {
    const path = join(directory, "crash.sock");
    const preload = join(directory, "crash.cjs");
    await writeFile(preload, `process.once("SIGUSR2", () => { ${bug}; });`);
    const command = ["--", process.execPath, "-e", "setInterval(() => {}, 1000)"];
    const child = spawn(
      process.execPath,
      [
        ...["-r", preload, join(directory, "hatctl.cjs"), "virtual", "--socket", path],
        ...["--slots", "1", "--boot-ms", "20-40", ...command],
      ],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    let said = "";
    child.stderr.on("data", (text: Buffer) => {
      said += text.toString();
    });
    await once(child.stdout, "data");
    const door = await VirtualHatClient.connect(path);
    await hatctl("on", "--board", `virtual:${path}`);
    const pid = await eventually(async () => {
      const found = (await door.truth())[0]?.pid ?? null;
      expect(found).not.toBe(null);
      return Number(found);
    });
    child.kill("SIGUSR2");
    const [code] = (await once(child, "close")) as [number];
    expect(code).toBe(1);
    expect(said).toMatch(/^hatctl: internal error: boom and more\n/m);
    expect(said).not.toMatch(/^\s+at /m);
    await eventually(() => expect(() => process.kill(pid, 0)).toThrow());
    await door.close();
  },
);

it("refuses a socket path that is in use, or no socket", async () => {
  expect(await hatctl("virtual", "--socket", socketPath)).toMatchObject({ code: 6, stdout: "" });
  const file = join(directory, "file");
  await writeFile(file, "mine");
  const ended = await hatctl("virtual", "--socket", file);
  expect(ended.code).toBe(1);
  expect(ended.stderr).toMatch(/hatctl: .*is no socket/);
});
