import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import type { Chunk } from "../core/chunk.ts";
import type { WorkerEvent } from "../core/workload.ts";
import { WorkerPool } from "./worker-pool.ts";

const folder = mkdtempSync(join(tmpdir(), "zero-agent-pool-"));
let pool: WorkerPool | null = null;
afterEach(async () => {
  await pool?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A worker that hangs on chunk 1, dies on chunk 2, and finds a nonce in any other. */
const PROGRAM = `
const { parentPort } = require("node:worker_threads");
parentPort.on("message", ({ type, chunk }) => {
  if (type !== "search") return;
  if (chunk.id === 1) for (;;);
  if (chunk.id === 2) throw new Error("out of luck");
  parentPort.postMessage({ type: "chunk-done", chunkId: chunk.id, hashes: 1, nonce: 0 });
});`;

function chunk(id: number): Chunk {
  return { id, job: { algorithm: "duco-s1", prefix: "", target: "" }, from: 0, to: 0 };
}

it("replaces a worker that hangs, and says which one died of what", async () => {
  const file = join(folder, "worker.cjs");
  writeFileSync(file, PROGRAM);
  const events: WorkerEvent[] = [];
  pool = new WorkerPool({
    file,
    workers: 2,
    data: { role: "hash", kernels: [] },
    onEvent: (event) => events.push(event),
  });
  pool.search(0, chunk(1));
  pool.search(1, chunk(2));
  await expect
    .poll(() => events, { timeout: 15_000 })
    .toEqual([{ type: "worker-died", worker: 1, why: "out of luck" }]);
  for (const worker of [0, 1]) {
    pool.restart(worker);
    pool.search(worker, chunk(3 + worker));
  }
  await expect.poll(() => events.length, { timeout: 15_000 }).toBe(3);
  for (const worker of [0, 1]) {
    const done = { type: "chunk-done", worker, chunkId: 3 + worker, hashes: 1, nonce: 0 };
    expect(events).toContainEqual(done);
  }
});
