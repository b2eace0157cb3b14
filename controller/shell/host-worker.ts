// A worker thread of the controller's own CPU: searches one job at a time, in pieces, so that a cancel is heard.

import { constants, setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { KERNELS } from "../../zero-agent/kernels/all.ts";
import { chooseKernel } from "../../zero-agent/kernels/choose.ts";
import type { SearchJob } from "../../zero-agent/kernels/kernel.ts";

export type HostJob = SearchJob & {
  readonly id: string;
  readonly epoch: number;
  readonly from: number;
  readonly to: number;
};

/** Hashes between two looks at the mailbox: 1 ms at 40 MH/s, 50 ms on a Raspberry Pi 3 at an assumed 1 MH/s. */
const PIECE = 50_000;

function main(port: NonNullable<typeof parentPort>): void {
  const { best } = chooseKernel(KERNELS, () => performance.now());
  if (best === null) throw new Error("no hash kernel passed its self-test");
  const { kernel } = best;
  let job: HostJob | null = null;

  async function search(current: HostJob): Promise<void> {
    const startedAt = performance.now();
    let next = current.from;
    let hashes = 0;
    while (job === current && next <= current.to) {
      const progress = kernel.search(current, next, current.to, PIECE);
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
