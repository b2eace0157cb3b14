// The whole virtual board with real processes behind its socket.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { eventually } from "../../test/contract/eventually.ts";
import type { PowerBoard } from "../board.ts";
import { openBoard } from "../detect.ts";
import { identify } from "../identity.ts";
import { startTimeOf } from "../process.ts";
import type { SlotId } from "../slots.ts";
import { slotIndex } from "../slots.ts";
import { VirtualHatClient } from "./client.ts";
import type { SlotTruth } from "./hat.ts";
import { answersOnVirtualNetwork } from "./network.ts";
import { type RunningVirtualHat, runVirtualHat, type VirtualRunOptions } from "./run.ts";

// Processes start slowly on a loaded machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let directory: string;
let socketPath: string;
let hat: RunningVirtualHat;
let client: VirtualHatClient;
let board: PowerBoard;

const SCRIPT =
  "console.log(process.argv[1], process.env.ZERO_AGENT_CONTROLLER); setInterval(() => {}, 1000)";

function settings(options: Partial<VirtualRunOptions> = {}): VirtualRunOptions {
  return {
    socketPath,
    slotCount: 4,
    revision: "v2.3",
    model: "XRA1200P",
    seed: "test",
    bootMs: { min: 30, max: 60 },
    link: { host: "127.0.0.1", port: 9 },
    directory,
    command: [process.execPath, "-e", SCRIPT, "{slot}"],
    log: () => {},
    ...options,
  };
}

async function start(options: Partial<VirtualRunOptions> = {}): Promise<void> {
  hat = await runVirtualHat(settings(options));
  client = await VirtualHatClient.connect(socketPath);
  board = await openBoard({ board: `virtual:${socketPath}` });
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "hat-run-"));
  socketPath = join(directory, "hat.sock");
});
afterEach(async () => {
  await board.close();
  await client.close();
  await hat.stop();
  await rm(directory, { recursive: true, force: true });
});

async function truth(slot: SlotId): Promise<SlotTruth> {
  const found = (await client.truth())[slotIndex(slot)];
  if (found === undefined) throw new Error(`no ${slot}`);
  return found;
}

async function until(slot: SlotId, wanted: Partial<SlotTruth>): Promise<SlotTruth> {
  return await eventually(async () => {
    const found = await truth(slot);
    expect(found).toMatchObject(wanted);
    return found;
  });
}

/** The state letter of /proc/PID/stat; empty if there is no such process. */
async function processState(pid: number | null): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return stat.slice(stat.lastIndexOf(")") + 2).slice(0, 1);
}

const usbOf = async (slot: SlotId) => (await board.read()).slots[slotIndex(slot)]?.usb;

it("shows which card sits in which slot", async () => {
  await start({ cards: [2, 1, 3, 4] });
  for (const slot of ["p1", "p3"] as const) {
    await board.setPower(slot, "on");
    await until(slot, { usb: true });
  }
  expect(await identify(board)).toMatchObject([
    { path: "1-1.2.4", kind: "zero", card: 2, mismatch: expect.stringContaining("ethpi2") },
    { path: "1-1.2.3", kind: "empty", card: null, mismatch: null },
    { path: "1-1.2.2", kind: "zero", card: 3, mismatch: null },
    { path: "1-1.2.1", kind: "empty" },
  ]);
  await board.setSwitch("hub", false);
  expect(await identify(board)).toMatchObject([{ kind: "unknown", path: null }, {}, {}, {}]);
});

it("boots a Zero as a process of its own, and cuts it down with its power", async () => {
  await start();
  await board.setPower("p2", "on");
  const { pid } = await until("p2", { zero: "running", usb: true });
  expect(await usbOf("p2")).toBe("present");
  await eventually(async () => {
    expect(await readFile(join(directory, "p2.log"), "utf8")).toMatch(/^p2 ws:.*:\d+\/link\n$/);
  });
  await board.setPower("p2", "off");
  await eventually(async () => expect(["", "Z"]).toContain(await processState(pid)));
  await until("p2", { powered: false, zero: "off", usb: false, starts: 1, cuts: 1, currentMa: 0 });
  expect(await truth("p1")).toMatchObject({ starts: 0, cuts: 0 });
});

