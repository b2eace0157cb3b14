import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { buildAblated } from "./ablated.ts";
import { ABLATIONS, WITHOUT_GUARD } from "./ablations.ts";
import type * as Simulator from "./simulate.ts";

const FAULTY_MS = 2 * 3_600_000;
/** Where the seed that is known to see a rule's absence sees it no more, for the simulator changed, one of these must. */
const OTHERS = Array.from({ length: 40 }, (_, index) => index + 1);

describe("each ablation", () => {
  const dir = mkdtempSync(join(tmpdir(), "zerorig-ablations-"));
  afterAll(() => rmSync(dir, { recursive: true }));

  it.each([
    ...ABLATIONS.flatMap(({ rule, changes }) => changes.map((change) => ({ rule, ...change }))),
    { rule: "guard", ...WITHOUT_GUARD },
  ])("still finds its place in the core: $rule", ({ file, find }) => {
    expect(readFileSync(file, "utf8").split(find)).toHaveLength(2);
  });

  it.each(ABLATIONS.map((ablation, index) => ({ ...ablation, index })))(
    "is seen by the simulator: $rule",
    { timeout: 120_000 },
    async ({ changes, seed, index }) => {
      const program = join(dir, `${index}.mjs`);
      await buildAblated("simulate.ts", changes, program);
      const { simulate } = (await import(program)) as typeof Simulator;
      const breaks = (each: number) =>
        simulate(each, FAULTY_MS, { stopAt: "any" }).broken.length > 0;
      expect([seed, ...OTHERS].some(breaks)).toBe(true);
    },
  );
});
