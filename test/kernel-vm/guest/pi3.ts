// The test of part c, in the guest: the pins go through the levels of pi3-levels.ts, each held long enough to be seen.

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { openBoard } from "../../../hat/detect.ts";
import { openI2cBus } from "../../../hat/i2c.ts";
import { gpioWrites, traceGpio } from "./gpio-trace.ts";
import { HATCTL, hatctl, run } from "./programs.ts";
import { runSteps, step } from "./steps.ts";

const HOLD_MS = 700;
const held = () => sleep(HOLD_MS);

step("the HAT of the device tree is found: auto is v1.3", async () => {
  const model = readFileSync("/proc/device-tree/model", "utf8");
  match(model, /Raspberry Pi 3/);
  const { code, stdout, stderr } = await hatctl("auto", "status", "--json");
  equal(code, 0, stderr);
  const { board } = JSON.parse(stdout) as { board: string };
  match(board, /v1\.3/);
  return board;
});

step("v1 on pinctrl-bcm2835: p1 to p4 on, p2 off, the alert LED on and off", async () => {
  const board = await openBoard({ board: "auto" });
  for (const slot of ["p1", "p2", "p3", "p4"] as const) {
    equal((await board.setPower(slot, "on")).line, "on");
    await held();
  }
  await board.setPower("p2", "off");
  await held();
  await board.setSwitch("alert", true);
  await held();
  await board.setSwitch("alert", false);
  await held();
  await board.close();
});

step("hot lines are adopted without a write, two programs killed with -9", async () => {
  traceGpio();
  for (const killAfterMs of [1500, 3000]) {
    await run(HATCTL, ["status"], { killAfterMs });
  }
  equal((await hatctl("auto", "on", "p1")).code, 0);
  deepEqual(gpioWrites(), []);
});

step("hatctl cycle p1, then all off", async () => {
  const hold = String(HOLD_MS);
  const cycle = await hatctl("auto", "cycle", "p1", "--dwell", hold);
  equal(cycle.code, 0, cycle.stderr);
  await held();
  const board = await openBoard({ board: "auto" });
  for (const slot of ["p1", "p3", "p4"] as const) {
    await board.setPower(slot, "off");
    await held();
  }
  await board.close();
});

step("i2c-bcm2835, bus 1: bytes written and read back at 0x20", async () => {
  const bus = await openI2cBus(1);
  await bus.writeByte(0x20, 0x10, 0xa5);
  equal(await bus.readByte(0x20, 0x10), 0xa5);
  await bus.close();
});

step("i2c-bcm2835: nobody at 0x21, and what answers at 0x20 is no expander", async () => {
  const nobody = await hatctl("v2.3@0x21", "status");
  equal(nobody.code, 1, nobody.stderr);
  match(nobody.stderr, /0x21 on \/dev\/i2c-1 did not answer/);
  const memory = await hatctl("v2.3", "on", "p1");
  ok(memory.code !== 0, "a memory chip was taken for switched");
  return `${memory.stderr.trim()}`;
});

void runSteps();
