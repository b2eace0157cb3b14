// Another link key over a link that is proved but not encrypted: sealed with the key that holds, and acknowledged with the other.

import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";

const CIPHER = "aes-256-gcm";
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

function sealingKey(linkKey: Buffer, slot: string): Buffer {
  return Buffer.from(hkdfSync("sha256", linkKey, "", `zerorig.v1|rekey|${slot}`, KEY_BYTES));
}

/** The other key, for nobody but who holds the old one: 120 hex digits. Each call seals it otherwise. */
export function sealKey(linkKey: Buffer, slot: string, other: Buffer): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, sealingKey(linkKey, slot), iv);
  const sealed = [iv, cipher.update(other), cipher.final(), cipher.getAuthTag()];
  return Buffer.concat(sealed).toString("hex");
}

/** What was sealed, or null: it was sealed with another key, for another slot, or changed on its way. */
export function openKey(linkKey: Buffer, slot: string, sealed: string): Buffer | null {
  const bytes = Buffer.from(sealed, "hex");
  const decipher = createDecipheriv(
    CIPHER,
    sealingKey(linkKey, slot),
    bytes.subarray(0, IV_BYTES),
    { authTagLength: TAG_BYTES },
  );
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const text = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES));
  try {
    return Buffer.concat([text, decipher.final()]);
  } catch {
    return null;
  }
}

/** The Zero's proof that it holds the other key. */
export function proveKey(other: Buffer, slot: string): string {
  return createHmac("sha256", other).update(`zerorig.v1|rekeyed|${slot}`).digest("hex");
}

export function isKeyProved(other: Buffer, slot: string, mac: string): boolean {
  const expected = Buffer.from(proveKey(other, slot));
  const given = Buffer.from(mac);
  return expected.length === given.length && timingSafeEqual(expected, given);
}
