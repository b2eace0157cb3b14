// A link key for a Zero that has none, agreed on with a one-time code that a person carries from the controller to the Zero. Both ends
// exchange X25519 keys and prove over them that they know the code; the link key comes of the exchange and never goes over the wire.

import {
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from "node:crypto";
import * as v from "valibot";
import { hex, slot } from "./fields.ts";

export const ENROL_PATH = "/enroll";

/** Without letters that are taken for digits. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** 60 bits: nobody guesses that in the minutes for which a code counts, not even who heard the exchange. */
export const CODE_CHARS = 12;
const GROUP_CHARS = 4;

/** What the Zero sends first, and is answered with. */
export const enrolBegin = v.strictObject({ slot, publicKey: hex(64) });
export const enrolBegun = v.strictObject({ session: hex(32), publicKey: hex(64) });
/** What it sends then: its proof; and the controller's. */
export const enrolProof = v.strictObject({ session: hex(32), mac: hex(64) });
export const enrolProved = v.strictObject({ mac: hex(64) });

export interface Code {
  readonly slot: string;
  readonly secret: string;
}

/** The code for a slot; a random byte for each of its characters. */
export function codeOf(slotId: string, random: Uint8Array): Code {
  const secret = Array.from(random.subarray(0, CODE_CHARS), (byte) => ALPHABET[byte % 32]);
  return { slot: slotId, secret: secret.join("") };
}

/** As it is shown: p3-7KQM-3X9D-2AFH. */
export function codeText({ slot: slotId, secret }: Code): string {
  return [slotId, ...(secret.match(new RegExp(`.{${GROUP_CHARS}}`, "g")) as string[])].join("-");
}

/** What a person typed, in small letters or without dashes, too; null for what is no code. */
export function parseCode(typed: string): Code | null {
  const plain = typed.toUpperCase().replace(/[\s-]/g, "");
  const parts = new RegExp(`^(P[1-9][0-9]?)([0-9A-Z]{${CODE_CHARS}})$`).exec(plain);
  if (parts === null) return null;
  const [, slotId, letters] = parts as unknown as [string, string, string];
  const secret = letters.replaceAll("O", "0").replace(/[IL]/g, "1");
  return secret.includes("U") ? null : { slot: slotId.toLowerCase(), secret };
}

export interface KeyPair {
  /** 64 hex digits. */
  readonly publicKey: string;
  readonly privateKey: KeyObject;
}

export function newKeyPair(): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync("x25519");
  const { x } = publicKey.export({ format: "jwk" }) as { x: string };
  return { publicKey: Buffer.from(x, "base64url").toString("hex"), privateKey };
}

/** The public keys of an exchange. */
export interface Exchange {
  readonly agent: string;
  readonly controller: string;
}

function transcript(code: Code, { agent, controller }: Exchange): string {
  return `${code.slot}|${agent}|${controller}`;
}

/** The proof by one end that it knows the code, for this exchange alone. */
export function proveCode(prover: "agent" | "controller", code: Code, exchange: Exchange): string {
  return createHmac("sha256", code.secret)
    .update(`zerorig.v1|enroll|${prover}|${transcript(code, exchange)}`)
    .digest("hex");
}

export function isCodeProved(
  prover: "agent" | "controller",
  code: Code,
  exchange: Exchange,
  mac: string,
): boolean {
  const expected = Buffer.from(proveCode(prover, code, exchange));
  const given = Buffer.from(mac);
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** The link key that both ends come to; null where the other's public key is none. */
export function agreedKey(
  own: KeyPair,
  theirs: string,
  code: Code,
  exchange: Exchange,
): Buffer | null {
  const x = Buffer.from(theirs, "hex").toString("base64url");
  try {
    const publicKey = createPublicKey({ key: { kty: "OKP", crv: "X25519", x }, format: "jwk" });
    const shared = diffieHellman({ privateKey: own.privateKey, publicKey });
    const info = `zerorig.v1|link key|${transcript(code, exchange)}`;
    return Buffer.from(hkdfSync("sha256", shared, code.secret, info, 32));
  } catch {
    return null;
  }
}
