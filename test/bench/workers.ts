// One worker thread beside several of the same engine, in turns, by the clock: what each further core brings.

import { kernelByName } from "../../zero-agent/kernels/all.ts";
import { benchKernel } from "../../zero-agent/shell/bench.ts";
import { buildBundle } from "../../zero-agent/testing/bundle.ts";
import { compete, median } from "./contestant.ts";

export interface Beside {
  readonly engine: string;
  readonly workers: number;
  /** MH/s of DUCO-S1 of one worker and of all together: medians of the rounds. */
  readonly one: number;
  readonly all: number;
  /** All by one. */
  readonly ratio: number;
  /** Cores' time that they had in the middle round; less than their number where the machine had other work. */
  readonly cores: readonly [one: number, all: number];
}

/** Cores that this process and its threads used meanwhile. */
async function withCores<T>(run: () => Promise<T>): Promise<[value: T, cores: number]> {
  const began = performance.now();
  const before = process.cpuUsage();
  const value = await run();
  const { user, system } = process.cpuUsage(before);
  return [value, (user + system) / 1000 / (performance.now() - began)];
}

/** `rounds` of one worker, then `workers`, each for `forMs` and warmed before. */
export async function besides(
  engine: string,
  workers: number,
  rounds: number,
  forMs: number,
): Promise<Beside> {
  const kernel = kernelByName(engine);
  if (kernel === undefined) throw new Error(`no engine ${engine} here`);
  const bundle = await buildBundle();
  try {
    const cores = new Map<number, number[]>();
    const contestant = (count: number) => ({
      key: `${count}`,
      label: engine,
      sample: async (ms: number) => {
        const [rate, used] = await withCores(() => benchKernel(bundle.file, kernel, count, ms));
        cores.set(count, [...(cores.get(count) ?? []), used]);
        return rate;
      },
    });
    const results = await compete([contestant(1), contestant(workers)], rounds, forMs);
    const [one = 0, all = 0] = results.map(({ rates }) => median(rates) / 1e6);
    const used = [1, workers].map((count) => median(cores.get(count)?.slice(1) ?? []));
    return { engine, workers, one, all, ratio: all / one, cores: [used[0] ?? 0, used[1] ?? 0] };
  } finally {
    bundle.remove();
  }
}
