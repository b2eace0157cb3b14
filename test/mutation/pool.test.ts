import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { judgeAll, type Outcome } from "./pool.ts";
import { summaryOf } from "./summary.ts";

const root = mkdtempSync(join(tmpdir(), "zerorig-mutation-"));
afterAll(() => rmSync(root, { recursive: true }));

const TESTS = `
import { describe, expect, it } from "vitest";
import { half } from "./half.ts";
describe("half", () => {
  it.each([[4, 2], [10, 5]])("of %i", (whole, part) => expect(half(whole)).toBe(part));
});`;

function write(name: string, text: string): void {
  writeFileSync(join(root, name), text);
}

/** What becomes of half.ts when it reads so. */
async function verdict(text: string, limitMs = 20_000): Promise<Outcome> {
  const mutant = { file: "half.ts", line: 1, source: "", change: "", text };
  const outcomes: Outcome[] = [];
  const options = { root, tests: [{ path: "half.test.ts", text: TESTS }], jobs: 1, limitMs };
  await judgeAll([mutant], options, (outcome) => outcomes.push(outcome));
  return outcomes[0] as Outcome;
}

write("package.json", "{}");
write("half.test.ts", TESTS);
write("half.ts", "export const half = (a: number): number => a / 2;");

it("tells a mutant that a test finds, by the name of the test, from one that none finds", async () => {
  const found = await verdict("export const half = (a: number): number => a - 2;");
  expect(found.killedBy).toBe("half.test.ts > half > of %i [1]");
  const same = await verdict("export const half = (a: number): number => a * 0.5;");
  expect(same).toMatchObject({ killedBy: null, trials: [{ file: "half.test.ts", tests: 2 }] });
  expect(summaryOf([found, same], true)).toMatchObject({
    lines: [
      "half.ts: 1 of 2 found, 50.0 %",
      "1 of 2 found, 50.0 %; 0 of them because they hang or crash; 0 more are equivalent",
    ],
    enough: false,
  });
  expect(summaryOf([found], true).enough).toBe(true);
});

it("does not count one whose process is lost once, as it may be on a busy machine", async () => {
  const mark = JSON.stringify(join(root, "mark"));
  const once = await verdict(
    `import { existsSync, writeFileSync } from "node:fs";
    if (!existsSync(${mark})) { writeFileSync(${mark}, ""); process.exit(); }
    export const half = (a: number): number => a / 2;`,
  );
  expect(once.killedBy).toBeNull();
});

it("counts one that hangs or cannot be loaded as found", async () => {
  const hangs = await verdict("export function half(a: number): number { for (;;) a++; }", 3000);
  expect(hangs.killedBy).toBe("time-out");
  expect((await verdict("throw new Error('no');")).killedBy).toBe("half.test.ts > loading");
});
