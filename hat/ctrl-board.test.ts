import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CtrlModel } from "../test/contract/ctrl-model.ts";
import { ctrlRig, usbPathOf } from "../test/contract/ctrl-subject.ts";
import type { Line } from "./board.ts";
import { CTRL_KINDS, type CtrlKind } from "./ctrl-kinds.ts";
import { isHatError } from "./error.ts";
import { slotId } from "./slots.ts";

const KINDS: readonly CtrlKind[] = Object.values(CTRL_KINDS);

function rigOf(kind: CtrlKind, options: { hats?: number; savedPower?: number } = {}) {
  return ctrlRig(new CtrlModel({ kind, hats: 0xff, ...options }));
}

describe.each(KINDS)("USB board $name", (kind) => {
  it("has the maker's number of slots, and switches each of them", async () => {
    const rig = await rigOf(kind);
    const board = await rig.open();
    expect(board.info.slots).toHaveLength(kind.slotCount);
    for (const [index, slot] of board.info.slots.entries()) {
      await board.setPower(slot, "on");
      expect(rig.model.lines().filter((line) => line === "on")).toHaveLength(index + 1);
      expect(rig.model.lines()[index]).toBe("on");
    }
    await board.setPower("p1", "off");
    expect(rig.model.lines().indexOf("on")).toBe(kind.slotCount > 1 ? 1 : -1);
    await rig.dispose();
  });

  it("switches its LEDs and no Zero by it", async () => {
    const rig = await rigOf(kind);
    const board = await rig.open();
    const before = rig.model.lines();
    for (const name of kind.switches) {
      for (const on of [true, false, true]) {
        await board.setSwitch(name, on);
        expect(name === "alert" ? rig.model.alert : rig.model.powerLed).toBe(on);
        expect(rig.model.lines()).toEqual(before);
      }
    }
    expect(await board.readSwitches()).toEqual([]);
    await expect(board.setSwitch("hub", false)).rejects.toMatchObject({ code: "unsupported" });
    await expect(board.setSwitch("protect", true)).rejects.toMatchObject({ code: "unsupported" });
    await rig.dispose();
  });

  it("shows what is plugged in behind each slot, where it has a hub", async () => {
    const rig = await rigOf(kind);
    const devices = join(rig.root, "sys/bus/usb/devices");
    await mkdir(join(devices, usbPathOf(rig.model)), { recursive: true });
    const board = await rig.open();
    const [first] = await board.readPorts();
    if (kind.name === "Stack") {
      expect(first).toEqual({ path: null, usb: "unknown", device: null });
    } else {
      expect(first).toMatchObject({ path: expect.stringMatching(/^1-1\.2\.\d/), usb: "absent" });
      await mkdir(join(devices, first?.path ?? ""));
      expect((await board.read()).slots[0]?.usb).toBe("present");
      await board.setPower("p1", "off");
    }
    await rig.dispose();
  });
});

