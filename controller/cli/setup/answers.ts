// What a setup is about: the answers of a person, or the flags of a script.

import * as v from "valibot";
import { keysOf } from "../../config/layers.ts";
import type { ZeroModel } from "../../core/policy.ts";
import { SYSTEM_DIR } from "./system-dir.ts";

export interface Answers {
  /** As [hat] board: `auto`, a revision, `virtual:/path`. */
  readonly board: string;
  readonly slots: number;
  readonly user: string;
  /** host:port each; empty: the coin's picker names one. */
  readonly nodes: readonly string[];
  readonly tier: string;
  readonly miningKey: string | null;
  readonly model: ZeroModel;
  readonly ceilingWatts: number | null;
  readonly tariffPerKwh: number | null;
  /** Null: no API and no page. */
  readonly http: { readonly listen: string; readonly port: number } | null;
}

/** Where everything goes. */
export interface Places {
  /** Where controller.toml, the keys, the token, and a folder for each Zero are written. */
  readonly dir: string;
  /** Where that folder lies when the rig runs: the same one, or that of a card's system. */
  readonly finalDir: string;
  readonly stateDir: string;
  readonly controlSocket: string;
  /** Where agents dial in; null for what is usual with this board. */
  readonly linkPort: number | null;
  /** Where the systemd unit goes; null for none. */
  readonly unit: string | null;
}

/** Those of a service; or, in a folder of one's own, all of it in there. */
export function placesIn(
  dir: string,
  own: Partial<Omit<Places, "dir" | "finalDir">>,
  finalDir = dir,
): Places {
  const isSystem = finalDir === SYSTEM_DIR;
  return {
    dir,
    finalDir,
    stateDir: own.stateDir ?? (isSystem ? "/var/lib/zerorig" : `${dir}/state`),
    controlSocket:
      own.controlSocket ?? (isSystem ? "/run/zerorig/control.sock" : `${dir}/run/control.sock`),
    linkPort: own.linkPort ?? null,
    unit: own.unit ?? null,
  };
}

/** Whether what is written goes onto cards, and is no rig of this machine's. */
export function isForCards({ dir, finalDir }: Places): boolean {
  return dir !== finalDir;
}

/** What is wrong with a value of the configuration, as text; undefined if nothing is. */
export function complaintOf(section: string, name: string, text: string): string | undefined {
  const kind = keysOf(section)?.[name]?.kind;
  if (kind === undefined) return `there is no ${section}.${name}`;
  return v.is(kind.schema, kind.fromText(text)) ? undefined : `Expected ${kind.expected}.`;
}

/** What the pool's protocol can carry as one field (shell/mining-key.ts). */
export function keyComplaintOf(text: string): string | undefined {
  return /^[!-+\--~]{1,128}$/.test(text)
    ? undefined
    : "Expected 1 to 128 characters, none of them a space or a comma.";
}
