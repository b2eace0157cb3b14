// Who is measured, and how: hashes per second of CPU time, so that a neighbour who takes the core away does not count.

export interface Contestant {
  /** The key in the JSON line: wasm_simd and so on. */
  readonly key: string;
  readonly label: string;
  /** Hashes per second of CPU time, over about `forMs`. */
  sample(forMs: number): Promise<number> | number;
}

/** A piece of work in this process: does about `count` hashes. */
export type Work = (count: number) => void;

const FIRST_COUNT = 1000;
const PIECE_MS = 5;

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Measures work in this process. The pieces grow from `firstCount` hashes until they take some milliseconds. */
export function inProcess(
  key: string,
  label: string,
  work: Work,
  firstCount = FIRST_COUNT,
): Contestant {
  let count = firstCount;
  const sample = (forMs: number): number => {
    const startedAt = cpuMs();
    let hashes = 0;
    for (let before = startedAt; ; ) {
      work(count);
      hashes += count;
      const now = cpuMs();
      if (now - startedAt >= forMs) return (hashes * 1000) / (now - startedAt);
      if (now - before < PIECE_MS) count *= 2;
      before = now;
    }
  };
  return { key, label, sample };
}

export interface Result {
  readonly key: string;
  readonly label: string;
  /** Hashes per second, one of each round. */
  readonly rates: readonly number[];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return ((sorted[Math.floor(half)] ?? 0) + (sorted[Math.ceil(half) - 1] ?? 0)) / 2;
}

/** The value that this share of all do not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

/** Lets all take part in each round, one after the other, after one round that does not count. */
export async function compete(
  contestants: readonly Contestant[],
  rounds: number,
  sampleMs: number,
): Promise<Result[]> {
  const rates = new Map(contestants.map((contestant) => [contestant, [] as number[]]));
  for (let round = 0; round <= rounds; round++) {
    for (const [contestant, own] of rates) {
      const rate = await contestant.sample(sampleMs);
      if (round > 0) own.push(rate);
    }
  }
  return [...rates].map(([{ key, label }, own]) => ({ key, label, rates: own }));
}
