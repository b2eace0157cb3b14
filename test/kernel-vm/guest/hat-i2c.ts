// ClusterHAT v2 and v3 on the simulated I2C bus: the order of the first writes, adoption, faults of the bus and of the chip.

import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { type I2CBus, openSync } from "i2c-bus";
import type { PowerBoard } from "../../../hat/board.ts";
import { openBoard } from "../../../hat/detect.ts";
import { isHatError } from "../../../hat/error.ts";
import { SimulatedExpander } from "./expander-sim.ts";
import { fenceByArguments, fenceByStdin, HATCTL, hatctl, killedHatctls, run } from "./programs.ts";
import { step } from "./steps.ts";

const NOBODY = 65_534;
const BUS = 1;
const OUTPUT = 1;
const BOARD = "v2.3";
/** What init leaves beside the power lines: LEDs on, EEPROM protected; the hub's bit is low while it runs. */
const RUNNING = 0x90;

async function withBoard(
  act: (board: PowerBoard) => Promise<unknown>,
  spec: string = BOARD,
  hold = false,
): Promise<void> {
  const board = await openBoard({ board: spec, hold });
  try {
    await act(board);
  } finally {
    await board.close();
  }
}

/** Another program on the bus. */
function withForeignHand<T>(act: (bus: I2CBus) => T): T {
  const bus = openSync(BUS);
  try {
    return act(bus);
  } finally {
    bus.closeSync();
  }
}

/** The edges of each pin while `act` ran. */
async function edgesDuring(chip: SimulatedExpander, act: () => Promise<void>): Promise<number[]> {
  const before = chip.pins().edges;
  await act();
  return chip.pins().edges.map((count, pin) => count - (before[pin] ?? 0));
}

/** As after the supply came back, with nothing driven. */
function fresh(chip: SimulatedExpander): void {
  chip.refuse(0);
  chip.hold(0, 0);
  chip.resistors(0);
  chip.model("xra1200p");
  chip.brownOut();
}

