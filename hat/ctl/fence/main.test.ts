// fence_clusterhat as Pacemaker and medik8s run it: the bundle, as a process, with a virtual board.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { eventually } from "../../../test/contract/eventually.ts";
import { openBoard } from "../../detect.ts";
import { acquireLock } from "../../lock.ts";
import { type SlotId, slotIndex } from "../../slots.ts";
import { VirtualHatClient } from "../../virtual/client.ts";
import type { SlotTruth } from "../../virtual/hat.ts";
import { type RunningVirtualHat, runVirtualHat } from "../../virtual/run.ts";

// Processes start slowly on a loaded machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const SLOTS = ["p1", "p2", "p3", "p4"] as const;

let programs: string;
let directory: string;
let socketPath: string;
let hat: RunningVirtualHat;
let client: VirtualHatClient;

beforeAll(async () => {
  programs = await mkdtemp(join(tmpdir(), "hat-fence-"));
  await build({
    entryPoints: ["hat/ctl/fence/main.ts"],
    outfile: join(programs, "fence_clusterhat"),
    bundle: true,
    platform: "node",
    format: "cjs",
    external: ["i2c-bus", "onoff"],
    define: { ZERORIG_VERSION: '"1.2.3"' },
  });
});
afterAll(() => rm(programs, { recursive: true }));
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "fence-"));
  socketPath = join(directory, "hat.sock");
  hat = await runVirtualHat({
    socketPath,
    slotCount: 4,
    revision: "v2.3",
    model: "XRA1200P",
    seed: "fence",
    bootMs: { min: 20, max: 40 },
    link: { host: "127.0.0.1", port: 9 },
    directory,
    command: [],
    log: () => {},
  });
  client = await VirtualHatClient.connect(socketPath);
});
afterEach(async () => {
  await client.close();
  await hat.stop();
  await rm(directory, { recursive: true, force: true });
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function agent(args: readonly string[], stdin: string | null): Promise<Ended> {
  const child = spawn(process.execPath, [join(programs, "fence_clusterhat"), ...args]);
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.stdin.on("error", () => {});
  child.stdin.end(stdin ?? "");
  const [code] = (await once(child, "close")) as [number];
  return { code, stdout, stderr };
}

/** The two callers: what to do, as each of them says it. */
const CALLERS: readonly (readonly [
  name: string,
  call: (words: Readonly<Record<string, string>>) => Promise<Ended>,
])[] = [
  [
    "Pacemaker (stdin)",
    (words) => {
      const lines = Object.entries({ ...defaults(), ...words }).map(
        ([key, value]) => `${key}=${value}`,
      );
      return agent([], `# from fenced\nnodename=node3\n${lines.join("\n")}\n`);
    },
  ],
  [
    "medik8s (arguments)",
    (words) =>
      agent(
        Object.entries({ ...defaults(), ...words }).map(
          ([key, value]) => `--${key.replaceAll("_", "-")}=${value}`,
        ),
        null,
      ),
  ],
];

function defaults(): Readonly<Record<string, string>> {
  return { board: `virtual:${socketPath}`, controller: join(directory, "none.sock") };
}

const [[, pacemaker], [, medik8s]] = CALLERS as [(typeof CALLERS)[0], (typeof CALLERS)[0]];

async function truth(slot: SlotId): Promise<SlotTruth> {
  return (await client.truth())[slotIndex(slot)] as SlotTruth;
}

/** Brings one or two slots on before the agent comes, and waits until they show on USB. A third at once would dip the supply. */
async function power(...slots: readonly SlotId[]): Promise<void> {
  const board = await openBoard({ board: `virtual:${socketPath}` });
  for (const slot of slots) {
    await board.setPower(slot, "on");
    await seen(slot);
  }
  await board.close();
}

const seen = (slot: SlotId) =>
  eventually(async () => expect(await truth(slot)).toMatchObject({ powered: true, usb: true }));

/** One line of the log: time, level, text. */
const LOG = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (ERROR|WARNING): [^\n]+\n$/;

describe.each(CALLERS)("%s", (_, call) => {
  it("switches on, tells the status, finds it on already, and off", async () => {
    expect(await call({ action: "status", plug: "p3" })).toEqual({
      code: 2,
      stdout: "Status: OFF\n",
      stderr: "",
    });
    expect(await call({ action: "on", plug: "p3" })).toEqual({
      code: 0,
      stdout: "Success: Powered ON\n",
      stderr: "",
    });
    expect(await call({ action: "on", port: "3" })).toMatchObject({
      code: 0,
      stdout: "Success: Already ON\n",
    });
    expect(await call({ action: "status", plug: "3" })).toMatchObject({
      code: 0,
      stdout: "Status: ON\n",
    });
    await seen("p3");
    expect(await call({ action: "off", plug: "p3" })).toEqual({
      code: 0,
      stdout: "Success: Powered OFF\n",
      stderr: "",
    });
    expect(await truth("p3")).toMatchObject({ powered: false, usb: false, cuts: 1, starts: 1 });
    expect(await call({ action: "off", plug: "p3" })).toEqual({
      code: 0,
      stdout: "Success: Already OFF\n",
      stderr: "",
    });
    expect((await truth("p3")).cuts).toBe(1);
  });

  it("reboots: what was on, and what was off", async () => {
    await power("p2");
    for (const plug of ["p2", "p3"]) {
      expect(await call({ action: "reboot", plug })).toEqual({
        code: 0,
        stdout: "Success: Rebooted\n",
        stderr: "",
      });
    }
    expect(await truth("p2")).toMatchObject({ powered: true, cuts: 1, starts: 2 });
    expect(await truth("p3")).toMatchObject({ powered: true, cuts: 0, starts: 1 });
    expect(await truth("p1")).toMatchObject({ cuts: 0, starts: 0 });
  });

  it("lists, monitors, validates and describes itself", async () => {
    await power("p2");
    const list = "p1,\np2,\np3,\np4,\n";
    expect(await call({ action: "list" })).toEqual({ code: 0, stdout: list, stderr: "" });
    expect((await call({ action: "list-status", separator: ";" })).stdout).toBe(
      "p1;;OFF\np2;;ON\np3;;OFF\np4;;OFF\n",
    );
    expect(await call({ action: "monitor" })).toEqual({ code: 0, stdout: "", stderr: "" });
    const valid = { code: 0, stdout: "", stderr: "" };
    expect(await call({ action: "validate-all", plug: "p1" })).toEqual(valid);
    expect(await call({ action: "validate-all" })).toEqual(valid);
    expect((await call({ action: "metadata" })).stdout).toMatch(
      /<resource-agent name="fence_clusterhat"/,
    );
    expect((await call({ action: "manpage" })).stdout).toMatch(/^\.TH FENCE_CLUSTERHAT 8/);
  });

  it("does nothing without both action and plug, or with words that it does not know", async () => {
    await power("p3", "p4");
    for (const words of [
      {},
      { plug: "p3" },
      { action: "off" },
      { action: "reboot" },
      { action: "", plug: "p3" },
      { action: "off", plug: "" },
      { action: "explode", plug: "p3" },
      { action: "off", plug: "all" },
      { action: "off", plug: "p3,p9" },
      { action: "off", plug: "p3", port: "p4" },
      { action: "off", plug: "p3", power_timeout: "soon" },
      { action: "off", plug: "p3", board: "v9" },
    ] as Record<string, string>[]) {
      const ended = await call(words);
      expect([words, ended.code, ended.stdout]).toEqual([words, 1, ""]);
      expect(ended.stderr).toMatch(LOG);
    }
    expect((await client.truth()).map(({ cuts }) => cuts)).toEqual([0, 0, 0, 0]);
  });

  it("switches several, each once, and no other", async () => {
    expect((await call({ action: "on", plug: "p1-p2,4" })).code).toBe(0);
    expect((await call({ action: "status", plug: "p3,p4" })).code).toBe(0);
    expect((await call({ action: "off", plug: "p1,p4" })).stdout).toBe("Success: Powered OFF\n");
    const lines = (await client.truth()).map(({ powered, starts, cuts }) => [
      powered,
      starts,
      cuts,
    ]);
    expect(lines).toEqual([
      [false, 1, 1],
      [true, 1, 0],
      [false, 0, 0],
      [false, 1, 1],
    ]);
  });

  it("fails where off cannot be proved: the line is stuck", async () => {
    await power("p3", "p4");
    await client.fault({ kind: "stuck-on", slot: "p4" });
    for (const action of ["off", "reboot"]) {
      const ended = await call({ action, plug: "p3,p4" });
      expect(ended).toMatchObject({ code: 1, stdout: "" });
      expect(ended.stderr).toMatch(LOG);
      expect(ended.stderr).toMatch(/Failed: p4 .*still reads on/);
    }
    // What could be cut was, and was not brought back.
    expect(await truth("p3")).toMatchObject({ powered: false, starts: 1 });
    expect((await call({ action: "status", plug: "p4" })).code).toBe(0);
  });

  it("fails where no board is", async () => {
    for (const action of ["off", "on", "reboot", "status", "monitor", "list", "list-status"]) {
      const ended = await call({ action, plug: "p3", board: `virtual:${directory}/none` });
      expect([action, ended.code, ended.stdout]).toEqual([action, 1, ""]);
      expect(ended.stderr).toMatch(LOG);
      expect(ended.stderr).toMatch(/no virtual ClusterHAT listens/);
    }
  });
});

it("differ in what they do with words that nobody knows", async () => {
  const lines = await pacemaker({ action: "monitor", passwd: "secret" });
  expect(lines.code).toBe(0);
  expect(lines.stderr).toMatch(/WARNING: Parse error: Ignoring unknown option 'passwd'\n$/);
  const args = await medik8s({ action: "monitor", passwd: "secret" });
  expect(args).toMatchObject({ code: 1, stdout: "" });
  expect(args.stderr).toMatch(LOG);
  expect(args.stderr).not.toContain("secret");
});

it("takes short options, and is quiet or tells more on demand", async () => {
  const options = ["-b", `virtual:${socketPath}`, "--controller", "/none", "-n", "p1"];
  const on = await agent(["-o", "on", "-v", ...options], null);
  expect(on).toMatchObject({ code: 0, stdout: "Success: Powered ON\n" });
  expect(on.stderr).toMatch(/INFO: switching p1 on\n/);
  const quiet = await agent(["-q", "-o", "off", "-n", "p9", "-b", `virtual:${socketPath}`], null);
  expect(quiet).toEqual({ code: 1, stdout: "", stderr: "" });
  expect(await agent(["-V"], null)).toEqual({ code: 0, stdout: "1.2.3\n", stderr: "" });
  expect((await agent(["--help"], null)).stdout).toMatch(/-n, --plug=\[plug\]/);
});

it("waits before it cuts, and only then", async () => {
  await power("p1");
  const beforeMs = performance.now();
  await pacemaker({ action: "status", plug: "p1", delay: "30" });
  expect(performance.now() - beforeMs).toBeLessThan(25_000);
  const cutMs = performance.now();
  await pacemaker({ action: "off", plug: "p1", delay: "1.5" });
  expect(performance.now() - cutMs).toBeGreaterThan(1500);
});

it("fails while another process holds the board and is no controller, but looks", async () => {
  await power("p1");
  const lock = await acquireLock(`${socketPath}.lock`);
  const ended = await pacemaker({ action: "off", plug: "p1", power_timeout: "0.3" });
  expect(ended).toMatchObject({ code: 1, stdout: "" });
  expect(ended.stderr).toMatch(LOG);
  expect(ended.stderr).toContain(`process ${process.pid}`);
  expect((await pacemaker({ action: "status", plug: "p1" })).code).toBe(0);
  setTimeout(() => void lock.release(), 500);
  expect((await pacemaker({ action: "off", plug: "p1" })).code).toBe(0);
});

it("runs beside others of its kind: each does what it was asked, and nothing else is switched", async () => {
  await power("p1", "p2");
  const ended = await Promise.all([
    pacemaker({ action: "off", plug: "p1" }),
    medik8s({ action: "off", plug: "p1" }),
    pacemaker({ action: "reboot", plug: "p2" }),
    medik8s({ action: "on", plug: "p3" }),
  ]);
  expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual(SLOTS.map(() => [0, ""]));
  expect((await client.truth()).map(({ powered, cuts }) => [powered, cuts])).toEqual([
    [false, 1],
    [true, 1],
    [true, 0],
    [false, 0],
  ]);
});

it("reboots one slot for two that ask at once", async () => {
  await power("p2");
  const ended = await Promise.all([
    pacemaker({ action: "reboot", plug: "p2" }),
    medik8s({ action: "reboot", plug: "p2" }),
  ]);
  expect(ended.map(({ code }) => code)).toEqual([0, 0]);
  expect((await truth("p2")).powered).toBe(true);
});

describe("with a board that is not what it seems", () => {
  let proxy: Server;
  const sockets = new Set<Socket>();
  /** What becomes of an answer on its way; null: it never comes. */
  let alter: (op: string, answer: Record<string, unknown>) => Record<string, unknown> | null;

  beforeEach(async () => {
    alter = (_, answer) => answer;
    proxy = createServer((near) => {
      const far = connect(socketPath);
      const ops = new Map<number, string>();
      for (const socket of [near, far]) {
        sockets.add(socket);
        socket.on("error", () => socket.destroy());
        socket.on("close", () => {
          near.destroy();
          far.destroy();
        });
      }
      onEachLine(near, (line) => {
        const { id, op } = JSON.parse(line) as { id: number; op: string };
        ops.set(id, op);
        far.write(`${line}\n`);
      });
      onEachLine(far, (line) => {
        const answer = JSON.parse(line) as Record<string, unknown>;
        const altered = alter(ops.get(Number(answer["id"])) ?? "", answer);
        if (altered !== null) near.write(`${JSON.stringify(altered)}\n`);
      });
    });
    proxy.listen(join(directory, "proxy.sock"));
    await once(proxy, "listening");
  });
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    proxy.close();
  });

  function onEachLine(socket: Socket, take: (line: string) => void): void {
    let pending = "";
    socket.setEncoding("utf8").on("data", (text: string) => {
      const lines = (pending + text).split("\n");
      pending = lines.pop() ?? "";
      for (const line of lines) take(line);
    });
  }

  const usbAs =
    (shown: Readonly<Record<string, readonly boolean[]>>): typeof alter =>
    (op, answer) =>
      op === "usb" ? { ...answer, result: { ...(answer["result"] as object), ...shown } } : answer;

  const proxied = (words: Readonly<Record<string, string>>) =>
    pacemaker({ board: `virtual:${directory}/proxy.sock`, power_timeout: "0.6", ...words });

  it("fails while a Zero shows on USB whose line reads off", async () => {
    await power("p3");
    alter = usbAs({ hubs: [true], ports: [false, false, true, false] });
    for (const action of ["off", "reboot"]) {
      const ended = await proxied({ action, plug: "p3" });
      expect(ended).toMatchObject({ code: 1, stdout: "" });
      expect(ended.stderr).toMatch(LOG);
      expect(ended.stderr).toMatch(/Timed out waiting to power OFF.*still on its USB port/);
    }
    expect(await truth("p3")).toMatchObject({ powered: false, starts: 1 });
    expect((await proxied({ action: "status", plug: "p3" })).code).toBe(1);
    expect((await proxied({ action: "list-status" })).stdout).toContain("p3,,UNKNOWN\n");
  });

  it("takes the line alone for proof where no hub is seen", async () => {
    await power("p3");
    alter = usbAs({ hubs: [false], ports: [true, true, true, true] });
    expect(await proxied({ action: "off", plug: "p3" })).toMatchObject({ code: 0, stderr: "" });
  });

  it("fails when the board falls silent after the cut", async () => {
    await power("p3");
    let isWritten = false;
    alter = (op, answer) => {
      isWritten ||= op === "i2c-write";
      return isWritten && op === "i2c-read" ? null : answer;
    };
    const ended = await proxied({ action: "off", plug: "p3", shell_timeout: "0.5" });
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toMatch(/did not answer in 500 ms \(shell_timeout\)\n$/);
  });

  it("fails when the board goes away, and when it never opens", async () => {
    alter = (op) => {
      if (op === "i2c-read") for (const socket of sockets) socket.destroy();
      return null;
    };
    const silent = await proxied({ action: "off", plug: "p3", login_timeout: "0.5" });
    expect(silent).toMatchObject({ code: 1, stdout: "" });
    expect(silent.stderr).toMatch(/did not open in 500 ms \(login_timeout\)\n$/);
    alter = (op, answer) => {
      if (op === "i2c-read") for (const socket of sockets) socket.destroy();
      return answer;
    };
    const gone = await proxied({ action: "off", plug: "p3" });
    expect(gone).toMatchObject({ code: 1, stdout: "" });
    expect(gone.stderr).toMatch(LOG);
  });
});
