import { expect, it } from "vitest";
import type { BoardReading, PowerBoard, SwitchName } from "./board.ts";
import { HatError } from "./error.ts";
import { joinBoards } from "./joined-board.ts";
import type { SlotId } from "./slots.ts";

/** A board that writes down what it is asked. */
function board(
  name: string,
  slots: readonly SlotId[],
  switches: readonly SwitchName[],
  underVoltage: boolean | null,
) {
  const asked: string[] = [];
  const reading: BoardReading = {
    slots: slots.map((slot) => ({ slot, line: "off", usb: "unknown", driven: true })),
    underVoltage,
  };
  const it: PowerBoard = {
    info: {
      description: name,
      slots,
      parts: [{ description: name, slots, switches }],
      virtual: false,
    },
    read: async () => reading,
    setPower: async (slot, line) => {
      asked.push(`${slot} ${line}`);
      return { slot, line, usb: "unknown", driven: true };
    },
    readPorts: async () =>
      slots.map((slot) => ({ path: `${name} ${slot}`, usb: "absent", device: null })),
    init: async (part) => {
      asked.push(`init ${part}`);
      return switches.includes("hub") ? [part ?? 0] : [];
    },
    readSwitches: async () => switches.map((each) => ({ part: 0, name: each, on: false })),
    setSwitch: async (each, on, part) => {
      asked.push(`${each} ${on} of ${part}`);
    },
    close: async () => {
      asked.push("close");
    },
  };
  return { it, asked };
}

const pair = (first: boolean | null = null, second: boolean | null = null) => {
  const a = board("A", ["p1", "p2"], ["alert"], first);
  const b = board("B", ["p3"], ["alert", "hub"], second);
  return { a, b, joined: joinBoards([a.it, b.it]) };
};

it("leaves one board as it is", () => {
  const { it: only } = board("A", ["p1"], [], null);
  expect(joinBoards([only])).toBe(only);
});

it("shows all slots, parts and switches, numbered through", async () => {
  const { joined } = pair();
  expect(joined.info).toMatchObject({ description: "A + B", slots: ["p1", "p2", "p3"] });
  expect((await joined.read()).slots.map(({ slot }) => slot)).toEqual(["p1", "p2", "p3"]);
  expect(await joined.readSwitches()).toEqual([
    { part: 0, name: "alert", on: false },
    { part: 1, name: "alert", on: false },
    { part: 1, name: "hub", on: false },
  ]);
});

it("asks the board that has the slot or the switch, and no other", async () => {
  const { a, b, joined } = pair();
  await joined.setPower("p3", "on");
  await joined.setSwitch("hub", true);
  await joined.setSwitch("alert", true);
  await joined.setSwitch("alert", false, 1);
  expect(a.asked).toEqual(["alert true of 0"]);
  expect(b.asked).toEqual(["p3 on", "hub true of 0", "alert true of 0", "alert false of 0"]);
  await expect(joined.setPower("p4", "on")).rejects.toThrow(/p1 to p3/);
  await expect(joined.setSwitch("hub", true, 0)).rejects.toThrow(/A has no switch "hub"/);
  await joined.close();
  expect([...a.asked, ...b.asked].filter((word) => word === "close")).toHaveLength(2);
});

it.each([
  [null, null, null],
  [null, false, false],
  [false, true, true],
  [true, null, true],
])("reports under-voltage where one board tells of it (%s, %s)", async (first, second, low) => {
  expect((await pair(first, second).joined.read()).underVoltage).toBe(low);
});

it("reads the ports of all, and brings up what needs it", async () => {
  const { a, b, joined } = pair();
  expect((await joined.readPorts()).map(({ path }) => path)).toEqual(["A p1", "A p2", "B p3"]);
  expect(await joined.init()).toEqual([1]);
  expect(await joined.init(0)).toEqual([]);
  expect(a.asked).toEqual(["init 0", "init 0"]);
  expect(b.asked).toEqual(["init 0"]);
  await expect(joined.init(2)).rejects.toMatchObject({ code: "unsupported" });
});

it("shows what answers where a board does not, and the reason for the others", async () => {
  const { a, b, joined } = pair(true, false);
  const gone = async (): Promise<never> => {
    throw new HatError("bus", "unplugged");
  };
  Object.assign(a.it, { read: gone, readSwitches: gone });
  expect(await joined.read()).toEqual({
    slots: [{ slot: "p3", line: "off", usb: "unknown", driven: true }],
    unread: [{ slots: ["p1", "p2"], code: "bus", message: "unplugged" }],
    underVoltage: false,
  });
  expect(await joined.readSwitches()).toEqual([
    { part: 1, name: "alert", on: false },
    { part: 1, name: "hub", on: false },
  ]);
  const half = { slots: [], unread: [{ slots: ["p3"], code: "bus", message: "half" }] };
  Object.assign(b.it, { read: async () => ({ ...half, underVoltage: null }) });
  expect((await joined.read()).unread).toHaveLength(2);
  Object.assign(b.it, { read: gone });
  await expect(joined.read()).rejects.toThrow("unplugged");
  Object.assign(b.it, { read: async () => Promise.reject(new TypeError("a bug")) });
  await expect(joined.read()).rejects.toThrow(TypeError);
});
