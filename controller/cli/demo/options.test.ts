import { expect, test } from "vitest";
import { parseFault } from "./fault.ts";
import { type DemoFlags, demoOptions, parsePace } from "./options.ts";

const flags: DemoFlags = { zeros: 4, fault: [], pace: "zero", boot: { minMs: 2000, maxMs: 5000 } };

test("takes defaults, and draws a seed", () => {
  expect(demoOptions(flags, () => 7)).toMatchObject({
    seed: 7,
    forMs: null,
    json: false,
    pool: null,
  });
});

test("puts faults in the order of their times", () => {
  const fault = [parseFault("p1=hang@9s"), parseFault("p2=kill@3s")];
  expect(demoOptions({ ...flags, fault }, () => 1).faults.map(({ atMs }) => atMs)).toEqual([
    3000, 9000,
  ]);
});

test.each([
  [{ pool: { host: "h", port: 1 } }, "--pool needs the user"],
  [{ user: "me" }, "--user only matters at a pool"],
  [{ for: 10_000, fault: [parseFault("p1=hang@20s")] }, "--fault p1=hang@20s comes after the end"],
  [{ fault: [parseFault("p9=hang@20s")] }, "this rig has p1 to p4"],
])("%j is refused: %s", (changes, message) => {
  expect(() => demoOptions({ ...flags, ...changes }, () => 1)).toThrow(message);
});

test("paces", () => {
  expect(["zero", "full", "50000"].map(parsePace)).toEqual(["zero", "full", 50_000]);
  for (const text of ["fast", "1", "-5", "1e6", ""])
    expect(() => parsePace(text)).toThrow("Expected");
});