export function i2cSteps(): void {
  let first: SimulatedExpander;
  let second: SimulatedExpander;

  step("v2: a fresh chip is read, and not one register written", async () => {
    first = new SimulatedExpander(0x20);
    second = new SimulatedExpander(0x21);
    const { code, stdout, stderr } = await hatctl(BOARD, "status");
    equal(code, 0, stderr);
    equal(stdout.match(/ off /g)?.length, 4);
    equal(first.writes(), 0);
  });

  step(
    "v2: the first switch sets up the chip; only the pin named moves, LED and protection aside",
    async () => {
      const edges = await edgesDuring(first, async () => {
        const { code, stderr } = await hatctl(BOARD, "on", "p2");
        equal(code, 0, stderr);
      });
      deepEqual(edges, [0, 1, 0, 0, 1, 0, 0, 1]);
      equal(first.pins().levels, RUNNING | 0x02);
    },
  );

  step("v2: hatctl cycle and off are the pins' levels", async () => {
    const edges = await edgesDuring(first, async () => {
      await withBoard((board) => board.setPower("p4", "on"));
      equal(first.pins().levels, RUNNING | 0x0a);
      equal((await hatctl(BOARD, "cycle", "p4", "--dwell", "50")).code, 0);
      equal((await hatctl(BOARD, "off", "p2")).code, 0);
    });
    equal(first.pins().levels, RUNNING | 0x08);
    deepEqual(edges, [0, 1, 0, 3, 0, 0, 0, 0]);
  });

  step(
    "v2: hot lines are adopted without an edge or a write, 4 programs killed with -9",
    async () => {
      const writes = first.writes();
      let note = "";
      const edges = await edgesDuring(first, async () => {
        note = await killedHatctls(BOARD, "on", "p4");
      });
      deepEqual(edges, [0, 0, 0, 0, 0, 0, 0, 0]);
      equal(first.writes(), writes);
      return note;
    },
  );

  step(
    "v2: killed with -9 while it cycles p1, no other pin moves, and the next program takes over",
    async () => {
      const edges = await edgesDuring(first, async () => {
        for (const writesBefore of [0, 1, 2]) {
          const writes = first.writes();
          // At once after the first, the second or the third write.
          const killWhen = () => first.writes() > writes + writesBefore;
          await run(HATCTL, ["--board", BOARD, "cycle", "p1", "--dwell", "0"], { killWhen });
        }
        equal((await hatctl(BOARD, "off", "p1")).code, 0);
      });
      deepEqual(edges.slice(1), [0, 0, 0, 0, 0, 0, 0]);
      equal(first.pins().levels, RUNNING | 0x08);
      ok((edges[0] ?? 0) > 0, "no program came so far as to switch");
      return `${edges[0]} edges on p1`;
    },
  );

  step("v2: a foreign write is reported with its slot, and nothing is written", async () => {
    await withBoard(async (board) => {
      withForeignHand((bus) => bus.writeByteSync(0x20, OUTPUT, RUNNING | 0x0c));
      const writes = first.writes();
      await rejects(board.setPower("p1", "on"), (error) => {
        return isHatError(error, "foreign-change") && error.slots.join() === "p3";
      });
      equal(first.writes(), writes);
      await board.setPower("p1", "on");
      equal(first.pins().levels, RUNNING | 0x0d);
    });
  });

  step("v2: alert, LEDs, hub and protection move their own pin", async () => {
    await withBoard(async (board) => {
      const edges = await edgesDuring(first, async () => {
        for (const name of ["alert", "led", "hub", "protect"] as const) {
          await board.setSwitch(name, false);
          await board.setSwitch(name, true);
        }
      });
      deepEqual(edges, [0, 0, 0, 0, 2, 2, 1, 2]);
      await board.setSwitch("alert", false);
    });
  });

  step(
    "v2: two refused transfers are tried again; a chip that is gone is a clear error",
    async () => {
      first.refuse(2);
      await withBoard(async (board) => {
        first.refuse(2);
        await board.setPower("p3", "off");
      });
      equal(first.pins().levels, RUNNING | 0x09);
      first.refuse(-1);
      const { code, stderr } = await hatctl(BOARD, "off", "p1");
      first.refuse(0);
      equal(code, 1, stderr);
      match(stderr, /0x20 on \/dev\/i2c-1 did not answer \(ENXIO\).*XA0/);
      equal(first.pins().levels, RUNNING | 0x09);
    },
  );

  step("v2: a pin that does not follow is not taken for switched", async () => {
    first.hold(0x01, 0x01);
    const { code, stderr } = await hatctl(BOARD, "off", "p1");
    first.hold(0, 0);
    equal(code, 1, stderr);
    match(stderr, /still reads on/);
    await withBoard((board) => board.setPower("p1", "off"));
    equal(first.pins().levels & 0x01, 0);
  });

  step(
    "v2: a brown-out while the board is held is told; then only what is named comes on",
    async () => {
      await withBoard(async (board) => {
        await board.setPower("p1", "on");
        first.brownOut();
        const edges = await edgesDuring(first, async () => {
          await rejects(board.setPower("p2", "on"), (error) => {
            return isHatError(error, "foreign-change") && error.slots.join() === "p1,p2,p3,p4";
          });
          const { slots } = await board.read();
          deepEqual(
            slots.map(({ line, driven }) => `${line} ${driven}`),
            ["off false", "off false", "off false", "off false"],
          );
          await board.setPower("p2", "on");
        });
        deepEqual(edges, [0, 1, 0, 0, 1, 0, 0, 1]);
      });
    },
  );

  step(
    "v2: with the auto-on jumper all four are on and stay so when one is switched off",
    async () => {
      fresh(first);
      first.resistors(0x0f);
      const edges = await edgesDuring(first, async () => {
        await withBoard((board) => board.setPower("p3", "off"));
      });
      deepEqual(edges, [0, 0, 1, 0, 1, 0, 0, 1]);
      first.resistors(0);
    },
  );

  step("v2.0: the hub's bit is high while it runs", async () => {
    fresh(first);
    await withBoard((board) => board.setPower("p1", "on"), "v2.0");
    equal(first.pins().levels, RUNNING | 0x20 | 0x01);
  });

  step("v3.1 with a PCA9554, which refuses register 4", async () => {
    fresh(first);
    first.model("pca9554");
    await withBoard((board) => board.setPower("p4", "on"), "v3.1");
    equal(first.pins().levels, 0x88);
    first.model("xra1200p");
  });

  step("v2: one writer: hatctl is refused while a process holds the board", async () => {
    await withBoard(
      async () => {
        const refused = await hatctl(BOARD, "off", "p4");
        equal(refused.code, 6);
        match(refused.stderr, /held by process \d+/);
      },
      BOARD,
      true,
    );
  });

  step(
    "two HATs, 0x20 and 0x21: p5 is the second one's first line, and the first is left alone",
    async () => {
      fresh(first);
      fresh(second);
      const both = "v2.3@0x20,v2.3@0x21";
      const edges = await edgesDuring(first, async () => {
        const on = await hatctl(both, "on", "p5", "p8", "--stagger", "0");
        equal(on.code, 0, on.stderr);
      });
      deepEqual(edges, [0, 0, 0, 0, 0, 0, 0, 0]);
      equal(second.pins().levels, RUNNING | 0x09);
      await withBoard((board) => board.setPower("p1", "on"), both);
      equal(first.pins().levels, RUNNING | 0x01);
      equal(second.pins().levels, RUNNING | 0x09);
    },
  );

  step(
    "two HATs, one of them gone: the error names its address, the other is switched",
    async () => {
      const both = "v2.3@0x20,v2.3@0x21";
      fresh(first);
      second.refuse(-1);
      const { code, stderr } = await hatctl(both, "off", "p5");
      await withBoard((board) => board.setPower("p2", "on"), both);
      const status = await hatctl(both, "status");
      second.refuse(0);
      equal(code, 1, stderr);
      match(stderr, /0x21/);
      equal(first.pins().levels, RUNNING | 0x02);
      equal(status.code, 7, status.stderr);
    },
  );

  step("fence_clusterhat: off by stdin and by arguments, already off, status, reboot", async () => {
    fresh(first);
    const board = BOARD;
    const edges = await edgesDuring(first, async () => {
      await withBoard((board) => board.setPower("p2", "on"));
      const reboot = await fenceByStdin({ action: "reboot", plug: "p2", board });
      equal(reboot.code, 0, reboot.stderr);
      const off = await fenceByArguments({ action: "off", plug: "p2", board });
      equal(off.code, 0, off.stderr);
      equal(first.pins().levels, RUNNING);
      equal((await fenceByArguments({ action: "off", plug: "p2", board })).code, 0);
      equal((await fenceByArguments({ action: "status", plug: "p2", board })).code, 2);
    });
    deepEqual(edges, [0, 4, 0, 0, 1, 0, 0, 1]);
  });

  step(
    "fence_clusterhat: off that cannot be proved is a failure; nothing without a plug",
    async () => {
      const power = { board: BOARD, power_timeout: "3" };
      const on = await fenceByStdin({ ...power, action: "on", plug: "p1" });
      equal(on.code, 0, on.stderr);
      equal(first.pins().levels & 0x01, 0x01);
      first.hold(0x01, 0x01);
      equal((await fenceByStdin({ ...power, action: "off", plug: "p1" })).code, 1);
      first.hold(0, 0);
      first.refuse(-1);
      equal((await fenceByStdin({ ...power, action: "off", plug: "p1" })).code, 1);
      first.refuse(0);
      const writes = first.writes();
      equal((await fenceByStdin({ ...power, action: "off" })).code, 1);
      equal((await fenceByStdin({ ...power, plug: "p1" })).code, 1);
      equal(first.writes(), writes);
    },
  );

  step("v2: a user without rights is told which group", async () => {
    const { code, stderr } = await run(HATCTL, ["--board", BOARD, "status"], { uid: NOBODY });
    equal(code, 4, stderr);
    match(stderr, /group i2c/);
  });

  step("v2: a chip that a driver of the kernel holds", async () => {
    const bus = "/sys/bus/i2c/devices/i2c-1";
    writeFileSync(`${bus}/new_device`, "24c02 0x21");
    const { code, stderr } = await hatctl("v2.3@0x21", "status");
    writeFileSync(`${bus}/delete_device`, "0x21");
    equal(code, 1, stderr);
    match(stderr, /belongs to a kernel driver/);
  });

  step("v2: no bus: what to switch on is said", async () => {
    equal(spawnSync("rmmod", ["xra1200_sim"]).status, 0);
    const { code, stderr } = await hatctl(BOARD, "status");
    equal(code, 3, stderr);
    match(stderr, /\/dev\/i2c-1 does not exist/);
  });

  step("no HAT that tells of itself: auto says where it looked, and does not guess", async () => {
    const { code, stderr } = await hatctl("auto", "status");
    equal(code, 3, stderr);
    match(stderr, /proc\/device-tree\/hat/);
  });
}
