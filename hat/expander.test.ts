import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  afterWrite,
  BIT,
  changedLines,
  drivePlan,
  EXPANDER_REVISIONS,
  type ExpanderRevision,
  hubRunningBit,
  isExpanderRevision,
  isPowerOnState,
  linesOf,
  powerBit,
  REGISTER,
  type RegisterImage,
  safeInitPlan,
} from "./expander.ts";
import { Chip } from "./virtual/chip.ts";

const POWER_ON: RegisterImage = { input: 0x00, output: 0xff, inversion: 0, direction: 0xff };

function imageOf(chip: Chip): RegisterImage {
  return {
    input: chip.read(REGISTER.input),
    output: chip.read(REGISTER.output),
    inversion: chip.read(REGISTER.inversion),
    direction: chip.read(REGISTER.direction),
  };
}

describe("safe init", () => {
  const latches: Record<ExpanderRevision, number> = {
    "v2.0": 0xb0,
    "v2.1": 0x90,
    "v2.2": 0x90,
    "v2.3": 0x90, // as clusterctrl writes it
    "v2.4": 0x90,
    "v2.5": 0x90,
    "v2.6": 0x90,
    "v3.0": 0x80,
    "v3.1": 0x80,
  };
  it.each(EXPANDER_REVISIONS)("of %s sets the latch before any direction", (revision) => {
    expect(safeInitPlan(revision, POWER_ON)).toEqual([
      { register: 1, value: latches[revision] },
      { register: 2, value: 0 },
      { register: 3, value: 0 },
    ]);
  });

  it("keeps Zeros that the auto-on jumper feeds", () => {
    const image = { ...POWER_ON, input: 0x0f };
    expect(linesOf(image)).toEqual(["on", "on", "on", "on"]);
    expect(safeInitPlan("v2.3", image)[0]).toEqual({ register: 1, value: 0x9f });
  });

  it("holds the hub of every revision in its running state", () => {
    expect(hubRunningBit("v2.0")).toBe(BIT.hub);
    for (const revision of EXPANDER_REVISIONS.slice(1)) expect(hubRunningBit(revision)).toBe(0);
  });
});

describe("reading", () => {
  it("tells the power-on state by the directions", () => {
    expect(isPowerOnState(POWER_ON)).toBe(true);
    expect(isPowerOnState({ ...POWER_ON, direction: 0 })).toBe(false);
  });
  it("reads floating pins as off in the power-on state", () => {
    expect(linesOf({ ...POWER_ON, input: 0x05 })).toEqual(["off", "off", "off", "off"]);
  });
  it("reads pins, not the latch, whatever the inversion", () => {
    const driven = { ...POWER_ON, direction: 0, input: 0x05 };
    expect(linesOf(driven)).toEqual(["on", "off", "on", "off"]);
    expect(linesOf({ ...driven, inversion: 0x0f })).toEqual(["off", "on", "off", "on"]);
  });
  it("knows the revisions", () => {
    expect(isExpanderRevision("v2.6")).toBe(true);
    expect(isExpanderRevision("v2.7")).toBe(false);
  });
});

describe("driving", () => {
  const driven: RegisterImage = { input: 0x91, output: 0x91, inversion: 0, direction: 0 };
  it("writes the latch alone on a board that is set up", () => {
    expect(drivePlan(driven, powerBit(2), true)).toEqual([{ register: 1, value: 0x95 }]);
    expect(drivePlan(driven, powerBit(0), false)).toEqual([{ register: 1, value: 0x90 }]);
  });
  it("makes an undriven line an output only after its latch", () => {
    expect(drivePlan({ ...driven, direction: 0x0c }, powerBit(3), true)).toEqual([
      { register: 1, value: 0x99 },
      { register: 3, value: 0x04 },
    ]);
  });
  it("clears a set inversion first", () => {
    expect(drivePlan({ ...driven, inversion: 1 }, powerBit(1), true)[0]).toEqual({
      register: 2,
      value: 0,
    });
  });
  it("follows its own writes", () => {
    const writes = [1, 2, 3, 4].map((register) => ({ register, value: 0x55 }));
    expect(writes.reduce(afterWrite, POWER_ON)).toEqual({
      input: 0,
      output: 0x55,
      inversion: 0x55,
      direction: 0x55,
    });
  });
});

describe("changes", () => {
  const known: RegisterImage = { input: 0, output: 0x90, inversion: 0, direction: 0 };
  it("are driven latch bits and directions of power lines", () => {
    expect(changedLines(known, known)).toEqual([]);
    expect(changedLines(known, { ...known, output: 0x95 })).toEqual([0, 2]);
    expect(changedLines(known, { ...known, direction: 0x08 })).toEqual([3]);
    expect(changedLines(known, { ...known, output: 0xd0 })).toEqual([]);
    expect(changedLines(POWER_ON, { ...POWER_ON, output: 0x90 })).toEqual([]);
  });
});

describe("on the chip", () => {
  it("no plan moves a power pin that was not named, from any registers", () => {
    const byte = fc.integer({ min: 0, max: 0xff });
    fc.assert(
      fc.property(
        fc.constantFrom(...EXPANDER_REVISIONS),
        fc.constantFrom(0x00, 0x0f),
        fc.tuple(byte, byte, fc.oneof(byte, fc.constant(0xff))),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.boolean()), { maxLength: 6 }),
        (revision, pulls, [output, inversion, direction], calls) => {
          const chip = new Chip({ model: "XRA1200P", pulls });
          chip.write(REGISTER.output, output);
          chip.write(REGISTER.inversion, inversion);
          chip.write(REGISTER.direction, direction);
          for (const [index, high] of calls) {
            let image = imageOf(chip);
            let before = chip.pins();
            const run = (writes: readonly { register: number; value: number }[], mask: number) => {
              for (const { register, value } of writes) {
                chip.write(register, value);
                expect((chip.pins() ^ before) & 0x0f & ~mask).toBe(0);
                before = chip.pins();
              }
            };
            if (isPowerOnState(image)) run(safeInitPlan(revision, image), 0);
            image = imageOf(chip);
            run(drivePlan(image, powerBit(index), high), powerBit(index));
            expect(linesOf(imageOf(chip))[index]).toBe(high ? "on" : "off");
          }
        },
      ),
    );
  });
});
