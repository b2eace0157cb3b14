// Text of the serial line <-> values, as an Arduino speaks it (duino-coin@4ad3c65, Arduino_Code.ino and AVR_Miner.py): the host sends
// `last,expected,difficulty,` without a line end, the board answers in base 2.

export interface SerialJob {
  readonly prefix: string;
  readonly target: string;
  readonly difficulty: number;
}

export interface SerialText {
  /** The jobs that are whole now, in their order. */
  readonly jobs: readonly SerialJob[];
  /** What is left over; short, whatever came. */
  readonly rest: string;
}

/** A job takes 82 characters and its difficulty; what is in front of one is noise, or a job that broke off. */
const REST_MAX = 128;
/** Of at most six digits, as at the pool: prefix and nonce then fit one SHA-1 block. */
const JOB = /([0-9a-f]{40}),([0-9a-f]{40}),([1-9][0-9]{0,5}),/g;

/** Adds what arrived to what was left over, and finds the jobs in it. Never throws. */
export function takeSerial(rest: string, text: string): SerialText {
  const jobs: SerialJob[] = [];
  const all = rest + text;
  let end = 0;
  for (const found of all.matchAll(JOB)) {
    const [whole, prefix = "", target = "", difficulty] = found;
    end = found.index + whole.length;
    jobs.push({ prefix, target, difficulty: Number(difficulty) });
  }
  return { jobs, rest: all.slice(end).slice(-REST_MAX) };
}

/** The highest nonce of a job: the board searches 0..100 x difficulty. */
export function lastNonce({ difficulty }: SerialJob): number {
  return 100 * difficulty;
}

/**
 * The answer: nonce and elapsed microseconds in base 2, and the chip's id.
 * @param nonce null where the range holds none: the board says 0 then
 * @param id 16 hex digits
 */
export function encodeAnswer(nonce: number | null, elapsedUs: number, id: string): string {
  const us = Math.max(1, Math.round(elapsedUs));
  return `${(nonce ?? 0).toString(2)},${us.toString(2)},DUCOID${id}\n`;
}
