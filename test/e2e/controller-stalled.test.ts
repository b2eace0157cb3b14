// SIGSTOP of the controller for far longer than any liveness: when it goes on, it convicts nobody.

import { expect, it } from "vitest";
import { Rig } from "./rig.ts";

const STALL_MS = 30_000;

it("causes no power action", { timeout: 120_000 }, async () => {
  const rig = await Rig.start({ zeros: 3 });
  await rig.mining();
  const before = { edges: await rig.edges(), boots: await rig.bootIds() };
  const calmSince = rig.last("events");
  rig.controller.kill("SIGSTOP");
  await new Promise((resolve) => setTimeout(resolve, STALL_MS));
  rig.controller.kill("SIGCONT");
  await rig.answers();
  expect(rig.events().map(({ ev }) => ev)).toContain("loop.paused");
  await new Promise((resolve) => setTimeout(resolve, 5000));
  await rig.minesOn();
  expect({ edges: await rig.edges(), boots: await rig.bootIds() }).toEqual(before);
  // Nobody was as much as suspected.
  expect(rig.statesAfter(calmSince)).toEqual(new Set());
  expect((await rig.status()).automation).toBeNull();
});
