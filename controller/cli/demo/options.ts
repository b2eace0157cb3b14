// What `zerorig demo` was asked for, checked: nothing impossible gets past here.

import { InvalidArgumentError } from "commander";
import { CliError } from "../error.ts";
import type { DurationRange, HostPort } from "../option.ts";
import { checkFaultSlots, faultText, type PlannedFault } from "./fault.ts";

/** "zero": a Pi Zero's pace; "full": all there is; or hashes per second. */
export type Pace = "zero" | "full" | number;

export interface DemoOptions {
  readonly zeros: number;
  /** null: until it is stopped. */
  readonly forMs: number | null;
  readonly json: boolean;
  readonly faults: readonly PlannedFault[];
  /** null: the practice pool. */
  readonly pool: (HostPort & { readonly user: string }) | null;
  readonly seed: number;
  readonly pace: Pace;
  readonly boot: DurationRange;
  readonly keep: boolean;
}

/** The options as commander hands them over. */
export interface DemoFlags {
  readonly zeros: number;
  readonly for?: number;
  readonly json?: boolean;
  readonly fault: readonly PlannedFault[];
  readonly pool?: HostPort;
  readonly user?: string;
  readonly seed?: number;
  readonly pace: Pace;
  readonly boot: DurationRange;
  readonly keep?: boolean;
}

/** A real Pi Zero with the C hasher, low tier: revoxhere/duino-coin issue 1711. */
export const ZERO_HASHRATE_HS = 240_000;

/** Checks what single options cannot. Throws a CliError or commander's InvalidArgumentError. */
export function demoOptions(flags: DemoFlags, randomSeed: () => number): DemoOptions {
  if (flags.pool !== undefined && flags.user === undefined) {
    const todo = "Add --user NAME, or leave --pool out to mine at the practice pool.";
    throw new CliError("usage", "--pool needs the user to mine for", todo);
  }
  if (flags.pool === undefined && flags.user !== undefined) {
    const todo = "Add --pool HOST:PORT, or leave --user out to mine at the practice pool.";
    throw new CliError("usage", "--user only matters at a pool", todo);
  }
  checkFaultSlots(flags.fault, flags.zeros);
  const late = flags.fault.find(({ atMs }) => flags.for !== undefined && atMs >= flags.for);
  if (late !== undefined) {
    throw new CliError("usage", `--fault ${faultText(late)} comes after the end (--for)`);
  }
  return {
    zeros: flags.zeros,
    forMs: flags.for ?? null,
    json: flags.json ?? false,
    faults: flags.fault.toSorted((a, b) => a.atMs - b.atMs),
    pool:
      flags.pool === undefined || flags.user === undefined
        ? null
        : { ...flags.pool, user: flags.user },
    seed: flags.seed ?? randomSeed(),
    pace: flags.pace,
    boot: flags.boot,
    keep: flags.keep ?? false,
  };
}

/** Reads `--pace`. */
export function parsePace(text: string): Pace {
  if (text === "zero" || text === "full") return text;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1000 && value <= 1e9) return value;
  throw new InvalidArgumentError(
    'Expected "zero", "full", or hashes per second from 1000 to 1000000000.',
  );
}

/** Reads `--user`. */
export function parseUser(text: string): string {
  if (/^[\w.-]{1,64}$/.test(text)) return text;
  throw new InvalidArgumentError("Expected a user name of letters, digits, '_', '.' or '-'.");
}
