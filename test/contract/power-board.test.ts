// Runs the PowerBoard contract over every board there is.

import { describe, expect, it } from "vitest";
import { openBoard } from "../../hat/detect.ts";
import { EXPANDER_REVISIONS } from "../../hat/expander.ts";
import { chipSubject } from "./chip-subject.ts";
import { gpioSubject } from "./gpio-subject.ts";
import { pinctrlSubject } from "./pinctrl-subject.ts";
import { failingBusContract, powerBoardContract } from "./power-board.ts";
import { socketSubject } from "./socket-subject.ts";

const chips = [
  ...EXPANDER_REVISIONS.map((revision) => ({ revision, model: "XRA1200P" }) as const),
  { revision: "v2.3", model: "PCA9554" } as const,
];
for (const { revision, model } of chips) {
  const name = `chip ${revision}, ${model}`;
  powerBoardContract(name, () => chipSubject(revision, model));
  failingBusContract(name, () => chipSubject(revision, model));
}
powerBoardContract("virtual ClusterHAT v2.3 by socket", () => socketSubject("v2.3"));
powerBoardContract("virtual ClusterHAT v2.0 by socket", () => socketSubject("v2.0"));
powerBoardContract("GPIO v1 over a fake sysfs", gpioSubject);
powerBoardContract("GPIO v1 over a fake pinctrl", pinctrlSubject);

// A board that carries Zeros is not put through its power-on state: only what must hold on any board in use.
const onTheRealBoard = () => {
  it("switches the last slot off and on, and nothing else", async () => {
    const board = await openBoard({ board: process.env["ZERORIG_BOARD"] ?? "auto" });
    const before = (await board.read()).slots.map(({ line }) => line);
    const slot = board.info.slots.at(-1) ?? "p4";
    const others = async () => (await board.read()).slots.slice(0, -1).map(({ line }) => line);
    for (const line of ["off", "on", before.at(-1) ?? "off"] as const) {
      expect(await board.setPower(slot, line)).toMatchObject({ slot, line });
      expect(await others()).toEqual(before.slice(0, -1));
    }
    await board.close();
  });
};
if (process.env["HAT"] === "1") describe("PowerBoard contract: the real board", onTheRealBoard);
