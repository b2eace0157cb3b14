import { describe, expect, it } from "vitest";
import { CtrlModel } from "../test/contract/ctrl-model.ts";
import { ctrlRig } from "../test/contract/ctrl-subject.ts";
import { CTRL_KINDS, type CtrlKind } from "./ctrl-kinds.ts";
import type { CtrlTools } from "./ctrl-tools.ts";

async function rigOf(kind: CtrlKind, options: { savedPower?: number } = {}) {
  const rig = await ctrlRig(new CtrlModel({ kind, hats: 1, ...options }));
  return { rig, model: rig.model, board: await rig.open() };
}

describe("what a USB board tells", () => {
  it.each([
    ["stack", { adcs: [5014, 25939], tempC: 18.85, fan: { on: false, requests: ["p3"] } }],
    ["aplus6", { adcs: [5014, 5014], tempC: 18.85, fan: { on: false, requests: [] } }],
    ["triple", { adcs: [5014], tempC: 18.85, fan: { on: false, requests: [] } }],
    ["da", { adcs: [], tempC: 18.85, fan: null }],
    ["phat", { adcs: [], tempC: null, fan: null }],
    ["single", { adcs: [], tempC: null, fan: null }],
  ] as const)("%s", async (name, expected) => {
    const { rig, board } = await rigOf(CTRL_KINDS[name]);
    const data = await board.tools.data();
    expect(data.firmware).toBe("1.8");
    expect(data.adcs).toEqual(
      expected.adcs.map((millivolts, index) => ({ number: index + 1, millivolts })),
    );
    expect(data.tempC === null ? null : Math.round(data.tempC * 100) / 100).toBe(expected.tempC);
    expect(data.fan).toEqual(expected.fan);
    expect(data.usbBoot).toHaveLength(CTRL_KINDS[name].usbBoot ? board.info.slots.length : 0);
    await rig.dispose();
  });
});

describe("what a USB board saves", () => {
  it("saves which Zeros are on for the next power-up", async () => {
    const { rig, model, board } = await rigOf(CTRL_KINDS.aplus6);
    await board.setPower("p3", "on");
    await board.tools.save("power");
    await board.setPower("p3", "off");
    await board.tools.reset();
    expect(model.lines()).toEqual(["off", "off", "on", "off", "off"]);
    await board.tools.save("defaults");
    await board.tools.reset();
    expect(model.lines()).not.toContain("on");
    await rig.dispose();
  });

  it("keeps a new order only when that is saved", async () => {
    const { rig, model, board } = await rigOf(CTRL_KINDS.triple);
    await board.tools.setOrder(33);
    await board.setPower("p1", "on");
    expect(model.eeprom.order).toBe(20);
    await board.tools.save("order");
    expect(model.eeprom).toMatchObject({ order: 33, power: 0 });
    await board.tools.save("all");
    expect(model.eeprom).toMatchObject({ order: 33, power: 1 });
    await board.tools.save("led");
    await board.tools.usbBoot("p2", true);
    await board.tools.save("usbboot");
    expect(model.eeprom.usbBoot).toBe(0b010);
    expect((await board.tools.data()).usbBoot.map(({ on }) => on)).toEqual([false, true, false]);
    await board.tools.usbBoot("p2", false);
    expect((await board.tools.data()).usbBoot.every(({ on }) => !on)).toBe(true);
    await rig.dispose();
  });

  it("refuses an order that is none, or that another board has", async () => {
    const { rig, model, board } = await rigOf(CTRL_KINDS.triple);
    for (const order of [0, 256, 1.5, Number.NaN]) {
      await expect(board.tools.setOrder(order)).rejects.toThrow(/1 to 255/);
    }
    rig.otherOrders.push(21);
    await expect(board.tools.setOrder(21)).rejects.toThrow(/another USB board has the order 21/);
    expect(model.read(2, 1)).toEqual([20]);
    await rig.dispose();
  });
});

describe("fan and activity LED", () => {
  it("switches them", async () => {
    const { rig, model, board } = await rigOf(CTRL_KINDS.aplus6);
    await board.tools.fan(true);
    expect((await board.tools.data()).fan?.on).toBe(true);
    await board.tools.fan(false);
    expect(model.fanOn).toBe(false);
    await board.tools.act(false);
    expect(model.actOn).toBe(false);
    await board.tools.act(true);
    expect(model.actOn).toBe(true);
    await rig.dispose();
  });

  it("says that firmware before 1.8 has no activity LED", async () => {
    const old = { ...CTRL_KINDS.aplus6, act: false };
    const rig = await ctrlRig(new CtrlModel({ kind: old }));
    const board = await rig.open({ kind: CTRL_KINDS.aplus6 });
    await expect(board.tools.act(true)).rejects.toMatchObject({ code: "unsupported" });
    await expect(board.tools.act(true)).rejects.toThrow(/does not know that command/);
    await rig.dispose();
  });
});

