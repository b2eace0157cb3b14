import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { LONGEST, longestFirst } from "./order.ts";

const ROOT = join(import.meta.dirname, "..");
const file = (name: string) => ({ moduleId: join(ROOT, name) });

it("begins with the longest, then goes by size", () => {
  const small = "test/flags.test.ts";
  const large = "zero-agent/kernels/header-engines.test.ts";
  const names = [small, LONGEST[1] as string, large, LONGEST[0] as string];
  expect(longestFirst(names.map(file))).toEqual(
    [LONGEST[0] as string, LONGEST[1] as string, large, small].map(file),
  );
});

it.each(LONGEST)("knows %s", (name) => {
  expect(existsSync(join(ROOT, name))).toBe(true);
});
