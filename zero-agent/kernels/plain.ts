// DUCO-S1 in plain JavaScript: no WebAssembly and no native code, so it runs wherever Node does, ARMv6 included.

import { DucoSearch } from "./duco-search.ts";
import { run as runLong } from "./generated/plain-long.ts";
import { run as runShort } from "./generated/plain-short.ts";
import { run as runUsual } from "./generated/plain-usual.ts";
import { ducoS1Flow, PLAIN_STEPS } from "./generator/duco-s1-flow.ts";
import { layoutOf } from "./generator/layout.ts";
import type { DucoS1Job, Kernel } from "./kernel.ts";
import { Machine, memoryWords } from "./machine.ts";
import type { Shape } from "./shape.ts";

const RUNS = { short: runShort, usual: runUsual, long: runLong } as const;

function plainMachine(shape: Shape): Machine {
  const flow = ducoS1Flow(shape.digits, PLAIN_STEPS);
  const layout = layoutOf(flow, { lanes: 1, streams: 1 });
  const memory = new Int32Array(memoryWords(layout, shape));
  const run = RUNS[shape.name];
  return new Machine(flow, layout, shape, {
    memory,
    run: (first, end, table) => run(memory, first, end, table),
  });
}

const search = new DucoSearch(plainMachine);

export const plainKernel: Kernel<DucoS1Job> = {
  name: "plain",
  algorithm: "duco-s1",
  search: search.search.bind(search),
};
