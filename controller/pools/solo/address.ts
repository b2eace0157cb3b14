// An address to the script that pays to it: checked, so that no block is ever mined for nobody.

import { decodeBase58Check } from "./base58.ts";
import { decodeSegwit } from "./bech32.ts";
import type { Network } from "./networks.ts";

const HASH_BYTES = 20;
const OP_1 = 0x51;

function hexOf(...bytes: readonly number[]): string {
  return Buffer.from(bytes).toString("hex");
}

/** The script in hexadecimal; null where the text is no address of this network. */
export function scriptOf(address: string, { hrp, keyHash, scriptHash }: Network): string | null {
  const segwit = decodeSegwit(address, hrp);
  if (segwit !== null) {
    const { version, program } = segwit;
    const opcode = version === 0 ? 0 : OP_1 + version - 1;
    return hexOf(opcode, program.length) + program.toString("hex");
  }
  const decoded = decodeBase58Check(address);
  if (decoded?.length !== 1 + HASH_BYTES) return null;
  const [version = -1] = decoded;
  const hash = decoded.toString("hex", 1);
  // DUP HASH160 <hash> EQUALVERIFY CHECKSIG; HASH160 <hash> EQUAL.
  if (keyHash.includes(version)) return `76a914${hash}88ac`;
  return scriptHash.includes(version) ? `a914${hash}87` : null;
}
