import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ADDRESS, chipBus, levelsOf } from "../test/contract/chip-subject.ts";
import type { PowerBoard } from "./board.ts";
import { HatError, isHatError } from "./error.ts";
import { EXPANDER_REVISIONS, type ExpanderRevision, REGISTER } from "./expander.ts";
import { openExpanderBoard } from "./expander-board.ts";
import type { I2cBus } from "./i2c.ts";
import { slotId } from "./slots.ts";
import { Chip } from "./virtual/chip.ts";

let directory = "";
let lockCount = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "hat-board-"));
});
afterAll(() => rm(directory, { recursive: true }));

function open(bus: I2cBus, revision: ExpanderRevision = "v2.3"): Promise<PowerBoard> {
  lockCount += 1;
  return openExpanderBoard({
    bus,
    chips: [{ address: ADDRESS, revision }],
    usb: { presence: async () => ["present", "absent"], ports: async () => [] },
    supply: async () => true,
    lockPath: join(directory, `lock-${lockCount}`),
    hold: false,
    descriptions: ["test"],
    virtual: true,
  });
}

describe("ExpanderBoard", () => {
  it("shows USB and supply beside the lines", async () => {
    const board = await open(chipBus(new Chip({ model: "PCA9554" })));
    const reading = await board.read();
    expect(reading.slots.map(({ usb }) => usb)).toEqual([
      "present",
      "absent",
      "unknown",
      "unknown",
    ]);
    expect(reading.underVoltage).toBe(true);
  });

  it("rejects and closes the bus when nothing answers", async () => {
    let closed = false;
    const dead: I2cBus = {
      readByte: async () => {
        throw new HatError("bus", "NAK");
      },
      writeByte: async () => {},
      close: async () => {
        closed = true;
      },
    };
    await expect(open(dead)).rejects.toMatchObject({ code: "bus" });
    expect(closed).toBe(true);
  });

  it("keeps the LED dark on a board in its power-on state", async () => {
    const chip = new Chip({ model: "XRA1200P" });
    const board = await open(chipBus(chip));
    await expect(board.setSwitch("alert", true)).rejects.toMatchObject({ code: "unsupported" });
    expect(chip.read(REGISTER.direction)).toBe(0xff);
    await board.setPower("p1", "off");
    await board.setSwitch("alert", true);
    expect(chip.pins()).toBe(0xd0);
  });

  it.each([
    ["v2.0", 0x20],
    ["v2.1", 0],
    ["v2.3", 0],
    ["v3.0", 0],
    ["v3.1", 0],
  ] as const)("switches the hub of %s by its polarity", async (revision, running) => {
    const chip = new Chip({ model: "XRA1200P" });
    const board = await open(chipBus(chip), revision);
    expect(await board.readSwitches()).toEqual([]);
    await board.setPower("p2", "on");
    const hub = async () => (await board.readSwitches()).find(({ name }) => name === "hub")?.on;
    expect(await hub()).toBe(true);
    await board.setSwitch("hub", false);
    expect(await hub()).toBe(false);
    expect(chip.pins() & 0x2f).toBe((running ^ 0x20) | 0x02);
    await board.setSwitch("hub", true);
    expect(chip.pins() & 0x2f).toBe(running | 0x02);
  });

  it("has LEDs on v2 only, and write protection everywhere", async () => {
    const chip = new Chip({ model: "XRA1200P" });
    const board = await open(chipBus(chip), "v3.1");
    await board.setPower("p1", "off");
    await expect(board.setSwitch("led", false)).rejects.toMatchObject({ code: "unsupported" });
    await board.setSwitch("protect", false);
    expect(await board.readSwitches()).toEqual([
      { part: 0, name: "alert", on: false },
      { part: 0, name: "hub", on: true },
      { part: 0, name: "protect", on: false },
    ]);
    expect((await open(chipBus(chip), "v2.3")).info.parts[0]?.switches).toContain("led");
  });

  it("says which switch does not follow", async () => {
    const chip = new Chip({ model: "XRA1200P" });
    const board = await open(chipBus(chip));
    await board.setPower("p1", "off");
    chip.stick(0x80, "high");
    await expect(board.setSwitch("protect", false)).rejects.toThrow(/protect was switched off/);
  });

  it("keeps what another program did to the LED, the hub and the write protection", async () => {
    const chip = new Chip({ model: "XRA1200P" });
    const board = await open(chipBus(chip));
    await board.setPower("p1", "on");
    chip.write(REGISTER.output, 0x21);
    await board.setPower("p2", "on");
    expect(chip.pins()).toBe(0x23);
  });

  it("finishes after a transfer that failed although the chip had it", async () => {
    const chip = new Chip({ model: "XRA1200P" });
    const bus = chipBus(chip);
    const board = await open(bus);
    const write = bus.writeByte;
    let lost = 0;
    bus.writeByte = async (...transfer) => {
      await write(...transfer);
      lost += 1;
      if (lost <= 2) throw new HatError("bus", "lost the acknowledge");
    };
    await board.setPower("p2", "on");
    expect(levelsOf(chip)).toEqual(["off", "on", "off", "off"]);
    expect(lost).toBeGreaterThan(2);
  });

  it("takes its own half-done write for no foreign hand: the acknowledge lost, or the write", async () => {
    const chip = new Chip({ model: "XRA1200P" });
    const bus = chipBus(chip);
    const board = await open(bus);
    await board.setPower("p1", "on");
    const write = bus.writeByte;
    const lose = (how: "acknowledge" | "write") => {
      bus.writeByte = async (...transfer) => {
        bus.writeByte = write;
        if (how === "write") return;
        await write(...transfer);
        throw new HatError("bus", "NAK");
      };
    };
    lose("acknowledge");
    await board.setPower("p2", "on");
    lose("write");
    await board.setPower("p3", "on");
    expect(levelsOf(chip)).toEqual(["on", "on", "on", "off"]);
  });

  it("names a foreign change alone, not the write of ours that did not get through", async () => {
    const chip = new Chip({ model: "XRA1200P" });
    const bus = chipBus(chip);
    const board = await open(bus);
    await board.setPower("p1", "on");
    const write = bus.writeByte;
    bus.writeByte = async () => {
      bus.writeByte = write;
      chip.write(REGISTER.output, chip.read(REGISTER.output) | 0x08);
    };
    const change = { code: "foreign-change", slots: ["p4"] };
    await expect(board.setPower("p2", "on")).rejects.toMatchObject(change);
  });

  it("sees a foreign hand between its write and its proof", async () => {
    const chip = new Chip({ model: "XRA1200P" });
    let meddle = false;
    const bus = chipBus(chip, () => {
      if (!meddle) return;
      meddle = false;
      chip.write(REGISTER.output, chip.read(REGISTER.output) | 0x08);
    });
    const board = await open(bus);
    await board.setPower("p1", "on");
    meddle = true;
    const change = { code: "foreign-change", slots: ["p4"] };
    await expect(board.setPower("p2", "on")).rejects.toMatchObject(change);
    expect(levelsOf(chip)).toEqual(["on", "on", "off", "on"]);
  });

  it("numbers slots through its chips", async () => {
    const chips = [new Chip({ model: "XRA1200P" }), new Chip({ model: "XRA1200P" })];
    const board = await openExpanderBoard({
      bus: {
        readByte: async (address, register) => chips[address - ADDRESS]?.read(register) ?? 0,
        writeByte: async (address, register, value) =>
          chips[address - ADDRESS]?.write(register, value),
        close: async () => {},
      },
      chips: [
        { address: ADDRESS, revision: "v2.3" },
        { address: ADDRESS + 1, revision: "v2.3" },
      ],
      slotCount: 6,
      usb: { presence: async () => [], ports: async () => [] },
      supply: async () => null,
      lockPath: join(directory, "lock-two"),
      hold: false,
      descriptions: ["one", "two"],
      virtual: true,
    });
    expect(board.info.slots).toEqual(["p1", "p2", "p3", "p4", "p5", "p6"]);
    await board.setPower("p6", "on");
    expect(chips.map((chip) => chip.pins() & 0x0f)).toEqual([0, 2]);
    // p5, and a line that carries no Zero.
    chips[1]?.write(REGISTER.output, 0x0b);
    const change = { code: "foreign-change", slots: ["p5"] };
    await expect(board.setPower("p6", "off")).rejects.toMatchObject(change);
    await expect(board.setPower("p7", "on")).rejects.toMatchObject({ code: "no-slot" });
  });
});

