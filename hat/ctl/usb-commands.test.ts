// The words that only USB boards have, on the model of their firmware.

import { describe, expect, it, onTestFinished } from "vitest";
import { CtrlModel } from "../../test/contract/ctrl-model.ts";
import { type CtrlRig, ctrlRig } from "../../test/contract/ctrl-subject.ts";
import { CTRL_KINDS, type CtrlKind } from "../ctrl-kinds.ts";
import { fan } from "./fan-command.ts";
import { hub } from "./hub-command.ts";
import { Output } from "./output.ts";
import type { Session } from "./session.ts";
import { act, reset, save, setOrder, usbBoot } from "./usb-commands.ts";

interface UsbSession {
  readonly session: Session;
  readonly rig: CtrlRig;
  readonly model: CtrlModel;
  readonly open: () => ReturnType<CtrlRig["open"]>;
}

/** A session on one USB board, whose slots come after those of a HAT. */
async function onBoard(kind: CtrlKind): Promise<UsbSession> {
  const model = new CtrlModel({ kind, hats: 1 });
  // The session numbers through; a board that is opened by its order counts from p1.
  const numbered = await ctrlRig(model, 4);
  const alone = await ctrlRig(model);
  onTestFinished(() => numbered.dispose());
  onTestFinished(() => alone.dispose());
  const session: Session = {
    board: await numbered.open(),
    controller: null,
    flags: { board: "usb", hub: [], control: "", timeout: "10s" },
    // No chatter in the tests' output.
    out: new Output(true),
    timeoutMs: 5000,
  };
  return { session, rig: alone, model, open: () => alone.open() };
}

describe("the words of USB boards", () => {
  it("act on one board, or on all that can", async () => {
    const { session, model, open } = await onBoard(CTRL_KINDS.aplus6);
    expect(await act(session, open, false, undefined)).toEqual({ act: false, orders: [20] });
    expect(model.actOn).toBe(false);
    const phat = await onBoard(CTRL_KINDS.phat);
    await expect(act(phat.session, phat.open, false, undefined)).rejects.toThrow("no activity LED");
    await expect(act(session, open, true, "0")).rejects.toThrow("from 1 to 255");
  });

  it("set the USB boot pins of the named slots, counted as the board counts them", async () => {
    const { session, open } = await onBoard(CTRL_KINDS.triple);
    expect(session.board.info.slots).toEqual(["p5", "p6", "p7"]);
    await usbBoot(session, open, true, ["p6"]);
    const alone = await open();
    expect((await alone.tools.data()).usbBoot.filter(({ on }) => on)).toEqual([
      { slot: "p2", on: true },
    ]);
    await expect(usbBoot(session, open, true, ["p1"])).rejects.toMatchObject({ code: "no-slot" });
  });

  it("save, and give another order", async () => {
    const { session, model, open } = await onBoard(CTRL_KINDS.triple);
    await session.board.setPower("p5", "on");
    expect(await save(session, open, "power", "20")).toEqual({ saved: "power", order: 20 });
    expect(model.eeprom.power).toBe(1);
    expect(await setOrder(session, open, "20", "33")).toEqual({ order: 33, before: 20 });
    expect(model.eeprom.order).toBe(20);
    await expect(setOrder(session, open, "33", "33")).rejects.toThrow("already");
    await expect(setOrder(session, open, "33", "256")).rejects.toThrow("from 1 to 255");
  });

  it("reset cuts nobody without a yes", async () => {
    const { session, model, open } = await onBoard(CTRL_KINDS.triple);
    await session.board.setPower("p6", "on");
    await expect(reset(session, open, "20", false)).rejects.toThrow(
      /cuts the power of 1 Zeros .*add --yes/,
    );
    expect(model.lines()).toContain("on");
    expect(await reset(session, open, "20", true)).toEqual({ reset: 20 });
    expect(model.lines()).not.toContain("on");
  });

  it("switch the fan of those that have one", async () => {
    const stack = await onBoard(CTRL_KINDS.stack);
    expect(await fan(stack.session, stack.open, true, undefined, 18)).toEqual(["order 20"]);
    expect(stack.model.fanOn).toBe(true);
    const phat = await onBoard(CTRL_KINDS.phat);
    await expect(fan(phat.session, phat.open, true, "20", 18)).rejects.toThrow("has no fan");
  });

  it("cycle the hub with a hold that is said, and only for a yes while Zeros are on", async () => {
    const { session, model, open } = await onBoard(CTRL_KINDS.triple);
    await session.board.setPower("p5", "on");
    const flags = { hold: "300" };
    await expect(hub(session, open, "reset", [], flags)).rejects.toThrow(/p5 off USB/);
    expect(await hub(session, open, "reset", [], { ...flags, yes: true })).toBe(0);
    expect(model.hubCutMs).toBe(300);
    expect(model.lines()[0]).toBe("on");
    await expect(hub(session, open, "on", [], flags)).rejects.toMatchObject({
      code: "unsupported",
    });
  });
});
