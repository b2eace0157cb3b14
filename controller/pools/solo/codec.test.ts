// What full nodes answer: results, refusals with what to do, and what is no node's answer at all.

import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeAnswer, encodeCall, transportFault } from "./codec.ts";

function faultOf(status: number, body: unknown) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const answer = decodeAnswer("getblocktemplate", status, text);
  if (answer.ok) throw new Error("no fault");
  return answer.fault;
}

it("asks by position", () => {
  expect(JSON.parse(encodeCall("submitblock", ["00"]))).toEqual({
    jsonrpc: "1.0",
    id: 1,
    method: "submitblock",
    params: ["00"],
  });
});

it("takes a result whatever it is, with or without an error beside it", () => {
  expect(decodeAnswer("a", 200, '{"result":null,"error":null,"id":1}')).toEqual({
    ok: true,
    result: null,
  });
  expect(decodeAnswer("a", 200, '{"result":7}')).toEqual({ ok: true, result: 7 });
});

it.each([
  [-10, "Bitcoin Core is in initial sync and waiting for blocks...", "wait until it is through"],
  [-9, "Bitcoin Core is not connected!", "no peers"],
  [-28, "Loading block index...", "it is still starting"],
  [-32_601, "Method not found", "too old, or no full node"],
])("says what to do about %d", (code, message, todo) => {
  // Bitcoin says a refusal with HTTP 500, bcoin with 200.
  for (const status of [200, 500]) {
    const fault = faultOf(status, { result: null, error: { code, message }, id: 1 });
    expect(fault).toMatchObject({ from: "node", code: "denied", rpcCode: code });
    expect(fault.detail).toContain(`getblocktemplate: ${message} (${code}); `);
    expect(fault.detail).toContain(todo);
  }
});

it.each<readonly [unknown, string, number | null]>([
  [{ code: -22, message: "Block decode failed" }, "Block decode failed (-22)", -22],
  [{ code: "x", message: 5 }, "5", null],
  [{ code: -1 }, '"" (-1)', -1],
  ["plain\u0007 words ", "plain? words", null],
  [{ message: "m".repeat(500) }, "m".repeat(200), null],
])("takes the refusal %j", (error, said, rpcCode) => {
  expect(faultOf(500, { error })).toMatchObject({
    detail: `getblocktemplate: ${said}`,
    rpcCode,
  });
});

it("tells a door that is shut from a node that is busy, and from what is no node", () => {
  expect(faultOf(401, "")).toMatchObject({ from: "door", code: "denied" });
  expect(faultOf(401, "").detail).toContain("rpc_password_file");
  expect(faultOf(403, "").detail).toContain("rpcwhitelist");
  expect(faultOf(503, "Work queue depth exceeded")).toMatchObject({
    from: "transport",
    code: "timeout",
  });
  for (const body of ["", "<html>", "[]", "null", "5", "{}"]) {
    expect(faultOf(404, body)).toMatchObject({ from: "door", code: "nonsense" });
  }
  expect(transportFault("refused", "nobody")).toEqual({
    from: "transport",
    code: "refused",
    detail: "nobody",
    rpcCode: null,
  });
});

it("throws at nothing", () => {
  fc.assert(
    fc.property(fc.nat(600), fc.oneof(fc.string(), fc.json()), (status, body) => {
      expect(decodeAnswer("x", status, body)).toHaveProperty("ok");
    }),
  );
  fc.assert(
    fc.property(fc.anything(), (error) => {
      decodeAnswer("x", 500, JSON.stringify({ error: error ?? 1 }) ?? "");
    }),
  );
});
