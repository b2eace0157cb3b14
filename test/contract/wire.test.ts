// The I2C driver against everything that can happen to it at the wire, at each of its transfers in turn.

import { describe, expect, it } from "vitest";
import type { PowerBoard } from "../../hat/board.ts";
import { HatError } from "../../hat/error.ts";
import { type ExpanderRevision, REGISTER } from "../../hat/expander.ts";
import type { ChipModel } from "../../hat/virtual/chip.ts";
import { levelsOf } from "./chip-subject.ts";
import { type Hand, WIRE_FAULTS } from "./wire.ts";
import { foreignHand, type WiredHats, wiredHats } from "./wire-subject.ts";

const MODELS: readonly ChipModel[] = ["XRA1200P", "PCA9554"];
/** One of each kind: hub by power, hub by reset, no LED bit. The plain contract runs over all revisions. */
const REVISIONS: readonly ExpanderRevision[] = ["v2.0", "v2.3", "v3.1"];
const boards = REVISIONS.flatMap((revision) => MODELS.map((model) => ({ revision, model })));
const P1 = 0x01;
const P2 = 0x02;
const P4 = 0x08;

interface Scene {
  readonly hats: WiredHats;
  readonly board: PowerBoard;
  /** The power bits that were on at some moment since the last call. */
  wereOn(): number;
}

/** A board with p1 on, or in its power-on state. */
async function scene(
  revision: ExpanderRevision,
  model: ChipModel,
  state: "driven" | "power-on",
): Promise<Scene> {
  let seen = 0;
  const hats: WiredHats = await wiredHats([revision], model, {
    onChange: () => {
      seen |= hats.chips[0]?.pins() ?? 0;
    },
  });
  const board = await hats.open();
  if (state === "driven") await board.setPower("p1", "on");
  return {
    hats,
    board,
    wereOn: () => {
      const power = seen & 0x0f;
      seen = 0;
      return power;
    },
  };
}

/** Switches p2 on with a hand at the wire; resolves with the error, or null. */
async function switchP2({ hats, board, wereOn }: Scene, hand: Hand): Promise<HatError | null> {
  wereOn();
  hats.wire.touch(hand);
  const outcome = await board.setPower("p2", "on").then(
    () => null,
    (error: unknown) => error,
  );
  if (outcome !== null && !(outcome instanceof HatError)) throw outcome;
  return outcome;
}

/** How many transfers an undisturbed switching of p2 takes, and which. */
async function rehearse(
  revision: ExpanderRevision,
  model: ChipModel,
  state: "driven" | "power-on",
) {
  const rehearsal = await scene(revision, model, state);
  expect(await switchP2(rehearsal, {})).toBe(null);
  const transfers = [...rehearsal.hats.wire.transfers()];
  const pins = rehearsal.hats.chips[0]?.pins() ?? 0;
  await rehearsal.hats.dispose();
  return { transfers, pins };
}

