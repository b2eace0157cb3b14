// Segwit addresses: BIP 173's checksum for version 0, BIP 350's for all later ones.

const CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATORS = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
const BECH32 = 1;
const BECH32M = 0x2bc830a3;
const ADDRESS_CHARS_MAX = 90;
const CHECKSUM_CHARS = 6;

export interface WitnessProgram {
  readonly version: number;
  readonly program: Buffer;
}

function checksum(values: readonly number[]): number {
  let sum = 1;
  for (const value of values) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    for (const [bit, generator] of GENERATORS.entries()) {
      if (((top >>> bit) & 1) === 1) sum ^= generator;
    }
  }
  return sum >>> 0;
}

function expanded(hrp: string): number[] {
  const codes = [...hrp].map((char) => char.charCodeAt(0));
  return [...codes.map((code) => code >>> 5), 0, ...codes.map((code) => code & 31)];
}

/** Groups of 5 bits as bytes; null where what is left over is more than padding. */
function bytesOf(groups: readonly number[]): Buffer | null {
  const bytes: number[] = [];
  let held = 0;
  let bits = 0;
  for (const group of groups) {
    held = ((held << 5) | group) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >>> bits) & 0xff);
  }
  const isPadding = bits < 5 && (held & ((1 << bits) - 1)) === 0;
  return isPadding ? Buffer.from(bytes) : null;
}

/** What a segwit address of this human-readable part pays to; null where it is none. */
export function decodeSegwit(address: string, hrp: string): WitnessProgram | null {
  const text = address.toLowerCase();
  const isMixed = address !== text && address !== address.toUpperCase();
  const head = `${hrp}1`;
  if (isMixed || !text.startsWith(head) || text.length > ADDRESS_CHARS_MAX) return null;
  const values = [...text.slice(head.length)].map((char) => CHARSET.indexOf(char));
  if (values.length <= CHECKSUM_CHARS || values.includes(-1)) return null;
  const version = Number(values[0]);
  const groups = values.slice(1, -CHECKSUM_CHARS);
  const wanted = version === 0 ? BECH32 : BECH32M;
  if (version > 16 || checksum([...expanded(hrp), ...values]) !== wanted) return null;
  const program = bytesOf(groups);
  if (program === null || program.length < 2 || program.length > 40) return null;
  if (version === 0 && program.length !== 20 && program.length !== 32) return null;
  return { version, program };
}