const byte = fc.integer({ min: 0, max: 0xff });
const step = fc.oneof(
  fc.record({
    do: fc.constant("set" as const),
    index: fc.integer({ min: 0, max: 3 }),
    line: fc.constantFrom("on" as const, "off" as const),
  }),
  fc.record({
    do: fc.constant("switch" as const),
    name: fc.constantFrom("alert" as const, "led" as const, "hub" as const, "protect" as const),
    on: fc.boolean(),
  }),
  fc.record({ do: fc.constant("read" as const) }),
  fc.record({ do: fc.constant("init" as const) }),
  fc.record({ do: fc.constant("fail" as const), count: fc.nat(12), after: fc.boolean() }),
  fc.record({ do: fc.constant("reset" as const) }),
  fc.record({ do: fc.constant("foreign" as const), register: fc.constantFrom(1, 3), value: byte }),
  fc.record({ do: fc.constant("reopen" as const) }),
);

it("switches no line that was not named: any registers, revision, faults and foreign hands", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...EXPANDER_REVISIONS),
      fc.constantFrom("XRA1200P" as const, "PCA9554" as const),
      fc.constantFrom(0x00, 0x0f),
      fc.tuple(byte, byte, fc.oneof(byte, fc.constant(0xff), fc.constant(0))),
      fc.array(step, { maxLength: 12 }),
      async (revision, model, pulls, [output, inversion, direction], steps) => {
        const chip = new Chip({ model, pulls });
        chip.write(REGISTER.output, output);
        chip.write(REGISTER.inversion, inversion);
        chip.write(REGISTER.direction, direction);
        let named = 0;
        let before = chip.pins();
        const bus = chipBus(chip, () => {
          expect((chip.pins() ^ before) & 0x0f & ~named).toBe(0);
          before = chip.pins();
        });
        // A chip that says 0xff to everything is taken for none.
        const isSilent = (chip.read(REGISTER.input) & output & inversion & direction) === 0xff;
        const opened = open(bus, revision);
        if (isSilent) {
          await expect(opened).rejects.toMatchObject({ code: "bus" });
          return;
        }
        let board = await opened;
        for (const action of steps) {
          before = chip.pins();
          named = 0;
          const call = async () => {
            if (action.do === "set") {
              named = 1 << action.index;
              const shown = await board.setPower(slotId(action.index), action.line);
              expect(levelsOf(chip)[action.index]).toBe(action.line);
              expect(shown.line).toBe(action.line);
            } else if (action.do === "switch") {
              await board.setSwitch(action.name, action.on);
            } else if (action.do === "read") {
              await board.read();
            } else if (action.do === "init") {
              await board.init();
            } else if (action.do === "reopen") {
              board = await open(bus, revision);
            }
          };
          if (action.do === "fail") bus.fail(action.count, action.after);
          if (action.do === "reset") chip.reset();
          if (action.do === "foreign") chip.write(action.register, action.value);
          await call().catch((error: unknown) => {
            if (!isHatError(error)) throw error;
          });
        }
      },
    ),
    { numRuns: Number(process.env["PROPERTY_RUNS"] ?? 150) },
  );
}, 120_000);