describe.each(boards)("at the wire: $revision, $model", ({ revision, model }) => {
  it.each(["driven", "power-on"] as const)(
    "bears any one fault at any transfer, %s",
    async (state) => {
      const { transfers, pins } = await rehearse(revision, model, state);
      const count = transfers.length;
      const others = state === "driven" ? P1 : 0;
      for (const fault of WIRE_FAULTS) {
        await forEach(count, async (at) => {
          const each = await scene(revision, model, state);
          const outcome = await switchP2(each, {
            before: (number) => (number === at ? fault : undefined),
          });
          const where = `${fault} at ${at}`;
          expect(outcome, where).toBe(null);
          expect(each.wereOn() & ~P2, where).toBe(others);
          // The hub's and the LEDs' bits too.
          expect(each.hats.chips[0]?.pins(), where).toBe(pins);
          expect(pins & 0x0f).toBe(others | P2);
          await each.hats.dispose();
        });
      }
    },
  );

  it("loses no other program's change, but one made between the last reading and the write", async () => {
    const { transfers } = await rehearse(revision, model, "driven");
    const write = transfers.findIndex(({ kind }) => kind === "write");
    const lost: string[] = [];
    await forEach(transfers.length, async (at) => {
      for (const when of ["before", "after"] as const) {
        const each = await scene(revision, model, "driven");
        const meddle = (number: number) => {
          if (number === at) foreignHand(each.hats.chips, 3, "on");
          return undefined;
        };
        const outcome = await switchP2(each, { [when]: meddle });
        const now = (each.hats.chips[0]?.pins() ?? 0) & 0x0f;
        if ((now & P4) === 0) lost.push(`${when} ${at}`);
        else if (outcome !== null) {
          expect(outcome).toMatchObject({ code: "foreign-change", slots: ["p4"] });
        }
        // Whatever became of p4, nobody touched p1 and p3.
        expect(now & ~P4 & ~P2).toBe(P1);
        await each.hats.dispose();
      }
    });
    expect(lost.sort()).toEqual([`after ${write - 1}`, `before ${write}`]);
  });

  it.each(["driven", "power-on"] as const)(
    "ends safe after a reset at any moment, %s",
    async (state) => {
      const { transfers } = await rehearse(revision, model, state);
      const flashed: string[] = [];
      await forEach(transfers.length, async (at) => {
        for (const when of ["before", "after"] as const) {
          const each = await scene(revision, model, state);
          const cut = (number: number) => {
            if (number === at) each.hats.chips[0]?.reset();
            return undefined;
          };
          const outcome = await switchP2(each, { [when]: cut });
          const now = (each.hats.chips[0]?.pins() ?? 0) & 0x0f;
          const where = `${when} ${at}`;
          // A reset cuts p1 as well; nothing brings it back by itself, nor any that was not named.
          const proved = where !== `after ${transfers.length - 1}`;
          if (outcome === null && proved) expect([where, now & P2]).toEqual([where, P2]);
          expect(now & ~P1 & ~P2, where).toBe(0);
          if ((each.wereOn() & ~P1 & ~P2) !== 0) {
            flashed.push(where);
            const slots = ["p1", "p2", "p3", "p4"];
            expect(outcome).toMatchObject({ code: "foreign-change", slots });
            expect(now, where).toBe(0);
          }
          each.hats.wire.touch(null);
          await each.board.setPower("p2", "on").catch(() => each.board.setPower("p2", "on"));
          expect(levelsOf(each.hats.chips[0] ?? raise())[1], where).toBe("on");
          await each.hats.dispose();
        }
      });
      // The one moment that nothing closes: between the last look at the latch and the write of the directions.
      const directions = transfers.findIndex(
        ({ kind, register }) => kind === "write" && register === REGISTER.direction,
      );
      const open = state === "driven" ? [] : [`after ${directions - 1}`, `before ${directions}`];
      expect(flashed.sort()).toEqual(open);
    },
  );

  it("tells a pin that is stuck, and drives the others", async () => {
    for (const level of ["high", "low"] as const) {
      const { hats, board } = await scene(revision, model, "driven");
      const other = level === "high" ? "off" : "on";
      hats.chips[0]?.stick(P2, level);
      await expect(board.setPower("p2", other)).rejects.toMatchObject({ code: "not-verified" });
      await board.setPower("p3", "on");
      expect(levelsOf(hats.chips[0] ?? raise())).toEqual([
        "on",
        level === "high" ? "on" : "off",
        "on",
        "off",
      ]);
      await hats.dispose();
    }
  });
});

/** All at once: most of each is waiting. */
async function forEach(count: number, act: (at: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, at) => act(at)));
}

function raise(): never {
  throw new Error("no chip");
}

describe("at the wire: a bus that answers nonsense", () => {
  it.each([
    ["only 0xff", 0xff],
    ["no byte", undefined],
    ["a word", 0x1ff],
  ])("says so for %s, and writes nothing", async (_, answer) => {
    const hats = await wiredHats(["v2.3"], "XRA1200P");
    const device = await hats.wire.module.openPromisified(1);
    const open = hats.wire.module.openPromisified;
    const written: number[] = [];
    Object.assign(hats.wire.module, {
      openPromisified: async () => ({
        ...device,
        readByte: async () => answer,
        writeByte: async (_address: number, register: number) => void written.push(register),
      }),
    });
    await expect(hats.open()).rejects.toMatchObject({ code: "bus" });
    await expect(hats.open()).rejects.toThrow(/0x20.*Check|0x20.*check/);
    expect(written).toEqual([]);
    Object.assign(hats.wire.module, { openPromisified: open });
    await (await hats.open()).setPower("p1", "on");
    await hats.dispose();
  });

  it("gives up on one that never says the same twice", async () => {
    const hats = await wiredHats(["v2.3"], "XRA1200P");
    const board = await hats.open();
    await board.setPower("p1", "on");
    // The second register of every other image.
    hats.wire.touch({ before: (number) => (number % 8 === 3 ? "garbled" : undefined) });
    await expect(board.setPower("p2", "on")).rejects.toThrow(
      /answered otherwise when it was asked/,
    );
    expect(await hats.pins()).toEqual(["on", "off", "off", "off"]);
    await hats.dispose();
  });

  it("says which write the chip never keeps", async () => {
    const hats = await wiredHats(["v2.3"], "XRA1200P");
    const board = await hats.open();
    const [chip] = hats.chips;
    hats.wire.touch({
      after: (_, { kind, register }) => {
        if (kind === "write" && register === REGISTER.output) chip?.write(REGISTER.output, 0xff);
      },
    });
    await expect(board.setPower("p2", "on")).rejects.toThrow(
      /holds 0xff in its latch, not the 0x90/,
    );
    expect(chip?.read(REGISTER.direction)).toBe(0xff);
    await hats.dispose();
  });
});

