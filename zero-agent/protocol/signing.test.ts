import { generateKeyPairSync } from "node:crypto";
import { expect, it } from "vitest";
import { isSignedBy, isVouchedFor, signerOf, signProgram, vouch } from "./signing.ts";

const { privateKey } = generateKeyPairSync("ed25519");
const signer = signerOf(privateKey);
const program = { sha256: "ab".repeat(32), size: 600_000 };
const signature = signProgram(privateKey, program);
const linkKey = Buffer.alloc(32, 7);

it("a program is known by its signer's key", () => {
  expect(signer).toMatch(/^[0-9a-f]{64}$/);
  expect(signature).toMatch(/^[0-9a-f]{128}$/);
  expect(isSignedBy(signer, program, signature)).toBe(true);
});

it.each([
  ["another hash", signer, { ...program, sha256: "ac".repeat(32) }, signature],
  ["another size", signer, { ...program, size: 600_001 }, signature],
  ["another signature", signer, program, "0".repeat(128)],
  ["another signer", signerOf(generateKeyPairSync("ed25519").privateKey), program, signature],
  ["a signer that is no key", "f".repeat(64), program, signature],
])("%s is not signed", (_, who, what, by) => {
  expect(isSignedBy(who, what, by)).toBe(false);
});

it("only the slot's link key vouches for a signer", () => {
  const mac = vouch(linkKey, "p1", signer);
  expect(isVouchedFor(linkKey, "p1", signer, mac)).toBe(true);
  expect(isVouchedFor(linkKey, "p2", signer, mac)).toBe(false);
  expect(isVouchedFor(Buffer.alloc(32, 8), "p1", signer, mac)).toBe(false);
  expect(isVouchedFor(linkKey, "p1", "0".repeat(64), mac)).toBe(false);
  expect(isVouchedFor(linkKey, "p1", signer, "short")).toBe(false);
});
