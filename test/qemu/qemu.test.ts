// The engines on emulated processors, where the tools for that are installed: `npm run test:qemu` says which, and fetches a Node
// or an emulator for each.

import { describe, expect, it } from "vitest";
import { openEmulation } from "./emulation.ts";
import { type EmulatedMachine, MACHINES, missingPackages } from "./machine.ts";

const JOBS = 200;
const LIMIT_MS = 600_000;

function isReady(machine: EmulatedMachine): boolean {
  const missing = missingPackages(machine);
  if (missing.length === 0 && machine.isFetched()) return true;
  const why =
    missing.length > 0 ? `${missing.join(", ")} not installed` : "its Node or emulator not fetched";
  process.stderr.write(`SKIPPED: engines on ${machine.title}: ${why}; see npm run test:qemu\n`);
  return false;
}

describe.each(MACHINES.filter(isReady))("$title", (machine) => {
  it(
    "has all its engines, and they are right",
    async () => {
      const emulation = await openEmulation(machine);
      const checked = await emulation.check(JOBS);
      emulation.remove();
      const names = machine.engines.map(({ name }) => name);
      expect([...new Set(checked.map(({ engine }) => engine))].sort()).toEqual(names.sort());
      for (const { engine, algorithm, wrong, found } of checked) {
        expect({ engine, algorithm, wrong }).toEqual({ engine, algorithm, wrong: [] });
        if (algorithm !== "scrypt") expect(found).toBeGreaterThan(0.3 * JOBS);
      }
    },
    LIMIT_MS,
  );
});

it("knows what it would need", () => {
  expect(MACHINES.map(({ key }) => key)).toEqual([
    ...["arm64", "arm64-22", "armv7", "armv6"],
    ...(process.arch === "x64" ? ["sha-ni"] : []),
  ]);
});
