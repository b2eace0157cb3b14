// Every fault kind on a rig of real processes, by the demo's own command and its summary.

import { describe, expect, it } from "vitest";
import { measureFault } from "../../controller/cli/demo/measure.ts";
import type { RigEvent } from "../../controller/core/status.ts";
import { start, until, ZERORIG } from "./programs.ts";

interface Summary {
  readonly slots: readonly {
    readonly slot: string;
    readonly state: string;
    readonly accepted: number;
    readonly rejected: number;
    readonly hashes: number;
    readonly fences: number;
    readonly boots: number;
  }[];
  readonly totals: {
    readonly accepted: number;
    readonly rejected: number;
    readonly fences: number;
  };
  readonly faults: readonly {
    readonly slot: string | null;
    readonly kind: string;
    readonly detect_ms: number | null;
    readonly recover_ms: number | null;
  }[];
  readonly consistent: boolean;
}

const SLOTS = ["p1", "p2", "p3", "p4"];
/** A guard against hanging, not a measure. */
const LIMIT_MS = 150_000;

/** A demo of these faults, stopped when each has struck and is mended and every Zero is Ready: however long this machine takes. */
async function demo(...faults: string[]): Promise<{ summary: Summary; events: RigEvent[] }> {
  const options = ["--json", "--seed", "11", "--pace", "100000", "--boot", "2s-3s"];
  const program = start(ZERORIG, [
    ...["demo", ...options],
    ...faults.flatMap((fault) => ["--fault", fault]),
  ]);
  const soFar = () => eventsOf(program.out().split("\n").slice(0, -1));
  await until(`${faults.join(", ")} mended`, () => isMended(soFar(), faults.length), LIMIT_MS, 500);
  program.kill("SIGINT");
  const ended = await program.ended;
  expect(ended.stderr).toBe("");
  expect(ended.code).toBe(0);
  const lines = ended.stdout.trim().split("\n");
  const { summary } = JSON.parse(lines.at(-1) ?? "{}") as { summary: Summary };
  expect(summary.consistent).toBe(true);
  expect(summary.totals.rejected).toBe(0);
  for (const slot of summary.slots) expect(slot.accepted).toBeGreaterThan(0);
  return { summary, events: eventsOf(lines.slice(0, -1)) };
}

const eventsOf = (lines: readonly string[]) => lines.map((line) => JSON.parse(line) as RigEvent);

function isMended(events: readonly RigEvent[], faults: number): boolean {
  const struck = events.filter(({ ev }) => ev === "fault.injected");
  const mended = struck.filter(({ slot, detail, at_ms: atMs }) => {
    const kind = String(detail["kind"]);
    return measureFault({ slot, kind, atMs }, events).recover_ms !== null;
  });
  const isReady = (slot: string) =>
    events.findLast((event) => event.ev === "slot.state" && event.slot === slot)?.detail["to"] ===
    "Ready";
  return mended.length === faults && SLOTS.every(isReady);
}

const DETECT_MS = 15_000;
/** Suspect dwell, off dwell, the longest boot of these demos, and 3 s. */
const RECOVER_AFTER_MS = 3000 + 2000 + 3000 + 3000;
/** Four rigs of seven processes each share this machine with the rest of the tests. `.ci/run` holds one alone to its word. */
const LOAD_MS = 10_000;

function expectFencedOnce(summary: Summary, names: readonly string[]): void {
  for (const slot of summary.slots) {
    const faulty = names.includes(slot.slot);
    expect(slot).toMatchObject({
      state: "Ready",
      fences: faulty ? 1 : 0,
      boots: expect.any(Number),
    });
    if (!faulty) expect(slot.boots).toBe(1);
  }
  for (const fault of summary.faults.filter(({ slot }) => names.includes(slot ?? ""))) {
    expect(fault.detect_ms).not.toBeNull();
    expect(fault.detect_ms).toBeLessThan(DETECT_MS);
    expect(fault.recover_ms).not.toBeNull();
    expect(fault.recover_ms).toBeLessThan((fault.detect_ms ?? 0) + RECOVER_AFTER_MS + LOAD_MS);
  }
}

describe.concurrent("a fault", { timeout: 180_000 }, () => {
  it("hang, kill: fenced once, mining again, nobody else touched", async () => {
    const { summary } = await demo("p3=hang@14s", "p1=kill@37s");
    expectFencedOnce(summary, ["p1", "p3"]);
  });

  it("no-boot, link-loss: fenced once, mining again", async () => {
    const { summary } = await demo("p1=no-boot@14s", "p4=link-loss@37s");
    expectFencedOnce(summary, ["p1", "p4"]);
  });

  it("brownout: fenced once; hub-loss: no cut within the storm hold", async () => {
    const { summary, events } = await demo("p2=brownout@14s", "hub-loss@38s+15s");
    expectFencedOnce(summary, ["p2"]);
    expect(summary.slots.map(({ boots }) => boots)).toEqual([1, 2, 1, 1]);
    expect(events.some(({ ev }) => ev === "hub.lost")).toBe(true);
  });

  it("crash: the agent comes back; slow: never cut; stuck-on: a fault, and no `on` before off is proved", async () => {
    const { summary, events } = await demo(
      "p3=crash@14s",
      "p1=slow@14s+15s",
      "p4=stuck-on@20s+45s",
    );
    expect(fencesOf(summary)).toEqual({ p1: 0, p2: 0, p3: 0, p4: 1 });
    expect(summary.slots.map(({ boots }) => boots)).toEqual([1, 1, 1, 2]);
    const p4 = events.filter(({ slot }) => slot === "p4");
    const fault = p4.findIndex(({ why }) => why === "cut-not-proved");
    const off = p4.findIndex(({ ev }) => ev === "power.off");
    const on = p4.findLastIndex(({ ev }) => ev === "power.on");
    expect(fault).toBeGreaterThan(-1);
    expect(off).toBeGreaterThan(fault);
    expect(on).toBeGreaterThan(off);
    for (const { detect_ms, recover_ms } of summary.faults) {
      expect(detect_ms).not.toBeNull();
      expect(recover_ms).not.toBeNull();
    }
  });
});

function fencesOf(summary: Summary): Record<string, number> {
  return Object.fromEntries(summary.slots.map(({ slot, fences }) => [slot, fences]));
}