describe("USB boards", () => {
  it("numbers its slots after those of other boards", async () => {
    const rig = await ctrlRig(new CtrlModel({ kind: CTRL_KINDS.triple }), 4);
    const board = await rig.open();
    expect(board.info.slots).toEqual(["p5", "p6", "p7"]);
    await board.setPower("p6", "on");
    expect(rig.model.lines()).toEqual(["off", "on", "off"]);
    await expect(board.setPower("p2", "on")).rejects.toMatchObject({ code: "no-slot" });
    await rig.dispose();
  });

  it("shows only the slots of HATs that an adapter carries, by the vendor's numbers", async () => {
    const rig = await rigOf(CTRL_KINDS.da, { hats: 0b101 });
    const board = await rig.open();
    expect(board.info.slots).toEqual(["p1", "p2", "p3", "p4", "p9", "p10", "p11", "p12"]);
    await board.setPower("p10", "on");
    expect(rig.model.lines().indexOf("on")).toBe(9);
    await expect(board.setPower("p5", "on")).rejects.toMatchObject({ code: "no-slot" });
    await rig.dispose();
  });

  it("compares the HAT of the named slot alone, for each look at one costs 0.1 s a line", async () => {
    const rig = await rigOf(CTRL_KINDS.da, { hats: 0b11 });
    const board = await rig.open();
    await board.setPower("p1", "on");
    rig.model.foreign(0x03, 6);
    await board.setPower("p2", "on");
    const change = { code: "foreign-change", slots: ["p6"] };
    await expect(board.setPower("p5", "on")).rejects.toMatchObject(change);
    await rig.dispose();
  });

  it("takes Zeros that the EEPROM switched on as they are, and not for driven", async () => {
    const rig = await rigOf(CTRL_KINDS.aplus6, { savedPower: 0b10010 });
    const board = await rig.open();
    const lines = async () => (await board.read()).slots.map(({ line }) => line);
    expect(await lines()).toEqual(["off", "on", "off", "off", "on"]);
    expect((await board.read()).slots.every(({ driven }) => !driven)).toBe(true);
    await board.setPower("p5", "off");
    expect(await lines()).toEqual(["off", "on", "off", "off", "off"]);
    rig.model.reset();
    const restarted = board.setPower("p1", "on");
    await expect(restarted).rejects.toMatchObject({
      code: "foreign-change",
      slots: ["p1", "p2", "p3", "p4", "p5"],
    });
    await expect(restarted).rejects.toThrow(/restarted/);
    expect(await lines()).toEqual(["off", "on", "off", "off", "on"]);
    await rig.dispose();
  });

  it("says that another program of ours began to drive it", async () => {
    const rig = await rigOf(CTRL_KINDS.phat);
    const [one, other] = [await rig.open(), await rig.open()];
    await one.setPower("p1", "on");
    const begun = other.setPower("p2", "on");
    await expect(begun).rejects.toMatchObject({ code: "foreign-change", slots: ["p1", "p2"] });
    await expect(begun).rejects.toThrow(/begun to drive/);
    expect(rig.model.lines()).toEqual(["on", "off"]);
    await rig.dispose();
  });

  it("sees that the board restarted between the command and its proof", async () => {
    const rig = await rigOf(CTRL_KINDS.stack);
    const board = await rig.open();
    await board.setPower("p1", "on");
    let writes = 0;
    rig.around.after = () => {
      writes += 1;
      if (rig.model.lines()[1] === "on") rig.model.reset();
    };
    await expect(board.setPower("p2", "on")).rejects.toThrow(/restarted/);
    expect(writes).toBeGreaterThan(0);
    await rig.dispose();
  });

  it("names a HAT of an adapter that is gone", async () => {
    const rig = await rigOf(CTRL_KINDS.da, { hats: 1 });
    const board = await rig.open();
    const gone = new CtrlModel({ kind: CTRL_KINDS.da, hats: 0 });
    rig.model.foreign = gone.foreign.bind(gone);
    rig.model.read = gone.read.bind(gone);
    rig.model.write = gone.write.bind(gone);
    await expect(board.read()).rejects.toThrow(/p1 any more: is its HAT gone/);
    await rig.dispose();
  });

  it("waits for firmware that answers late, and gives up on one that stays busy", async () => {
    const rig = await rigOf(CTRL_KINDS.triple);
    const board = await rig.open();
    rig.model.lateness = 3;
    await board.setPower("p2", "on");
    expect((await board.read()).slots.map(({ line }) => line)).toEqual(["off", "on", "off"]);
    rig.model.lateness = 100_000;
    await expect(board.setPower("p1", "on")).rejects.toMatchObject({ code: "bus" });
    await rig.dispose();
  });

  it("waits while a command is shown as running, but not for ever", async () => {
    const rig = await rigOf(CTRL_KINDS.triple);
    const board = await rig.open();
    const read = rig.model.read.bind(rig.model);
    let busy = 0;
    // The answer, from data2 on: the command is the fourth byte.
    rig.model.read = (register, length) =>
      read(register, length).map((byte, at) => (register + at === 0x0d && busy-- > 0 ? 3 : byte));
    busy = 5;
    await board.setPower("p2", "on");
    expect(rig.model.lines()).toEqual(["off", "on", "off"]);
    busy = Number.POSITIVE_INFINITY;
    await expect(board.read()).rejects.toThrow(/still busy after 3 s/);
    await rig.dispose();
  });

  it("finishes after a transfer that failed although the firmware had it", async () => {
    const rig = await rigOf(CTRL_KINDS.triple);
    const board = await rig.open();
    for (const line of ["on", "off"] as const) {
      for (let at = 0; at < 20; at += 1) {
        let transfers = 0;
        rig.around.before = () => {
          transfers += 1;
          rig.fail(transfers === at ? 1 : 0, true);
        };
        await board.setPower("p3", line);
        expect(rig.model.lines()).toEqual(["off", "off", line]);
      }
    }
    await rig.dispose();
  });

  it.each([
    [{ kind: CTRL_KINDS.triple, layout: 3 }, /register layout 3, and this driver knows 2/],
    [{ kind: CTRL_KINDS.single }, /type 3 and 1 power lines; a Triple has type 1 and 3/],
  ] as const)("refuses firmware that it does not know (%#)", async (options, says) => {
    const rig = await ctrlRig(new CtrlModel(options));
    const open = rig.open({ kind: CTRL_KINDS.triple });
    await expect(open).rejects.toMatchObject({ code: "unknown-board" });
    await expect(open).rejects.toThrow(says);
    await rig.dispose();
  });

  it("does not take another board for the one that it opened", async () => {
    const rig = await rigOf(CTRL_KINDS.triple);
    const board = await rig.open();
    rig.model.foreign(0x15, 33);
    await expect(board.setPower("p1", "on")).rejects.toThrow(/order 20.* is gone.*order 33/);
    expect(rig.model.lines()).toEqual(["off", "off", "off"]);
    rig.away = true;
    await expect(board.read()).rejects.toMatchObject({ code: "no-board" });
    await rig.dispose();
  });
});

