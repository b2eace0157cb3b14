// What an operator does with the CLI while the rig mines, and what hatctl may not do meanwhile.

import { expect, it } from "vitest";
import { HATCTL, run, until, ZERORIG } from "./programs.ts";
import { Rig } from "./rig.ts";

it("switches Zeros softly, one at a time, and keeps others from switching", {
  timeout: 120_000,
}, async () => {
  const rig = await Rig.start({ zeros: 2 });
  await rig.mining();
  const socket = ["--socket", rig.paths.controlSocket];

  const off = await run(ZERORIG, ["off", "p2", "--reason", "test", ...socket]);
  expect(off).toMatchObject({ code: 0 });
  await until("p2 is off", async () => (await rig.slot("p2")).state === "Off");
  const [, p2] = await rig.hat.truth();
  expect(p2?.powered).toBe(false);
  // It was asked first: its agent shut down before the cut.
  expect(
    rig.query<{ ev: string }>(
      "SELECT ev FROM events WHERE slot = 'p2' AND ev = 'power.soft-off-ended'",
    ),
  ).toHaveLength(1);

  const locked = await run(HATCTL, ["--board", `virtual:${rig.paths.hatSocket}`, "on", "p2"]);
  expect(locked.code).toBe(6);
  expect(locked.stderr).toContain(String(rig.controller.pid));
  expect((await rig.hat.truth())[1]?.powered).toBe(false);
  const read = await run(HATCTL, ["--board", `virtual:${rig.paths.hatSocket}`, "status", "--json"]);
  expect(read.code).toBe(0);

  expect(await run(ZERORIG, ["on", "p2", ...socket])).toMatchObject({ code: 0 });
  await rig.mining();
  expect(await run(ZERORIG, ["cycle", "p1", ...socket])).toMatchObject({ code: 0 });
  await until("p1 was cycled", async () => {
    const slot = await rig.slot("p1");
    return slot.state === "Ready" && slot.boots === 2;
  });
  expect((await rig.slot("p1")).fences).toBe(0);

  const blink = await run(ZERORIG, ["identify", "p1", "--for", "1s", "--json", ...socket]);
  expect(blink.code).toBe(0);
  expect(JSON.parse(blink.stdout)).toMatchObject({ slots: [{ slot: "p1" }] });

  const stranger = await run(ZERORIG, ["off", "p9", ...socket]);
  expect(stranger.code).toBe(3);
  const status = await run(ZERORIG, ["status", "--json", ...socket]);
  expect(JSON.parse(status.stdout)).toMatchObject({ slots: [{ slot: "p1" }, { slot: "p2" }] });
});

it("takes back a line that another program switched, and leaves it alone", {
  timeout: 120_000,
}, async () => {
  const rig = await Rig.start({ zeros: 2 });
  await rig.mining();
  // A program that knows nothing of our lock: it writes the chip's latch (register 1) as the vendor's tool would.
  const latch = await rig.hat.bus().readByte(0x20, 1);
  await rig.hat.bus().writeByte(0x20, 1, latch & ~0b10);
  await until("the change is seen", async () => (await rig.slot("p2")).state === "Off");
  await new Promise((resolve) => setTimeout(resolve, 5000));
  expect(await rig.slot("p2")).toMatchObject({ state: "Off", wanted: "off" });
  expect((await rig.slot("p2")).why).toContain("foreign");
  await rig.ask({ verb: "on", slots: ["p2"], reason: "" });
  await rig.mining();
});
