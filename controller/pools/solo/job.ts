// A template as work: what a pool would say of it, and the way back from what is found to a whole block.

import type { Extranonce } from "../stratum/codec.ts";
import type { Found } from "../stratum/desk.ts";
import { headerOf, type Notice, sha256d } from "../stratum/header.ts";
import { hex32, reversed, wordsReversed } from "../stratum/hex.ts";
import { rolledVersion } from "../stratum/space.ts";
import { blockOf } from "./block.ts";
import { coinbaseOf } from "./coinbase.ts";
import { branchOf, type Template } from "./template.ts";

/** Ours, which is another for each connection, and what is counted on: the half of it is enough for a rig, the other for who mines with it. */
export const PREFIX_BYTES = 4;
export const COUNTER_BYTES = 8;

/** Bits of the version that miners may roll (BIP 320). */
const ROLLED_MASK = 0x1fffe000;

export interface SoloJob {
  readonly template: Template;
  readonly notice: Notice;
}

/** What was mined, to be handed in. */
export interface MinedBlock {
  readonly height: number;
  /** As nodes show it. */
  readonly hash: string;
  readonly hex: string;
}

/** Who is paid, and what we sign with. */
export interface Payee {
  readonly script: string;
  readonly tag: string;
}

export function jobOf(jobId: string, template: Template, { script, tag }: Payee): SoloJob {
  const halves = coinbaseOf(template, script, tag, PREFIX_BYTES + COUNTER_BYTES);
  const { previousBlockHash, transactions, version, bits, time } = template;
  const notice: Notice = {
    jobId,
    prevHash: wordsReversed(reversed(previousBlockHash)),
    ...halves,
    branch: branchOf(transactions.map(({ id }) => id)),
    version: hex32(version),
    bits,
    time: hex32(time),
    // Whether it is of another block is told by the hash of the one before.
    clean: false,
  };
  return { template, notice };
}

/** The block that is found with this; whether it is one, the node says. */
export function minedOf(
  { template, notice }: SoloJob,
  { prefix }: Extranonce,
  found: Found,
): MinedBlock {
  const { extranonce2, time, nonce, versionBits } = found;
  const version =
    versionBits === null
      ? notice.version
      : rolledVersion(notice.version, ROLLED_MASK, Number.parseInt(versionBits, 16));
  const start = headerOf({ ...notice, time }, prefix, extranonce2, version);
  const header = start + reversed(hex32(nonce));
  const coinbase = notice.coinb1 + prefix + extranonce2 + notice.coinb2;
  return {
    height: template.height,
    hash: reversed(sha256d(Buffer.from(header, "hex")).toString("hex")),
    hex: blockOf(template, header, coinbase),
  };
}