it("talks to a board one program of ours at a time, and closes its bus each time", async () => {
  const rig = await rigOf(CTRL_KINDS.triple);
  const boards = [await rig.open(), await rig.open(), await rig.open()];
  await boards[0]?.setPower("p2", "on");
  const readings = await Promise.all(boards.map((board) => board.read()));
  for (const { slots } of readings) {
    expect(slots.map(({ line }) => line)).toEqual(["off", "on", "off"]);
  }
  rig.fail(1000);
  await expect(boards[1]?.read()).rejects.toMatchObject({ code: "bus" });
  expect(rig.users).toEqual({ most: 1, now: 0 });
  await rig.dispose();
});

describe("beside clusterctrl", () => {
  it("never takes the answer to its question for ours: a single one is asked again", async () => {
    const rig = await rigOf(CTRL_KINDS.triple);
    const board = await rig.open();
    await board.setPower("p1", "on");
    for (let at = 0; at < 12; at += 1) {
      let transfers = 0;
      rig.around.before = () => {
        transfers += 1;
        if (transfers === at) rig.model.foreign(0x0f, 1);
      };
      expect((await board.read()).slots.map(({ line }) => line)).toEqual(["on", "off", "off"]);
    }
    await rig.dispose();
  });

  it("proves an off by two answers, for one may be another line's", async () => {
    const rig = await rigOf(CTRL_KINDS.triple);
    const board = await rig.open();
    await board.setPower("p1", "on");
    await board.setPower("p1", "off");
    // Ours switches p1 off; another program switches it on again, then asks for p2 between our question and its answer.
    const steps = [
      { after: 0x04, does: [0x03, 1] },
      { after: 0x0f, does: [0x0f, 2] },
    ] as const;
    let at = 0;
    const write = rig.model.write.bind(rig.model);
    rig.model.write = (register, bytes) => {
      write(register, bytes);
      const step = steps[at];
      if (step === undefined || step.after !== bytes.at(-1) || (at === 0 && bytes[1] !== 1)) return;
      at += 1;
      rig.model.write = write;
      rig.model.foreign(step.does[0], step.does[1]);
      rig.model.write = meddled;
    };
    const meddled = rig.model.write;
    const change = { code: "foreign-change", slots: ["p1"] };
    await expect(board.setPower("p1", "off")).rejects.toMatchObject(change);
    expect(rig.model.lines()[0]).toBe("on");
    await rig.dispose();
  });

  it("says so when its questions never stop", async () => {
    const rig = await rigOf(CTRL_KINDS.triple);
    const board = await rig.open();
    await board.setPower("p2", "on");
    let transfers = 0;
    rig.around.before = () => {
      transfers += 1;
      rig.model.foreign(0x0f, [1, 2][Math.floor(transfers / 2) % 2]);
    };
    await expect(rig.open()).rejects.toThrow(/clusterctrl\?/);
    await rig.dispose();
  });
});