it("gives the agent real-looking files, and each boot its id", async () => {
  await start();
  const read = (name: string) => readFile(join(directory, "p1", name), "utf8");
  await board.setPower("p1", "on");
  await until("p1", { zero: "running" });
  const first = await read("proc/sys/kernel/random/boot_id");
  expect(first).toMatch(/^[0-9a-f-]{36}\n$/);
  expect(Number(await read("sys/class/thermal/thermal_zone0/temp"))).toBeGreaterThan(20_000);
  expect(await read("sys/devices/platform/soc/soc:firmware/get_throttled")).toBe("0\n");
  expect(await read("proc/device-tree/model")).toBe("Raspberry Pi Zero W Rev 1.1\0");
  await board.setPower("p1", "off");
  await board.setPower("p1", "on");
  await until("p1", { zero: "running" });
  expect(await read("proc/sys/kernel/random/boot_id")).not.toBe(first);
});

it("hang stops the process, and a power cycle helps", async () => {
  await start();
  await board.setPower("p3", "on");
  const { pid } = await until("p3", { zero: "running" });
  await client.fault({ kind: "hang", slot: "p3" });
  await eventually(async () => expect(await processState(pid)).toBe("T"));
  expect(await usbOf("p3")).toBe("present");
  expect(await answersOnVirtualNetwork(socketPath, "p3")).toBe(false);
  await board.setPower("p3", "off");
  await board.setPower("p3", "on");
  const { pid: next } = await until("p3", { zero: "running", starts: 2, cuts: 1 });
  expect(next).not.toBe(pid);
  expect(["", "Z"]).toContain(await processState(pid));
});

it("starts a crashed program again", async () => {
  await start();
  await board.setPower("p1", "on");
  const { pid } = await until("p1", { zero: "running" });
  await client.fault({ kind: "crash", slot: "p1" });
  await until("p1", { zero: "restarting", usb: true });
  expect(await answersOnVirtualNetwork(socketPath, "p1")).toBe(true);
  expect((await until("p1", { zero: "running" })).pid).not.toBe(pid);
});

it("hub-loss hides every port and cuts nobody", async () => {
  await start();
  await board.setPower("p1", "on");
  await until("p1", { zero: "running" });
  await client.fault({ kind: "hub-loss" });
  expect((await board.read()).slots.map(({ usb }) => usb)).toEqual(Array(4).fill("unknown"));
  expect(await truth("p1")).toMatchObject({ starts: 1, cuts: 0, zero: "running" });
});

it("brownout sets the bit and freezes the named Zero", async () => {
  await start();
  await board.setPower("p1", "on");
  await board.setPower("p2", "on");
  await until("p1", { zero: "running" });
  await until("p2", { zero: "running" });
  await client.fault({ kind: "brownout", slot: "p1" });
  expect((await board.read()).underVoltage).toBe(true);
  expect(await truth("p1")).toMatchObject({ zero: "hung", usb: true, pid: null, powered: true });
  expect((await truth("p2")).zero).toBe("running");
});

it("browns out by itself when too many start together: the newest crash", async () => {
  await start();
  await board.setPower("p1", "off");
  // All in one write, as a driver with the wrong order would do it.
  await client.bus().writeByte(0x20, 1, 0x9f);
  expect((await board.read()).underVoltage).toBe(true);
  await until("p1", { zero: "running" });
  await until("p2", { zero: "running" });
  expect((await client.truth()).map(({ zero }) => zero)).toEqual([
    "running",
    "running",
    "hung",
    "hung",
  ]);
});

it("stuck-on cannot be switched off", async () => {
  await start();
  await board.setPower("p1", "on");
  await until("p1", { zero: "running" });
  await client.fault({ kind: "stuck-on", slot: "p1" });
  await expect(board.setPower("p1", "off")).rejects.toMatchObject({ code: "not-verified" });
  expect(await truth("p1")).toMatchObject({ powered: true, cuts: 0, zero: "hung" });
});

it("lets a Zero shut itself down and reboot by its exit code", async () => {
  await start({ command: [process.execPath, "-e", "process.exit('{slot}' === 'p1' ? 64 : 65)"] });
  await board.setPower("p1", "on");
  await until("p1", { zero: "halted", usb: false, powered: true });
  await board.setPower("p2", "on");
  const id = () => readFile(join(directory, "p2/proc/sys/kernel/random/boot_id"), "utf8");
  const first = await id();
  await eventually(async () => expect(await id()).not.toBe(first));
});

it("cleans up after a board that was killed, but kills nobody whose pid is used again", async () => {
  const orphan = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { detached: true });
  const bystander = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], {
    detached: true,
  });
  const left = (pid: number | undefined, startTime: string | null) =>
    JSON.stringify({ pid, startTime });
  const { pid } = orphan;
  await writeFile(join(directory, "p1.pid"), left(pid, startTimeOf(pid ?? 0)));
  await writeFile(join(directory, "p2.pid"), left(bystander.pid, "1"));
  const gone = once(orphan, "exit");
  try {
    await start();
    await gone;
    expect(startTimeOf(bystander.pid ?? 0)).not.toBe(null);
  } finally {
    orphan.kill("SIGKILL");
    bystander.kill("SIGKILL");
  }
});

