import fc from "fast-check";
import { expect, it } from "vitest";
import { backoffMs, replacedBackoffMs } from "./backoff.ts";

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

it("waits anything up to a limit that doubles and is capped", () => {
  fc.assert(
    fc.property(fc.nat(10_000), random, (failures, draw) => {
      const ms = backoffMs(failures, draw);
      return ms >= 100 && ms <= Math.min(10_000, 500 * 2 ** failures);
    }),
  );
  expect(backoffMs(2, 0.5)).toBe(1000);
  expect(backoffMs(1000, 0.5)).toBe(5000);
});

it("never comes back within 30 s of being replaced", () => {
  fc.assert(fc.property(random, (draw) => replacedBackoffMs(draw) >= 30_000));
});
