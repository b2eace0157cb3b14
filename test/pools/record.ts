// npm run pools:record: makes the recorded sessions of test/pools/traces, at a practice pool in each kind of weather.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TraceEntry } from "../../controller/pools/duino/trace.ts";
import {
  PracticePool,
  type PracticePoolOptions,
} from "../../controller/pools/practice/practice-pool.ts";
import { PoolRig } from "./pool-rig.ts";

const DIR = join(import.meta.dirname, "traces");

/** Each for so long. */
const KINDS: readonly (readonly [
  name: string,
  seconds: number,
  options: Partial<PracticePoolOptions>,
])[] = [
  ["fair", 4, {}],
  ["cut-and-glued", 4, { weather: { split: 0.6, coalesce: 0.3, latencyMs: 20, jitterMs: 30 } }],
  ["no-newline", 4, { banner: "3.0" }],
  ["motd-without-newline", 4, { banner: "3.0\nhello from practice" }],
  ["unjust", 3, { wrong: 1 }],
  ["silent-job", 4, { weather: { silentJob: 1 } }],
  ["resets", 5, { weather: { reset: 0.3 }, seed: 5 }],
];

for (const [name, seconds, options] of KINDS) {
  const dir = mkdtempSync(join(tmpdir(), "zerorig-record-"));
  const tiers = new Map([["LOW", { difficulty: 5, adapts: false }]]);
  const pool = new PracticePool({ seed: 1, expectedShareMs: 400, tiers, ...options });
  const { port } = await pool.listen();
  const entries: TraceEntry[] = [];
  const begun = performance.now();
  const onWire = (seat: string, dir: TraceEntry["dir"], text: string) => {
    const at_ms = Math.round(performance.now() - begun);
    // The port is another one each time.
    entries.push({ at_ms, seat, dir, text: text.replace(/:\d+$/, ":2811") });
  };
  const limits = { jobReplyMs: 2000 };
  const rig = new PoolRig({ port, dir, zeros: 1, connections: 2, rateHs: 600, limits, onWire });
  rig.start();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  await rig.stop();
  await pool.close();
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(DIR, { recursive: true });
  writeFileSync(
    join(DIR, `${name}.trace`),
    entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""),
  );
  process.stdout.write(`${name}: ${entries.length} segments\n`);
}
