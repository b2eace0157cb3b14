// The bench of one kernel: so many threads at a time, each measured while all hash.

import { once } from "node:events";
import type { Kernel } from "../kernels/kernel.ts";
import type { BenchWorkerData, FromBenchWorker } from "./bench-worker.ts";
import { startThread } from "./thread.ts";

/** Hashes per second of all threads together. Rejects with what is wrong, if the kernel is. */
export async function benchKernel(
  file: string,
  { algorithm, name }: Kernel,
  threads: number,
  forMs: number,
): Promise<number> {
  const workerData: BenchWorkerData = { role: "bench", algorithm, name, forMs };
  const workers = Array.from({ length: threads }, () => startThread(file, { workerData }));
  try {
    const said = await Promise.all(
      workers.map(async (worker) => (await once(worker, "message")) as [FromBenchWorker]),
    );
    return said.reduce((sum, [message]) => {
      if ("why" in message) throw new Error(message.why);
      return sum + message.hashrateHs;
    }, 0);
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
