// Who made a program that is offered to a Zero: an ed25519 signature over its hash and size, and the word of the link key for the signer.

import {
  createHmac,
  createPublicKey,
  type KeyObject,
  sign,
  timingSafeEqual,
  verify,
} from "node:crypto";

interface Program {
  /** 64 hex digits. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

function statement({ sha256, size }: Program): Buffer {
  return Buffer.from(`zerorig.agent.v1|${sha256}|${size}`);
}

/** The signature of a program, 128 hex digits. `key`: an ed25519 private key. */
export function signProgram(key: KeyObject, program: Program): string {
  return sign(null, statement(program), key).toString("hex");
}

/** The public half of an ed25519 key as 64 hex digits. */
export function signerOf(key: KeyObject): string {
  const { x = "" } = createPublicKey(key).export({ format: "jwk" });
  return Buffer.from(x, "base64url").toString("hex");
}

/** Whether `signer` (64 hex digits) signed the program. A key that is none has signed nothing. */
export function isSignedBy(signer: string, program: Program, signature: string): boolean {
  const x = Buffer.from(signer, "hex").toString("base64url");
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  return verify(null, statement(program), key, Buffer.from(signature, "hex"));
}

/** The controller's word that `signer` is its own, by the link key: nobody without that can name another. */
export function vouch(linkKey: Buffer, slot: string, signer: string): string {
  return createHmac("sha256", linkKey).update(`zerorig.v1|signer|${slot}|${signer}`).digest("hex");
}

export function isVouchedFor(linkKey: Buffer, slot: string, signer: string, mac: string): boolean {
  const expected = Buffer.from(vouch(linkKey, slot, signer));
  const given = Buffer.from(mac);
  return expected.length === given.length && timingSafeEqual(expected, given);
}
