// What a full node answers to `getblocktemplate`, checked; and the way from its transactions to the merkle root.

import { sha256d } from "../stratum/header.ts";
import { isHex } from "../stratum/hex.ts";

export interface Template {
  readonly height: number;
  readonly version: number;
  /** As the node shows it: the highest byte first. */
  readonly previousBlockHash: string;
  readonly bits: string;
  readonly time: number;
  /** Of the smallest coin, fees among it. */
  readonly coinbaseValue: bigint;
  /** Ids as the node shows them, and the whole in hexadecimal. */
  readonly transactions: readonly { readonly id: string; readonly data: string }[];
  /** The script of the output that commits to the witnesses; null where the rules have no segwit. */
  readonly commitment: string | null;
  /** What the node wants in the coinbase's script. */
  readonly flags: string;
  /** Litecoin's extension block; null where there is none. */
  readonly mweb: string | null;
  /** What to ask with, so that the answer comes when there is news. */
  readonly longPollId: string | null;
}

const BLOCK_BYTES_MAX = 8_000_000;
const TRANSACTIONS_MAX = 100_000;
const SEGWIT = /^!?segwit$/;

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** `txid` is without the witness; older nodes know only `hash`. */
function transactionOf(value: unknown): Template["transactions"][number] | null {
  if (!isRecord(value)) return null;
  const { txid, hash, data } = value;
  const id = txid ?? hash;
  return isHex(id, 32) && isHex(data, 1, BLOCK_BYTES_MAX) ? { id, data } : null;
}

function optionalHex(value: unknown, max: number): string | null {
  return isHex(value, 1, max) ? value : null;
}

/** null where it is no template that a block can be made of. */
export function templateOf(value: unknown): Template | null {
  if (!isRecord(value)) return null;
  const { height, version, previousblockhash, bits, curtime, coinbasevalue } = value;
  if (!isCount(height) || !isCount(curtime) || !isCount(coinbasevalue)) return null;
  if (!Number.isInteger(version) || !isHex(previousblockhash, 32) || !isHex(bits, 4)) return null;
  const { transactions, rules, default_witness_commitment, coinbaseaux, mweb, longpollid } = value;
  if (!Array.isArray(transactions) || transactions.length > TRANSACTIONS_MAX) return null;
  const known = transactions.map(transactionOf).filter((each) => each !== null);
  if (known.length < transactions.length) return null;
  // Some nodes give a commitment before segwit is active, and then refuse the block that has it.
  const hasSegwit =
    Array.isArray(rules) && rules.some((rule) => typeof rule === "string" && SEGWIT.test(rule));
  const commitment = optionalHex(default_witness_commitment, 100);
  return {
    height,
    version: Number(version) >>> 0,
    previousBlockHash: previousblockhash,
    bits,
    time: curtime,
    coinbaseValue: BigInt(coinbasevalue),
    transactions: known,
    commitment: hasSegwit ? commitment : null,
    flags: (isRecord(coinbaseaux) && optionalHex(coinbaseaux["flags"], 40)) || "",
    mweb: optionalHex(mweb, BLOCK_BYTES_MAX),
    longPollId: typeof longpollid === "string" ? longpollid : null,
  };
}

/** The neighbours of the first leaf on its way up, as headers hash them. `ids` are of all but the coinbase, as nodes show them. */
export function branchOf(ids: readonly string[]): readonly string[] {
  const branch: string[] = [];
  // The first place is the coinbase's: its hash is not known yet. Bytes, for a full block has thousands.
  let level: readonly Buffer[] = ids.map((id) => Buffer.from(id, "hex").reverse());
  for (let first = level[0]; first !== undefined; first = level[0]) {
    branch.push(first.toString("hex"));
    level = parentsOf(level.slice(1));
  }
  return branch;
}

/** What stands above them in the tree; the last, where it is alone, stands beside itself. */
function parentsOf(level: readonly Buffer[]): readonly Buffer[] {
  return level.flatMap((left, at) =>
    at % 2 === 0 ? [sha256d(Buffer.concat([left, level[at + 1] ?? left]))] : [],
  );
}
