import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { buildAblated } from "./ablated.ts";
import { CORPUS } from "./corpus.ts";
import type * as Simulator from "./simulate.ts";
import { simulate } from "./simulate.ts";

describe.each(CORPUS)("a run in which $found", ({ seed, faultyMs, unmended, ...run }) => {
  const dir = mkdtempSync(join(tmpdir(), "zerorig-corpus-"));
  afterAll(() => rmSync(dir, { recursive: true }));

  it("breaks nothing any more", { timeout: 60_000 }, () => {
    expect(simulate(seed, faultyMs, run).broken).toEqual([]);
  });

  it("breaks when the mend is taken back", { timeout: 60_000 }, async () => {
    const program = join(dir, "unmended.mjs");
    await buildAblated("simulate.ts", unmended, program);
    const broken = (await import(program)) as typeof Simulator;
    const verdict = broken.simulate(seed, faultyMs, { ...run, stopAt: "any" });
    expect(verdict.broken).not.toEqual([]);
  });
});
