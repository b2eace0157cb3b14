// Each exit code of docs/hatctl.md, by one command that ends with it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { acquireLock } from "../lock.ts";
import {
  type Bundle,
  bundleHatctl,
  type Ended,
  runHatctl,
  startVirtual,
  testBoard,
} from "./testing/hatctl.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let bundle: Bundle;
beforeAll(async () => {
  bundle = await bundleHatctl();
});
afterAll(() => bundle.remove());

const alone = (...args: string[]) => runHatctl(bundle.path, args);

const CASES: readonly (readonly [code: number, what: string, run: () => Promise<Ended>])[] = [
  [0, "done and verified", () => alone("--virtual", "on", "p1")],
  [1, "a line does not follow", faultyLine],
  [2, "wrong usage", () => alone("--virtual", "off")],
  [3, "no board", () => alone("--board", "virtual:/nowhere", "status")],
  [3, "nothing to drive was detected", () => alone("detect")],
  [3, "no such slot", () => alone("--virtual", "on", "p5")],
  // The bundle lies where no i2c-bus is installed.
  [4, "the driver's package is missing", () => alone("--board", "v2.3", "status")],
  [5, "no answer in time", stoppedBoard],
  [6, "another process holds the board", heldBoard],
  [6, "it was not agreed to", hubWithZero],
  [7, "partly done", partly],
  [130, "interrupted, with the slot in hand finished", interrupted],
];

it.each(CASES)("ends with %i: %s", async (code, _, run) => {
  const ended = await run();
  expect(ended.code).toBe(code);
  if (code === 0 || code === 130 || ended.stdout !== "")
    expect(ended.stderr).not.toContain("hatctl:");
  else expect(ended.stderr).toMatch(/^hatctl: [^\n]+\n$/m);
});

async function faultyLine(): Promise<Ended> {
  const board = await testBoard(bundle);
  await board.run("on", "p1");
  await board.client.fault({ kind: "stuck-on", slot: "p1" });
  return await board.run("off", "p1");
}

async function partly(): Promise<Ended> {
  const board = await testBoard(bundle);
  await board.run("on", "p1", "p2", "--stagger", "1s");
  await board.client.fault({ kind: "stuck-on", slot: "p2" });
  return await board.run("off", "p1-p2");
}

async function heldBoard(): Promise<Ended> {
  const board = await testBoard(bundle);
  const lock = await acquireLock(`${board.socketPath}.lock`);
  return await board.run("on", "p1").finally(() => lock.release());
}

async function hubWithZero(): Promise<Ended> {
  const board = await testBoard(bundle);
  await board.run("on", "p1");
  await vi.waitFor(async () => expect((await board.client.truth())[0]?.usb).toBe(true));
  return await board.run("hub", "off");
}

async function stoppedBoard(): Promise<Ended> {
  const path = `${bundle.directory}/stopped.sock`;
  const child = await startVirtual(bundle.path, path);
  child.kill("SIGSTOP");
  const ended = await alone("--board", `virtual:${path}`, "--timeout", "200ms", "status");
  child.kill("SIGCONT");
  child.kill("SIGTERM");
  await once(child, "exit");
  return ended;
}

async function interrupted(): Promise<Ended> {
  const board = await testBoard(bundle);
  await board.run("on", "p1", "p2", "--stagger", "1s");
  const child = spawn(process.execPath, [bundle.path, "cycle", "p1", "p2", "--dwell", "2s"], {
    env: { ...process.env, ZERORIG_BOARD: `virtual:${board.socketPath}` },
  });
  const powered = async () => (await board.client.truth()).map(({ powered }) => powered);
  let stderr = "";
  child.stderr.on("data", (text: Buffer) => {
    stderr += text.toString();
  });
  await vi.waitFor(async () => expect((await powered())[0]).toBe(false), { timeout: 20_000 });
  child.kill("SIGINT");
  const [code] = await once(child, "close");
  expect(await powered()).toEqual([true, true, false, false]);
  expect((await board.client.truth())[1]?.cuts).toBe(0);
  expect(stderr).toContain("p2: not tried: interrupted");
  return { code, stdout: "", stderr };
}
