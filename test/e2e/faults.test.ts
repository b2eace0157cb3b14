// Every fault kind on a rig of real processes.

import { describe, expect, it } from "vitest";
import type { FaultFigures } from "../../controller/cli/demo/measure.ts";
import type { Fault } from "../../hat/virtual/fault.ts";
import { DemoRig, type Summary } from "./demo-rig.ts";

const DETECT_MS = 15_000;
/** Suspect dwell, off dwell, the longest boot of these demos, and 3 s. */
const RECOVER_AFTER_MS = 3000 + 2000 + 3000 + 3000;
/** A rig of seven processes shares this machine with other tests. `.ci/run` holds one alone to its word. */
const LOAD_MS = 3000;

/** The faults one after the other, each once the one before is mended. */
async function afterFaults(...faults: Fault[]) {
  const rig = await DemoRig.start();
  for (const fault of faults) await rig.strike(fault);
  const figures = rig.figures();
  return { summary: await rig.stop(), figures, events: rig.events() };
}

function expectFencedOnce(summary: Summary, figures: readonly FaultFigures[], slots: string[]) {
  for (const slot of summary.slots) {
    const times = slots.includes(slot.slot) ? 1 : 0;
    expect(slot).toMatchObject({ state: "Ready", fences: times, boots: 1 + times });
  }
  for (const { slot, detect_ms, recover_ms } of figures) {
    if (slot === null) continue;
    expect(detect_ms).toBeLessThan(DETECT_MS);
    expect(recover_ms).toBeLessThan((detect_ms ?? 0) + RECOVER_AFTER_MS + LOAD_MS);
  }
}

describe("a fault", { timeout: 600_000 }, () => {
  it("hang, kill: fenced once, mining again, nobody else touched", async () => {
    const faults = [
      { kind: "hang", slot: "p3" },
      { kind: "kill", slot: "p1" },
    ] as const;
    const { summary, figures } = await afterFaults(...faults);
    expectFencedOnce(summary, figures, ["p1", "p3"]);
  });

  it("no-boot, link-loss: fenced once, mining again", async () => {
    const faults = [
      { kind: "no-boot", slot: "p1" },
      { kind: "link-loss", slot: "p4" },
    ] as const;
    const { summary, figures } = await afterFaults(...faults);
    expectFencedOnce(summary, figures, ["p1", "p4"]);
  });

  it("brownout: fenced once; hub-loss: no cut within the storm hold", async () => {
    const faults = [
      { kind: "brownout", slot: "p2" },
      { kind: "hub-loss", durationMs: 15_000 },
    ] as const;
    const { summary, figures, events } = await afterFaults(...faults);
    expectFencedOnce(summary, figures, ["p2"]);
    expect(events.some(({ ev }) => ev === "hub.lost")).toBe(true);
  });

  it("crash: the agent comes back; slow: never cut; stuck-on: a fault, and no `on` before off is proved", async () => {
    const rig = await DemoRig.start();
    await rig.strike(
      { kind: "crash", slot: "p3" },
      { kind: "slow", slot: "p1", durationMs: 15_000 },
      { kind: "stuck-on", slot: "p4", durationMs: 45_000 },
    );
    const { slots } = await rig.stop();
    expect(slots.map(({ fences }) => fences)).toEqual([0, 0, 0, 1]);
    expect(slots.map(({ boots }) => boots)).toEqual([1, 1, 1, 2]);
    const p4 = rig.events().filter(({ slot }) => slot === "p4");
    const fault = p4.findIndex(({ why }) => why === "cut-not-proved");
    const off = p4.findIndex(({ ev }) => ev === "power.off");
    const on = p4.findLastIndex(({ ev }) => ev === "power.on");
    expect(fault).toBeGreaterThan(-1);
    expect(off).toBeGreaterThan(fault);
    expect(on).toBeGreaterThan(off);
  });
});