describe("two HATs on one bus", () => {
  const pair = () => wiredHats(["v2.3", "v3.1"], "XRA1200P");
  const off = ["off", "off", "off", "off"];

  it("numbers p1 to p8, and switches on the HAT that is meant", async () => {
    const hats = await pair();
    const board = await hats.open();
    expect(board.info.slots).toEqual(["p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8"]);
    await board.setPower("p6", "on");
    expect(await hats.pins()).toEqual([...off, "off", "on", "off", "off"]);
    const { slots } = await board.read();
    expect(slots.map(({ driven }) => driven)).toEqual([0, 0, 0, 0, 1, 1, 1, 1].map(Boolean));
    expect(await board.init()).toEqual([0]);
    await board.setSwitch("alert", true, 1);
    expect(hats.chips.map((chip) => chip.pins() & 0x40)).toEqual([0, 0x40]);
    await hats.dispose();
  });

  it("lets one lose its supply while the other works on", async () => {
    const hats = await pair();
    const board = await hats.open();
    await board.setPower("p1", "on");
    await board.setPower("p5", "on");
    hats.chips[1]?.reset();
    await board.setPower("p2", "on");
    const change = { code: "foreign-change", slots: ["p5", "p6", "p7", "p8"] };
    await expect(board.setPower("p7", "on")).rejects.toMatchObject(change);
    await board.setPower("p7", "on");
    expect(await hats.pins()).toEqual(["on", "on", "off", "off", "off", "off", "on", "off"]);
    await hats.dispose();
  });

  const GONE = {
    slots: ["p5", "p6", "p7", "p8"],
    code: "bus",
    message: expect.stringMatching(/0x21 on \/dev\/i2c-1 did not answer/),
  };
  const unplug = (hats: WiredHats) =>
    hats.wire.touch({ before: (_, { address }) => (address === 0x21 ? "nak" : undefined) });
  const plugIn = (hats: WiredHats) => {
    hats.chips[1]?.reset();
    hats.wire.touch({});
  };

  it("reads and switches one while the other is unplugged, and names that one", async () => {
    const hats = await pair();
    const board = await hats.open();
    await board.setPower("p1", "on");
    await board.setPower("p5", "on");
    expect(await board.read()).not.toHaveProperty("unread");
    unplug(hats);
    const reading = await board.read();
    expect(reading.slots.map(({ slot, line }) => `${slot} ${line}`)).toEqual([
      "p1 on",
      "p2 off",
      "p3 off",
      "p4 off",
    ]);
    expect(reading.unread).toEqual([GONE]);
    expect(new Set((await board.readSwitches()).map(({ part }) => part))).toEqual(new Set([0]));
    expect(await board.setPower("p1", "off")).toMatchObject({ line: "off" });
    await expect(board.setPower("p5", "off")).rejects.toMatchObject({ code: "bus" });
    // It comes back without its supply: that is no silent thing.
    plugIn(hats);
    const change = { code: "foreign-change", slots: GONE.slots };
    await expect(board.setPower("p6", "on")).rejects.toMatchObject(change);
    await board.setPower("p6", "on");
    expect(await hats.pins()).toEqual([...off, "off", "on", "off", "off"]);
    await hats.dispose();
  });

  it("opens with one of them, and takes the other as it is found", async () => {
    const hats = await pair();
    unplug(hats);
    const board = await hats.open();
    expect((await board.read()).unread).toEqual([GONE]);
    expect(board.info.parts.map(({ chip }) => chip)).toEqual(["XRA1200P", undefined]);
    plugIn(hats);
    await board.setPower("p7", "on");
    expect(await board.read()).not.toHaveProperty("unread");
    expect(await hats.pins()).toEqual([...off, "off", "off", "on", "off"]);
    await hats.dispose();
  });

  it("does not open, nor read, where neither answers", async () => {
    const hats = await pair();
    const board = await hats.open();
    hats.wire.touch({ before: () => "nak" });
    await expect(board.read()).rejects.toThrow(/0x20 on \/dev\/i2c-1 did not answer/);
    await expect(board.readSwitches()).rejects.toMatchObject({ code: "bus" });
    await expect(hats.open()).rejects.toMatchObject({ code: "bus" });
    await hats.dispose();
  });
});
