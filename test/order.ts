// In which order the files of tests begin: the longest first, so that none of them runs on alone at the end. Vitest remembers
// how long they took, but a fresh checkout has no memory.

import { statSync } from "node:fs";

/** Those that took longest in a whole run on four cores, 40 to 120 s; some of them work and some of them wait. */
export const LONGEST: readonly string[] = [
  "zero-agent/kernels/kernels.property.test.ts",
  "test/qemu/qemu.test.ts",
  "test/e2e/hot-hat.test.ts",
  "test/e2e/faults.test.ts",
  "test/e2e/hatctl.test.ts",
  "hat/ctl/fence/main.test.ts",
  "zero-agent/kernels/header-kernels.property.test.ts",
  "hat/ctl/commands.test.ts",
  "test/e2e/operator-verbs.test.ts",
  "test/e2e/stratum.test.ts",
  "test/e2e/pool-verdicts.test.ts",
  "test/e2e/replay.test.ts",
  "test/e2e/agent-stuck.test.ts",
  "test/sim/ablations.test.ts",
  "test/e2e/redfish.test.ts",
  "test/e2e/controller-stalled.test.ts",
  "hat/ctl/vendor-faults.test.ts",
  "test/e2e/pool-nodes.test.ts",
  "test/e2e/operator.test.ts",
];

interface TestFile {
  readonly moduleId: string;
}

/** The longest, then the others, of which a larger file mostly takes longer. */
export function longestFirst<File extends TestFile>(files: readonly File[]): File[] {
  const rank = ({ moduleId }: TestFile): number => {
    const at = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}`));
    return at < 0 ? LONGEST.length : at;
  };
  const keyed = files.map((file) => ({
    file,
    rank: rank(file),
    size: statSync(file.moduleId).size,
  }));
  return keyed.sort((a, b) => a.rank - b.rank || b.size - a.size).map(({ file }) => file);
}

/** What Vitest asks for the order. */
export class Order {
  sort<File extends TestFile>(files: File[]): Promise<File[]> {
    return Promise.resolve(longestFirst(files));
  }

  shard<File extends TestFile>(files: File[]): Promise<File[]> {
    return Promise.resolve(files);
  }
}