it("bears a command that cannot be started", async () => {
  await start({ command: [join(directory, "nothing-here")] });
  await board.setPower("p1", "on");
  await until("p1", { zero: "restarting" });
});

it("bears that its directory is gone, says so once, and still cuts its Zeros down", async () => {
  const faults: unknown[] = [];
  const log: VirtualRunOptions["log"] = (ev, detail) => {
    if (ev === "files.failed") faults.push(detail["slot"]);
  };
  const home = join(directory, "home");
  await start({ slotCount: 2, directory: home, log });
  await board.setPower("p1", "on");
  await until("p1", { zero: "running" });
  await rm(home, { recursive: true });
  await board.setPower("p2", "on");
  const { pid } = await until("p2", { zero: "running" });
  expect(pid).not.toBe(null);
  // p2: its boot id, its log, and its pid file. The temperature comes every second, to p1 as well.
  await eventually(() => expect(faults).toContain("p1"));
  expect(faults.filter((slot) => slot === "p2")).toHaveLength(3);
  expect(faults.filter((slot) => slot === "p1")).toHaveLength(1);
  await board.setPower("p2", "off");
  await eventually(async () => expect(["", "Z"]).toContain(await processState(pid)));
});

it("kills no Zero of a running board when it cannot have its socket", async () => {
  await start();
  await board.setPower("p1", "on");
  const { pid } = await until("p1", { zero: "running" });
  await expect(runVirtualHat(settings())).rejects.toMatchObject({ code: "locked" });
  expect(await truth("p1")).toMatchObject({ pid, zero: "running" });
});

it("refuses faults and questions that make no sense", async () => {
  await start();
  const refused = (fault: Parameters<typeof client.fault>[0], reason: RegExp) =>
    expect(client.fault(fault)).rejects.toThrow(reason);
  await refused({ kind: "hang", slot: "p1" }, /p1 is off/);
  await refused({ kind: "hang" }, /needs a slot/);
  await refused({ kind: "hang", slot: "p9" }, /no slot p9/);
  await refused({ kind: "hang", slot: "p1", durationMs: -1 }, /duration/);
  await refused({ kind: "melt" as "hang", slot: "p1" }, /unknown fault melt/);
  await expect(answersOnVirtualNetwork(socketPath, "p9")).rejects.toThrow(/no slot p9/);
  await expect(client.answers("nine" as "p9")).rejects.toThrow(/no slot name: nine/);
});

it("makes up to 32 slots on eight chips", async () => {
  await start({ slotCount: 30, command: [] });
  expect(board.info.slots.length).toBe(30);
  await board.setPower("p30", "on");
  await until("p30", { zero: "running", usb: true });
  expect(await usbOf("p30")).toBe("present");
  const bus = client.bus();
  await expect(bus.readByte(0x28, 0)).rejects.toMatchObject({ code: "bus" });
  await expect(bus.readByte(0x27, 0x55)).rejects.toMatchObject({ code: "bus" });
});

it("holds the hub by its latch bit, as clusterctrl's `hub off` does", async () => {
  await start({ command: [] });
  await board.setPower("p1", "on");
  await until("p1", { zero: "running" });
  const bus = client.bus();
  await bus.writeByte(0x20, 1, (await bus.readByte(0x20, 1)) | 0x20);
  expect(await usbOf("p1")).toBe("unknown");
  expect(await truth("p1")).toMatchObject({ powered: true, zero: "running" });
});

it("refuses a path in use, and replaces what a dead one left", async () => {
  await start({ command: [] });
  const again = runVirtualHat(settings({ directory: join(directory, "other") }));
  await expect(again).rejects.toMatchObject({ code: "locked" });
  expect((await client.truth()).length).toBe(4);
  await hat.stop();
  await expect(client.truth()).rejects.toMatchObject({ code: "bus" });
  await expect(answersOnVirtualNetwork(socketPath, "p1")).rejects.toMatchObject({
    code: "no-board",
  });
  // A server that dies without closing leaves its file.
  const program = `require("net").createServer().listen(${JSON.stringify(socketPath)}, () => process.kill(process.pid, "SIGKILL"))`;
  spawnSync(process.execPath, ["-e", program]);
  expect(existsSync(socketPath)).toBe(true);
  await start({ command: [] });
  expect((await board.read()).slots.length).toBe(4);
});