const refused: readonly [keyof typeof CTRL_KINDS, string, (tools: CtrlTools) => Promise<void>][] = [
  ["stack", "hub", (tools) => tools.cycleHub()],
  ["da", "hub", (tools) => tools.cycleHub()],
  ["da", "save which Zeros", (tools) => tools.save("power")],
  ["phat", "fan", (tools) => tools.fan(true)],
  ["triple", "activity LED", (tools) => tools.act(true)],
  ["stack", "USB boot", (tools) => tools.usbBoot("p1", true)],
  ["stack", "USB boot to save", (tools) => tools.save("usbboot")],
  ["triple", "100 to 2550 ms", (tools) => tools.cycleHub(99)],
  ["triple", "100 to 2550 ms", (tools) => tools.cycleHub(2551)],
  ["triple", "100 to 2550 ms", (tools) => tools.cycleHub(Number.NaN)],
];
it.each(refused)(
  "%s refuses what it has not, before anything is sent: %s",
  async (name, says, call) => {
    const { rig, board } = await rigOf(CTRL_KINDS[name]);
    let transfers = 0;
    rig.around.before = () => {
      transfers += 1;
    };
    await expect(call(board.tools)).rejects.toMatchObject({ code: "unsupported" });
    await expect(call(board.tools)).rejects.toThrow(says);
    expect(transfers).toBe(0);
    await rig.dispose();
  },
);

it("refuses USB boot of a slot that it does not have", async () => {
  const { rig, board } = await rigOf(CTRL_KINDS.triple);
  await expect(board.tools.usbBoot("p4", true)).rejects.toMatchObject({ code: "no-slot" });
  await rig.dispose();
});

describe("restart and hub", () => {
  it("restarts, waits for the board, and takes what it finds for known", async () => {
    const { rig, model, board } = await rigOf(CTRL_KINDS.triple, { savedPower: 0b100 });
    await board.setPower("p1", "on");
    const before = model.connections;
    rig.around.after = () => {
      if (model.connections === before) return;
      rig.around.after = () => {};
      rig.fail(30);
    };
    await board.tools.reset();
    expect(model.connections).toBe(before + 1);
    expect(model.lines()).toEqual(["off", "off", "on"]);
    expect((await board.read()).slots.every(({ driven }) => !driven)).toBe(true);
    await board.setPower("p1", "on");
    expect(model.lines()).toEqual(["on", "off", "on"]);
    await rig.dispose();
  });

  it("says that a board did not restart", async () => {
    const { rig, model, board } = await rigOf(CTRL_KINDS.triple);
    model.reset = () => {};
    await expect(board.tools.reset()).rejects.toMatchObject({ code: "not-verified" });
    await rig.dispose();
  });

  it("says that a board did not come back", async () => {
    const { rig, model, board } = await rigOf(CTRL_KINDS.triple);
    const reset = model.reset.bind(model);
    model.reset = () => {
      reset();
      rig.away = true;
    };
    await expect(board.tools.reset()).rejects.toMatchObject({ code: "no-board" });
    await rig.dispose();
  });

  it("cycles the hub for the time that is named, and switches no Zero", async () => {
    const { rig, model, board } = await rigOf(CTRL_KINDS.phat);
    await board.setPower("p2", "on");
    await board.tools.cycleHub(250);
    expect(model.hubCutMs).toBe(250);
    await board.tools.cycleHub();
    expect(model.hubCutMs).toBe(1000);
    expect(model.lines()).toEqual(["off", "on"]);
    await rig.dispose();
  });

  it("believes a cycle that was not acknowledged if the board was away, and only then", async () => {
    const { rig, model, board } = await rigOf(CTRL_KINDS.phat);
    const command = () => model.hubCutMs;
    let transfers = 0;
    rig.around.before = () => {
      transfers += 1;
      // The greeting is the first transfer, the command the second.
      if (transfers === 2) rig.fail(1, true);
    };
    await board.tools.cycleHub(300);
    expect(command()).toBe(300);
    transfers = 0;
    rig.around.before = () => {
      transfers += 1;
      if (transfers === 2) rig.fail(1);
    };
    await expect(board.tools.cycleHub(500)).rejects.toMatchObject({ code: "not-verified" });
    expect(command()).toBe(300);
    await rig.dispose();
  });
});
