// A worker thread of the controller's own CPU: searches one job at a time, in pieces, so that a cancel is heard.

import { constants, setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { kernelsFor } from "../../zero-agent/kernels/all.ts";
import { chooseKernel } from "../../zero-agent/kernels/choose.ts";
import type { Algorithm, Kernel, SearchJob } from "../../zero-agent/kernels/kernel.ts";

export type HostJob = SearchJob & {
  readonly id: string;
  readonly epoch: number;
  readonly from: number;
  readonly to: number;
};

/** Hashes between two looks at the mailbox: 1 ms at 40 MH/s, 50 ms on a Raspberry Pi 3 at an assumed 1 MH/s. */
const PIECES: Readonly<Record<Algorithm, number>> = {
  "duco-s1": 50_000,
  sha256d: 50_000,
  // A thousand times as slow.
  scrypt: 100,
};

const kernels = new Map<Algorithm, Kernel>();

/** The kernel that is best here, found at the first job of its algorithm. */
function kernelOf(algorithm: Algorithm): Kernel {
  const known = kernels.get(algorithm);
  if (known !== undefined) return known;
  const { best } = chooseKernel(kernelsFor("auto", algorithm), () => performance.now());
  if (best === null) throw new Error(`no ${algorithm} kernel passed its self-test`);
  kernels.set(algorithm, best.kernel);
  return best.kernel;
}

function main(port: NonNullable<typeof parentPort>): void {
  let job: HostJob | null = null;

  async function search(current: HostJob): Promise<void> {
    const kernel = kernelOf(current.algorithm);
    const piece = PIECES[current.algorithm];
    const startedAt = performance.now();
    let next = current.from;
    let hashes = 0;
    while (job === current && next <= current.to) {
      const progress = kernel.search(current, next, current.to, piece);
      next = progress.next;
      hashes += progress.hashes;
      if (progress.nonce !== null || next > current.to) {
        const elapsedMs = performance.now() - startedAt;
        const { id: jobId, epoch } = current;
        port.postMessage({ jobId, epoch, nonce: progress.nonce, hashes, elapsedMs });
        job = null;
        return;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  port.on("message", (message: HostJob | null) => {
    job = message;
    if (message !== null) void search(message);
  });
}

// Below the loop that judges: on Linux the priority is the thread's own.
setPriority(constants.priority.PRIORITY_LOW);
if (parentPort !== null) main(parentPort);
