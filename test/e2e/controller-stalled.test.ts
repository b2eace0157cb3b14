// SIGSTOP of the controller for longer than any liveness: when it goes on, it convicts nobody.

import { expect, it } from "vitest";
import { Rig } from "./rig.ts";

const STALL_MS = 16_000;

it("causes no power action", { timeout: 120_000 }, async () => {
  const rig = await Rig.start({ zeros: 3 });
  await rig.mining();
  const before = await rig.edges();
  rig.controller.kill("SIGSTOP");
  await new Promise((resolve) => setTimeout(resolve, STALL_MS));
  rig.controller.kill("SIGCONT");
  await rig.answers();
  expect(rig.events().map(({ ev }) => ev)).toContain("loop.paused");
  await new Promise((resolve) => setTimeout(resolve, 5000));
  await rig.mining();
  expect(await rig.edges()).toEqual(before);
  expect((await rig.status()).automation).toBeNull();
});
