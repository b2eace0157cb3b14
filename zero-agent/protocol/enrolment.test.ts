import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import {
  agreedKey,
  codeOf,
  codeText,
  isCodeProved,
  newKeyPair,
  parseCode,
  proveCode,
} from "./enrolment.ts";

const code = codeOf(
  "p3",
  Uint8Array.from({ length: 12 }, (_, index) => 31 - index),
);

it("a code is shown in groups, and read however it was typed", () => {
  expect(codeText(code)).toBe("p3-ZYXW-VTSR-QPNM");
  for (const typed of ["p3-ZYXW-VTSR-QPNM", "P3 zyxw vtsr qpnm", "p3zyxwvtsrqpnm"]) {
    expect(parseCode(typed)).toEqual(code);
  }
  expect(parseCode("p12-OOOO-IIII-LLLL")).toEqual({ slot: "p12", secret: "000011111111" });
});

it.each([
  "",
  "p3",
  "p0-ZYXW-VTSR-QPNM",
  "p3-ZYXW-VTSR-QPN",
  "p3-ZYXW-VTSR-QPNMM",
  "p3-ZYXW-VTSR-QPNU",
  "p3-ZYXW-VTSR-QP.M",
])("%j is no code", (typed) => {
  expect(parseCode(typed)).toBeNull();
});

it("both ends come to one key, and prove the code over the exchange", () => {
  const [agent, controller] = [newKeyPair(), newKeyPair()];
  const exchange = { agent: agent.publicKey, controller: controller.publicKey };
  const ours = agreedKey(agent, controller.publicKey, code, exchange);
  expect(ours).toEqual(agreedKey(controller, agent.publicKey, code, exchange));
  expect(ours).toHaveLength(32);
  const other = codeOf("p3", randomBytes(12));
  expect(agreedKey(agent, controller.publicKey, other, exchange)).not.toEqual(ours);
  const mac = proveCode("agent", code, exchange);
  expect(isCodeProved("agent", code, exchange, mac)).toBe(true);
  expect(isCodeProved("controller", code, exchange, mac)).toBe(false);
  expect(isCodeProved("agent", other, exchange, mac)).toBe(false);
  expect(isCodeProved("agent", { ...code, slot: "p4" }, exchange, mac)).toBe(false);
  const swapped = { ...exchange, agent: newKeyPair().publicKey };
  expect(isCodeProved("agent", code, swapped, mac)).toBe(false);
  expect(isCodeProved("agent", code, exchange, "short")).toBe(false);
});

it("a public key that leads nowhere is none", () => {
  const own = newKeyPair();
  const exchange = { agent: own.publicKey, controller: "0".repeat(64) };
  expect(agreedKey(own, "0".repeat(64), code, exchange)).toBeNull();
});
