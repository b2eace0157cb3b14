// What the whole rig must do: mine, outlive its controller's death, fence one Zero that hangs and no other, and go off.

import { deepEqual, equal, ok } from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Bench, SLOTS, type Slot } from "./bench.ts";
import type { BenchZero } from "./bench-zero.ts";
import { SimulatedExpander } from "./expander-sim.ts";
import { addChip, HEADER_LABEL, HEADER_LINES, POWER_BCM } from "./gpio-sim.ts";
import { gpioWrites, traceGpio } from "./gpio-trace.ts";
import { hatctl } from "./programs.ts";
import { step, until } from "./steps.ts";

/** A board as the bench sees it: its pins, and every change of them. */
interface Lines {
  readonly board: string;
  levels(): string;
  /** Changes of each line so far. */
  edges(): number[];
}

/** Guards against hanging, not measures: how long it took is in the report. */
const FENCE_MS = 180_000;
const START_MS = 240_000;
const BAD_CABLE = ["delay", "60ms", "30ms", "loss", "8%"];
const BAD_CABLE_MS = 25_000;

function gpioLines(): Lines {
  const chip = addChip({ label: HEADER_LABEL, lines: HEADER_LINES, firstLine: 512 });
  traceGpio();
  return {
    board: "v1.3",
    levels: () => POWER_BCM.map((bcm) => chip.level(bcm)).join(""),
    edges: () =>
      POWER_BCM.map((bcm) => {
        const writes = gpioWrites().filter(({ line }) => line === chip.base + bcm);
        // Before the first write a line is low.
        return writes.filter(({ to }, at) => to !== (writes[at - 1]?.to ?? "0")).length;
      }),
  };
}

function expanderLines(): Lines {
  const chip = new SimulatedExpander(0x20);
  return {
    board: "v2.3",
    levels: () => {
      const { levels } = chip.pins();
      return [0, 1, 2, 3].map((pin) => (levels >> pin) & 1).join("");
    },
    edges: () => chip.pins().edges.slice(0, 4),
  };
}

export function rigSteps(): void {
  let zeros: readonly BenchZero[];
  for (const makeLines of [gpioLines, expanderLines]) {
    const name = makeLines === gpioLines ? "v1" : "v2";
    let lines: Lines;
    let bench: Bench;
    /** A step that shows the logs when it fails. */
    const rigStep = (title: string, run: () => Promise<string | undefined>) =>
      step(`${name}: ${title}`, async () => {
        try {
          return await run();
        } catch (error) {
          throw new Error(`${error instanceof Error ? error.stack : error}\n${bench?.tail()}`);
        }
      });

    rigStep("the controller brings four Zeros up, and each mines", async () => {
      zeros ??= await Bench.zeros();
      lines = makeLines();
      bench = await Bench.start(lines.board, zeros, lines.levels);
      const started = performance.now();
      await bench.startController();
      await bench.minesOn(START_MS);
      for (const zero of zeros) await zero.settled();
      equal(lines.levels(), "1111");
      deepEqual(lines.edges(), [1, 1, 1, 1]);
      return `all mined after ${seconds(started)}`;
    });

    if (name === "v1") {
      rigStep("kill -9 of the controller: the next one adopts, and no line moves", async () => {
        await bench.endController("SIGKILL");
        await bench.startController();
        await bench.minesOn(START_MS);
        deepEqual(lines.edges(), [1, 1, 1, 1]);
        return undefined;
      });
    }

    rigStep("p3 hangs and is fenced; p2 has a bad cable all the while and is not", async () => {
      await linkOf(zeros, "p2").impair(BAD_CABLE);
      const before = acceptedOf(await bench.status(), "p2");
      const started = performance.now();
      await zeroOf(zeros, "p3").hang();
      await until("the line of p3 is off", FENCE_MS, () => lines.levels() === "1101");
      const off = seconds(started);
      await until("p3 is gone from USB", 5000, () => !linkOf(zeros, "p3").isPlugged());
      await bench.minesOn(FENCE_MS);
      const back = seconds(started);
      await sleep(Math.max(0, BAD_CABLE_MS - (performance.now() - started)));
      await linkOf(zeros, "p2").repair();
      const status = await bench.status();
      deepEqual(
        status.slots.map(({ slot, fences }) => `${slot} ${fences}`),
        ["p1 0", "p2 0", "p3 1", "p4 0"],
      );
      deepEqual(lines.edges(), [1, 1, 3, 1]);
      const mined = acceptedOf(status, "p2") - before;
      ok(mined > 0);
      return `cut after ${off}, mining again after ${back}; p2 had ${mined} shares accepted`;
    });

    rigStep("shares are counted once: controller and pool agree", async () => {
      const { totals } = await bench.settled();
      const pool = bench.pool.stats().totals;
      equal(totals.rejected, 0);
      equal(pool.rejected, 0);
      // What the killed controller had sent and not heard of is unknown, never lost and never sent twice.
      ok(totals.accepted <= pool.accepted, `${totals.accepted} of ${pool.accepted}`);
      ok(totals.accepted + totals.unknown >= pool.accepted);
      return `${totals.accepted} accepted here, ${pool.accepted} there, ${totals.unknown} unknown`;
    });

    rigStep(
      "the controller stops: no line moves; hatctl switches all off, and they are gone",
      async () => {
        const edges = lines.edges();
        await bench.endController("SIGTERM");
        deepEqual(lines.edges(), edges);
        equal(lines.levels(), "1111");
        const { code, stderr } = await hatctl(lines.board, "off", "all");
        equal(code, 0, stderr);
        equal(lines.levels(), "0000");
        await until("no link is left", 10_000, () => zeros.every(({ link }) => !link.isPlugged()));
        for (const zero of zeros) await zero.settled();
        await bench.close();
        return undefined;
      },
    );
  }
}

function zeroOf(zeros: readonly BenchZero[], slot: Slot): BenchZero {
  return zeros[SLOTS.indexOf(slot)] as BenchZero;
}

function linkOf(zeros: readonly BenchZero[], slot: Slot) {
  return zeroOf(zeros, slot).link;
}

function acceptedOf(status: Awaited<ReturnType<Bench["status"]>>, slot: Slot): number {
  return status.slots.find((candidate) => candidate.slot === slot)?.accepted ?? 0;
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
