// The contract of PowerBoard as tests: one suite for every board, real or not.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Line } from "../../hat/board.ts";
import { slotId } from "../../hat/slots.ts";
import type { BusSubject, Subject } from "./subject.ts";

const ALL_OFF: readonly Line[] = ["off", "off", "off", "off"];

/** Runs the suite over the hardware that `make` sets up, in its power-on state. */
export function powerBoardContract(name: string, make: () => Promise<Subject>): void {
  describe(`PowerBoard contract: ${name}`, () => {
    let subject: Subject;
    beforeEach(async () => {
      subject = await make();
    });
    afterEach(async () => {
      await subject.dispose();
    });

    it("opens, reads and closes without changing a line", async () => {
      const before = await subject.pins();
      const board = await subject.open();
      const reading = await board.read();
      expect(reading.slots.map(({ driven }) => driven)).toEqual([false, false, false, false]);
      expect(reading.slots.map(({ line }) => line)).toEqual(ALL_OFF);
      await board.close();
      expect(await subject.pins()).toEqual(before);
    });

    it("brings itself up without a change at any line, once", async () => {
      const before = await subject.pins();
      const board = await subject.open();
      const broughtUp = await board.init();
      expect(await subject.pins()).toEqual(before);
      expect((await board.read()).slots.map(({ driven }) => driven)).toEqual(
        before.map(() => broughtUp.includes(0)),
      );
      expect(await board.init()).toEqual([]);
      await board.setPower("p2", "on");
      expect(await board.init(0)).toEqual([]);
      expect(await subject.pins()).toEqual(["off", "on", "off", "off"]);
      await expect(board.init(7)).rejects.toMatchObject({ code: "unsupported" });
      await board.close();
    });

    it("knows one port for each slot", async () => {
      const board = await subject.open();
      expect(await board.readPorts()).toHaveLength(board.info.slots.length);
      await board.close();
    });

    it("switches the named line alone and proves it", async () => {
      const board = await subject.open();
      const shown = await board.setPower("p3", "on");
      expect(shown).toMatchObject({ slot: "p3", line: "on" });
      expect(await subject.pins()).toEqual(["off", "off", "on", "off"]);
      await board.setPower("p1", "on");
      await board.setPower("p3", "off");
      expect(await subject.pins()).toEqual(["on", "off", "off", "off"]);
      const reading = await board.read();
      expect(reading.slots[0]?.driven).toBe(true);
      expect(reading.slots.map(({ line }) => line)).toEqual(["on", "off", "off", "off"]);
      await board.close();
    });

    it("adopts running lines after a restart of the driver", async () => {
      const first = await subject.open();
      await first.setPower("p2", "on");
      await first.setPower("p4", "on");
      await first.close();
      expect(await subject.pins()).toEqual(["off", "on", "off", "on"]);
      const second = await subject.open();
      expect((await second.read()).slots.map(({ line }) => line)).toEqual([
        "off",
        "on",
        "off",
        "on",
      ]);
      await second.setPower("p2", "off");
      expect(await subject.pins()).toEqual(["off", "off", "off", "on"]);
      await second.close();
    });

    it("is idempotent", async () => {
      const board = await subject.open();
      await board.setPower("p1", "off");
      await board.setPower("p1", "on");
      await board.setPower("p1", "on");
      expect(await subject.pins()).toEqual(["on", "off", "off", "off"]);
      await board.close();
    });

    it("runs overlapping calls in the order of the calls", async () => {
      const board = await subject.open();
      const lines: Line[] = ["on", "off", "on", "off", "on"];
      await Promise.all(lines.map((line) => board.setPower("p2", line)));
      expect(await subject.pins()).toEqual(["off", "on", "off", "off"]);
      await board.close();
    });

    it("refuses a slot that it does not have", async () => {
      const board = await subject.open();
      const missing = slotId(board.info.slots.length);
      await expect(board.setPower(missing, "on")).rejects.toMatchObject({ code: "no-slot" });
      expect(await subject.pins()).toEqual(ALL_OFF);
      await board.close();
    });

    it("finds a foreign change, writes nothing, and goes on when asked again", async () => {
      const board = await subject.open();
      await board.setPower("p1", "on");
      await subject.foreign(1, "on");
      const change = { code: "foreign-change", slots: ["p2"] };
      await expect(board.setPower("p3", "on")).rejects.toMatchObject(change);
      expect(await subject.pins()).toEqual(["on", "on", "off", "off"]);
      await board.setPower("p3", "on");
      expect(await subject.pins()).toEqual(["on", "on", "on", "off"]);
      await subject.foreign(0, "off");
      await expect(board.setPower("p1", "on")).rejects.toMatchObject({ code: "foreign-change" });
      await board.close();
    });

    it("names exactly the slots that were changed, which need not be the one asked for", async () => {
      const board = await subject.open();
      await board.setPower("p1", "on");
      await board.setPower("p2", "off");
      await board.setPower("p4", "on");
      await subject.foreign(0, "off");
      const one = { code: "foreign-change", slots: ["p1"] };
      await expect(board.setPower("p3", "on")).rejects.toMatchObject(one);
      expect(await subject.pins()).toEqual(["off", "off", "off", "on"]);
      await subject.foreign(1, "on");
      await subject.foreign(3, "off");
      const two = { code: "foreign-change", slots: ["p2", "p4"] };
      await expect(board.setPower("p3", "on")).rejects.toMatchObject(two);
      expect(await subject.pins()).toEqual(["off", "on", "off", "off"]);
      await board.close();
    });

    it("knows what a read has shown", async () => {
      const board = await subject.open();
      await board.setPower("p1", "on");
      await subject.foreign(1, "on");
      expect((await board.read()).slots[1]?.line).toBe("on");
      await board.setPower("p3", "on");
      expect(await subject.pins()).toEqual(["on", "on", "on", "off"]);
      await board.close();
    });

    it("notices that the board lost its supply, and sets it up again without a stray line", async () => {
      const board = await subject.open();
      await board.setPower("p1", "on");
      await board.setPower("p4", "on");
      await subject.losePower();
      await expect(board.setPower("p4", "on")).rejects.toMatchObject({ code: "foreign-change" });
      expect(await subject.pins()).toEqual(ALL_OFF);
      const reading = await board.read();
      expect(reading.slots.map(({ driven }) => driven)).toEqual([false, false, false, false]);
      expect(reading.slots.map(({ line }) => line)).toEqual(ALL_OFF);
      await board.setPower("p4", "on");
      expect(await subject.pins()).toEqual(["off", "off", "off", "on"]);
      await board.close();
    });

    it("has one writer, while others may read", async () => {
      const holder = await subject.open({ hold: true });
      const other = await subject.open();
      await holder.setPower("p1", "on");
      await expect(other.setPower("p2", "on")).rejects.toMatchObject({ code: "locked" });
      await expect(other.setPower("p2", "on")).rejects.toThrow(String(process.pid));
      await expect(subject.open({ hold: true })).rejects.toMatchObject({ code: "locked" });
      expect((await other.read()).slots[0]?.line).toBe("on");
      await holder.close();
      await other.setPower("p2", "on");
      expect(await subject.pins()).toEqual(["on", "on", "off", "off"]);
      await other.close();
    });

    it("says not-verified when a pin does not follow", async () => {
      const board = await subject.open();
      await board.setPower("p2", "on");
      await subject.stick(1, "high");
      await expect(board.setPower("p2", "off")).rejects.toMatchObject({ code: "not-verified" });
      expect((await board.read()).slots[1]?.line).toBe("on");
      await board.setPower("p1", "on");
      expect(await subject.pins()).toEqual(["on", "on", "off", "off"]);
      await board.close();
    });

    it("lights the alert LED and touches no power line", async () => {
      const board = await subject.open();
      await board.setPower("p1", "on");
      const has = board.info.parts.some(({ switches }) => switches.includes("alert"));
      for (const lit of [true, false]) {
        const set = board.setSwitch("alert", lit);
        await (has ? set : expect(set).rejects.toMatchObject({ code: "unsupported" }));
      }
      expect(await subject.pins()).toEqual(["on", "off", "off", "off"]);
      await board.close();
    });
  });
}

/** The part of the contract that can only be seen where transfers fail. */
export function failingBusContract(name: string, make: () => Promise<BusSubject>): void {
  describe(`PowerBoard contract, failing bus: ${name}`, () => {
    it("bears failing transfers within its limit, and says bus beyond it", async () => {
      const subject = await make();
      const board = await subject.open();
      await board.setPower("p2", "on");
      subject.failTransfers(2);
      expect((await board.read()).slots[1]?.line).toBe("on");
      subject.failTransfers(2);
      await board.setPower("p3", "on");
      subject.failTransfers(1000);
      await expect(board.setPower("p2", "off")).rejects.toMatchObject({ code: "bus" });
      await expect(board.read()).rejects.toMatchObject({ code: "bus" });
      subject.failTransfers(0);
      await board.setPower("p2", "off");
      expect(await subject.pins()).toEqual(["off", "off", "on", "off"]);
      await board.close();
      await subject.dispose();
    });
  });
}
