// Which kernel is taken, and how its rate is measured.

import { describe, expect, it } from "vitest";
import { KERNELS } from "./all.ts";
import { chooseKernel } from "./choose.ts";
import type { DucoS1Job, Kernel } from "./kernel.ts";
import { plainKernel } from "./plain.ts";
import { referenceKernel } from "./reference.ts";

const nowMs = () => performance.now();

/** A kernel that is right, with a clock that its work alone moves. `msPerHash` is asked for each piece. */
function paced(name: string, msPerHash: (done: number) => number) {
  let now = 0;
  let done = 0;
  const kernel: Kernel<DucoS1Job> = {
    ...referenceKernel,
    name,
    search: (job, from, to, budget) => {
      if (!/^0+$/.test(job.target)) return referenceKernel.search(job, from, to, budget);
      now += budget * msPerHash(done);
      done += budget;
      return { nonce: null, next: from + budget, hashes: budget };
    },
  };
  return { kernel, clock: () => now };
}

describe("the choice", () => {
  const blind: Kernel<DucoS1Job> = {
    ...referenceKernel,
    name: "blind",
    search: (_, from, to) => ({ nonce: null, next: to + 1, hashes: to - from + 1 }),
  };
  const eager: Kernel<DucoS1Job> = {
    ...referenceKernel,
    name: "eager",
    search: (_, from) => ({ nonce: from + 15, next: from + 16, hashes: 16 }),
  };
  const broken: Kernel<DucoS1Job> = {
    ...referenceKernel,
    name: "broken",
    search: () => {
      throw new Error("no such instruction");
    },
  };

  it("takes the first that is right and says what was wrong with the others", () => {
    let now = 0;
    // Each look at the clock, and so each piece of 100 hashes, takes a millisecond.
    const choice = chooseKernel(
      [[blind], [broken, eager], [plainKernel], [referenceKernel]],
      () => now++,
    );
    expect(choice.best?.kernel.name).toBe("plain");
    expect(choice.best?.hashrateHs).toBeCloseTo(100_000);
    expect(choice.failed.map(({ name }) => name)).toEqual(["blind", "broken", "eager"]);
    expect(choice.failed[1]?.why).toMatch(/no such instruction/);
  });

  it("does not touch what it does not need", () => {
    const untouched: Kernel<DucoS1Job> = {
      ...referenceKernel,
      search: () => expect.unreachable("compiled for nothing"),
    };
    let now = 0;
    const choice = chooseKernel([[plainKernel], [untouched]], () => now++);
    expect(choice.best?.kernel.name).toBe("plain");
    expect(choice.failed).toEqual([]);
  });

  it("prefers the others to the reference, on whatever machine, and takes it where they fail", () => {
    expect(KERNELS.at(-1)).toEqual([referenceKernel]);
    const { kernel, clock } = paced("slow", () => 0.1);
    expect(chooseKernel([[kernel], [referenceKernel]], clock).best?.kernel.name).toBe("slow");
    expect(chooseKernel([[blind], [referenceKernel]], nowMs).best?.kernel.name).toBe("reference");
  });

  it("takes the fastest of a tier", () => {
    let now = 0;
    const at = (name: string, msPerHash: number): Kernel<DucoS1Job> => ({
      ...referenceKernel,
      name,
      search: (job, from, to, budget) => {
        now += budget * msPerHash;
        return /^0+$/.test(job.target)
          ? { nonce: null, next: from + budget, hashes: budget }
          : referenceKernel.search(job, from, to, budget);
      },
    });
    const tier = [at("one", 0.001), at("two", 0.0005), blind];
    const choice = chooseKernel([tier, [at("late", 0.0001)]], () => now);
    expect(choice.best?.kernel.name).toBe("two");
    expect(choice.failed.map(({ name }) => name)).toEqual(["blind"]);
  });

  it("takes none when none is right", () => {
    expect(chooseKernel([[blind]], () => 0).best).toBeNull();
  });
});

describe("the measure", () => {
  it("waits for the compiler: a steady rate at the start is the interpreter's", () => {
    const { kernel, clock } = paced("warming", (done) => (done < 5000 ? 0.01 : 0.0005));
    const rate = chooseKernel([[kernel]], clock).best?.hashrateHs ?? 0;
    expect(rate).toBeGreaterThan(1_900_000);
    expect(rate).toBeLessThan(2_100_000);
    expect(clock()).toBeLessThan(100);
  });

  it("is done in about 60 ms where the rate is steady, and in 300 ms where it never is", () => {
    const steady = paced("steady", () => 0.001);
    expect(chooseKernel([[steady.kernel]], steady.clock).best?.hashrateHs).toBeCloseTo(1e6, -3);
    expect(steady.clock()).toBeLessThan(65);
    const wild = paced("wild", (done) => (done % 30_000 < 10_000 ? 0.003 : 0.001));
    expect(chooseKernel([[wild.kernel]], wild.clock).best?.hashrateHs).toBeGreaterThan(900_000);
    expect(wild.clock()).toBeGreaterThanOrEqual(300);
    expect(wild.clock()).toBeLessThan(340);
    const zero = paced("Zero", () => 0.5);
    expect(chooseKernel([[zero.kernel]], zero.clock).best?.hashrateHs).toBeCloseTo(2000, 0);
    expect(zero.clock()).toBeLessThan(360);
  });
});
