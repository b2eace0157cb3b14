// What the statistics of a rig cost after years: the size of the file, what a minute writes, and the processor time of writing and reading.
// Usage: npm run bench:stats [-- SLOTS]

import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chartOf, type Past, summaryOf } from "../../controller/stats/answers.ts";
import { foldedLevels, rowsMax } from "../../controller/stats/levels.ts";
import { STATS_FILE } from "../../controller/stats/schema.ts";
import { StatsStore } from "../../controller/stats/stats-store.ts";
import { type Sums, sums } from "../../controller/stats/sums.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const NOW = Date.UTC(2026, 10, 21, 12, 34, 56);
const slots = Number(process.argv[2] ?? 4);
const names = ["rig", "host", ...Array.from({ length: slots }, (_, index) => `p${index + 1}`)];

/** What a Zero 2 adds in so many seconds. */
function worked(seconds: number): Sums {
  const shares = Math.ceil(seconds / 3);
  return sums({
    ms: 1000 * seconds,
    hashes: 240_123 * seconds,
    fed_hashes: 240_123 * seconds,
    accepted: shares,
    rejected: Math.floor(shares / 90),
    modelled_mj: 1234 * seconds,
    temp_ms: 1000 * seconds,
    temp_sum: 45_678_000 * seconds,
    temp_min: 45_111,
    temp_max: 46_222,
    jobs: shares,
    job_waits: shares,
    job_wait_ms: 321 * shares,
    verdicts: shares,
    verdict_wait_ms: 432 * shares,
    up_ms: 1000 * seconds,
    busy_ms: 987 * seconds,
  });
}

function sampleOf(seconds: number) {
  const growth = { sums: worked(seconds), reasons: {} };
  return { at: 0, series: new Map(names.map((name) => [name, growth] as const)) };
}

/** Processor time, not that of the clock: others may be at work here. */
function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return Math.round((user + system) / 100) / 10;
}

function walKb(): number {
  return Math.round(statSync(`${path}-wal`).size / 1000);
}

function mean(values: readonly number[]): number {
  return Math.round(values.reduce((sum, value) => sum + value, 0) / values.length);
}

const dir = mkdtempSync(join(tmpdir(), "zerorig-stats-"));
const path = join(dir, STATS_FILE);
const store = new StatsStore(dir, () => new Date(NOW));
const hours = Math.floor((foldedLevels(names.length)[2]?.keepMs ?? 0) / HOUR_MS);

function fill(ageFrom: number, ageTo: number, stepMs: number): void {
  const sample = sampleOf(stepMs / 1000);
  const PAGE = 200 * stepMs;
  for (let page = ageFrom; page > ageTo; page -= PAGE) {
    const ages = [];
    for (let age = page; age > Math.max(ageTo, page - PAGE); age -= stepMs) ages.push(age);
    store.write(
      ages.map((age) => [NOW - age, sample] as const),
      {},
    );
    store.thin(NOW - ageTo);
  }
}

fill((hours + 4800) * HOUR_MS, 73 * HOUR_MS, HOUR_MS);
fill(73 * HOUR_MS, 16 * MINUTE_MS, MINUTE_MS);
fill(16 * MINUTE_MS, 6 * MINUTE_MS, 1000);
const sample = sampleOf(1);
const [writes, walWrites]: [number[], number[]] = [[], []];
for (let age = 6 * MINUTE_MS; age > MINUTE_MS; age -= MINUTE_MS) {
  const minute = Array.from({ length: 60 }, (_, s) => [NOW - age + s * 1000, sample] as const);
  store.checkpoint();
  writes.push(cpuMs(() => store.write(minute, {})));
  walWrites.push(walKb());
}
store.checkpoint();
const thinMs = cpuMs(() => store.thin(NOW - MINUTE_MS));
const thinKb = walKb();
const past: Past = { reader: store.reader, nowMs: NOW, names: () => names, held: () => [] };
const averagesMs = cpuMs(() => summaryOf(past));
const again = cpuMs(() => summaryOf(past));
const charts = (["1h", "24h", "30d", "all"] as const).map((range) => {
  return `${range} ${cpuMs(() => chartOf(past, "p1", range))}`;
});
store.checkpoint();
process.stdout.write(
  [
    `${slots} Zeros, ${names.length} series, hours kept: ${hours}, rows at most: ${Math.ceil(rowsMax(names.length))}`,
    `file: ${(statSync(path).size / 1e6).toFixed(1)} MB`,
    `each minute: ${mean(writes)} ms, ${mean(walWrites)} kB to the log; each fifth minute: ${thinMs} ms, ${thinKb} kB to thin`,
    `reading, ms: averages ${averagesMs}, again ${again}; a chart of ${charts.join(", ")}`,
    "",
  ].join("\n"),
);
store.close();
rmSync(dir, { recursive: true });
