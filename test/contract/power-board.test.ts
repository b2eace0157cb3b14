// Runs the PowerBoard contract over every board there is.

import { describe, expect, it } from "vitest";
import type { PowerBoard } from "../../hat/board.ts";
import { CTRL_KINDS } from "../../hat/ctrl-kinds.ts";
import { openBoard } from "../../hat/detect.ts";
import { EXPANDER_REVISIONS } from "../../hat/expander.ts";
import { identify } from "../../hat/identity.ts";
import { chipSubject } from "./chip-subject.ts";
import { ctrlSubject } from "./ctrl-subject.ts";
import { gpioSubject } from "./gpio-subject.ts";
import { pinctrlSubject } from "./pinctrl-subject.ts";
import { failingBusContract, powerBoardContract } from "./power-board.ts";
import { socketSubject } from "./socket-subject.ts";
import { wiredHats } from "./wire-subject.ts";

for (const revision of EXPANDER_REVISIONS) {
  for (const model of ["XRA1200P", "PCA9554"] as const) {
    powerBoardContract(`chip ${revision}, ${model}`, () => chipSubject(revision, model));
    const name = `I2C ${revision}, ${model}, at the wire`;
    powerBoardContract(name, () => wiredHats([revision], model));
    failingBusContract(name, () => wiredHats([revision], model));
  }
}
for (const kind of Object.values(CTRL_KINDS)) {
  const name = `USB board ${kind.name}`;
  powerBoardContract(name, () => ctrlSubject(kind));
  failingBusContract(name, () => ctrlSubject(kind));
}
powerBoardContract("virtual ClusterHAT v2.3 by socket", () => socketSubject("v2.3"));
powerBoardContract("virtual ClusterHAT v2.0 by socket", () => socketSubject("v2.0"));
powerBoardContract("GPIO v1 over a fake sysfs", gpioSubject);
powerBoardContract("GPIO v1 over a fake pinctrl", pinctrlSubject);

// A board that carries Zeros is not put through its power-on state: only what must hold on any board in use. See docs/hat.md.
describe.skipIf(process.env["HAT"] !== "1")("PowerBoard contract: the real board (HAT=1)", () => {
  const open = () => openBoard({ board: process.env["ZERORIG_BOARD"] ?? "auto" });

  it("switches the last slot off and on, and nothing else", async () => {
    const board = await open();
    const before = (await board.read()).slots.map(({ line }) => line);
    const slot = board.info.slots.at(-1) ?? "p4";
    const others = async () => (await board.read()).slots.slice(0, -1).map(({ line }) => line);
    for (const line of ["off", "on", before.at(-1) ?? "off"] as const) {
      expect(await board.setPower(slot, line)).toMatchObject({ slot, line });
      expect(await others()).toEqual(before.slice(0, -1));
    }
    await board.close();
  });

  it("is read by a second driver, which may not write while the first holds the lock", async () => {
    const holder = await openBoard({ board: process.env["ZERORIG_BOARD"] ?? "auto", hold: true });
    const other = await open();
    const lines = async (board: PowerBoard) => (await board.read()).slots.map(({ line }) => line);
    expect(await lines(other)).toEqual(await lines(holder));
    await expect(other.setSwitch("alert", true)).rejects.toMatchObject({ code: "locked" });
    await other.close();
    await holder.close();
  });

  it("lights the alert LED and shows it, and no line moves", async () => {
    const board = await open();
    const lines = async () => (await board.read()).slots.map(({ line }) => line);
    const before = await lines();
    const alert = async () => (await board.readSwitches()).find(({ name }) => name === "alert")?.on;
    const lit = (await alert()) ?? false;
    for (const on of [true, false, lit]) {
      await board.setSwitch("alert", on);
      expect(await alert()).toBe(on);
    }
    expect(await lines()).toEqual(before);
    await board.close();
  });

  it("knows who is in which slot", async () => {
    const board = await open();
    const identities = await identify(board);
    expect(identities.map(({ slot }) => slot)).toEqual(board.info.slots);
    expect(identities.flatMap(({ mismatch }) => mismatch ?? [])).toEqual([]);
    await board.close();
  });
});