const step = fc.oneof(
  fc.record({
    do: fc.constant("set" as const),
    index: fc.nat(31),
    line: fc.constantFrom<Line>("on", "off"),
  }),
  fc.record({
    do: fc.constant("switch" as const),
    name: fc.constantFrom("alert" as const, "led" as const),
    on: fc.boolean(),
  }),
  fc.record({ do: fc.constantFrom("read" as const, "reset" as const, "reopen" as const) }),
  fc.record({ do: fc.constantFrom("init" as const, "data" as const, "fan" as const) }),
  fc.record({ do: fc.constant("fail" as const), count: fc.nat(14), after: fc.boolean() }),
  fc.record({ do: fc.constant("late" as const), transfers: fc.nat(4) }),
  fc.record({
    do: fc.constant("foreign" as const),
    words: fc.array(
      fc.tuple(fc.constantFrom(0x03, 0x04, 0x05, 0x0f, 0x14, 0xf2, 0x99), fc.nat(33)),
      { maxLength: 8 },
    ),
  }),
);

it("switches no line that was not named: any board, saved state, faults, and clusterctrl between any two transfers", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...KINDS),
      fc.nat(0xff),
      fc.nat(0xff),
      fc.array(step, { maxLength: 12 }),
      async (kind, hats, savedPower, steps) => {
        const rig = await rigOf(kind, { hats, savedPower });
        const { model } = rig;
        let named: number | null = null;
        let last = model.lines();
        const words: (readonly [code: number, data0: number])[] = [];
        const check = () => {
          for (const [index, line] of model.lines().entries()) {
            if (index !== named) expect(line).toBe(last[index]);
          }
          last = model.lines();
        };
        rig.around.before = () => {
          check();
          // As clusterctrl does: between any two transfers of ours, without a lock.
          const [code, data0] = words.shift() ?? [];
          if (code !== undefined) model.foreign(code, data0);
          last = model.lines();
        };
        rig.around.after = check;
        let board = await rig.open();
        for (const action of steps) {
          named = null;
          const call = async () => {
            if (action.do === "set") {
              named = action.index;
              const alone = words.length === 0;
              const shown = await board.setPower(slotId(action.index), action.line);
              expect(shown.line).toBe(action.line);
              if (alone) expect(model.lines()[action.index]).toBe(action.line);
            } else if (action.do === "switch") {
              await board.setSwitch(action.name, action.on);
            } else if (action.do === "read") {
              await board.read();
            } else if (action.do === "init") {
              await board.init();
            } else if (action.do === "data") {
              await board.tools.data();
            } else if (action.do === "fan") {
              await board.tools.fan(true);
            } else if (action.do === "reopen") {
              board = await rig.open();
            }
          };
          if (action.do === "fail") rig.fail(action.count, action.after);
          if (action.do === "late") model.lateness = action.transfers;
          if (action.do === "reset") model.reset();
          if (action.do === "foreign") words.push(...action.words);
          last = model.lines();
          await call().catch((error: unknown) => {
            if (!isHatError(error)) throw error;
          });
          // A command that still runs belongs to this call.
          while (!model.acknowledges()) check();
          check();
        }
        await rig.dispose();
      },
    ),
    { numRuns: 150 },
  );
}, 120_000);
