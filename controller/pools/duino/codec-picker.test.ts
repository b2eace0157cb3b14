// What the pool picker may answer, and what is made of it: a node, or the reason for none.

import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { decodePick, printable } from "./codec-picker.ts";

const GOOD = { ip: "152.53.38.31", port: 7070, name: "darkhunter-node-1", success: true };
const json = (changes: object) => JSON.stringify({ ...GOOD, ...changes });

describe("an answer with a node", () => {
  it.each([
    ["as it is", json({}), { host: "152.53.38.31", port: 7070, name: "darkhunter-node-1" }],
    ["with its port as text", json({ port: "2813" }), { port: 2813 }],
    ["by a host's name", json({ ip: "node.example.org" }), { host: "node.example.org" }],
    ["without a name", json({ name: 7 }), { name: "" }],
    ["with a name that would move a cursor", json({ name: "a\u001b[2Jb" }), { name: "a [2Jb" }],
    ["with a long name", json({ name: "n".repeat(99) }), { name: "n".repeat(40) }],
    ["by a public IPv6 address", json({ ip: "2a01:4f8::1" }), { host: "2a01:4f8::1" }],
  ])("%s", (_, body, node) => {
    expect(decodePick(200, body, false)).toMatchObject({ ok: true, node });
  });
});

test.each([
  ["success false", 200, '{"success":false,"message":"no nodes"}', "refused", "no nodes"],
  ["success false under 500", 500, '{"success":false,"message":"reduce()"}', "refused", "reduce()"],
  ["success false, no message", 200, '{"success":false}', "refused", "no reason given"],
  ["an HTML 403", 403, "<html>forbidden</html>", "blocked", "HTTP 403"],
  ["an HTML 429", 429, "<html>slow down</html>", "blocked", "HTTP 429"],
  ["a 502", 502, "<html>", "http", "HTTP 502"],
  ["a redirect", 302, "", "http", "HTTP 302"],
  ["HTML under 200", 200, "<html>\nhello", "nonsense", 'no JSON object: "<html> hello"'],
  ["an empty body", 200, "", "nonsense", 'no JSON object: ""'],
  ["a list", 200, "[]", "nonsense", 'no JSON object: "[]"'],
  ["null", 200, "null", "nonsense", 'no JSON object: "null"'],
  ["no address", 200, '{"port":1}', "nonsense", "no address: nothing"],
  ["an address that is none", 200, json({ ip: "a b" }), "nonsense", 'no address: "a b"'],
  ["a number as address", 200, json({ ip: "2130706433" }), "nonsense", "no address"],
  ["no port", 200, '{"ip":"1.2.3.4"}', "nonsense", "no port: nothing"],
  ["a port that is none", 200, json({ port: 65_536 }), "nonsense", "no port: 65536"],
  ["half a port", 200, json({ port: 1.5 }), "nonsense", "no port: 1.5"],
  ["a port in words", 200, json({ port: "many" }), "nonsense", 'no port: "many"'],
] as const)("%s is a failure", (_, status, body, code, detail) => {
  const pick = decodePick(status, body, false);
  expect(pick).toMatchObject({ ok: false, code });
  expect(!pick.ok && pick.detail).toContain(detail);
});

test.each([
  "127.0.0.1",
  "10.1.2.3",
  "172.16.0.1",
  "172.31.9.9",
  "192.168.1.1",
  "169.254.1.1",
  "100.64.0.1",
  "100.127.0.1",
  "0.0.0.0",
  "224.0.0.1",
  "255.255.255.255",
  "::1",
  "::ffff:10.0.0.1",
  "fe80::1",
  "fd00::1",
  "localhost",
  "LOCALHOST.",
  "p1.local",
  "router.lan",
])("%s is named by no stranger, and may be by a picker on this machine", (ip) => {
  expect(decodePick(200, json({ ip }), false)).toMatchObject({ ok: false, code: "nonsense" });
  expect(decodePick(200, json({ ip }), true)).toMatchObject({ ok: true, node: { host: ip } });
});

test.each(["172.15.0.1", "172.32.0.1", "100.63.0.1", "100.128.0.1", "223.255.255.254", "9.9.9.9"])(
  "%s is public",
  (ip) => {
    expect(decodePick(200, json({ ip }), false).ok).toBe(true);
  },
);

test("whatever comes, it does not throw, and what it says is short and printable", () => {
  const bodies = fc.oneof(
    fc.string({ maxLength: 500 }),
    fc.json(),
    fc.json().map((each) => `{"ip":${each},"port":${each},"success":${each},"message":${each}}`),
  );
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 599 }), bodies, (status, body) => {
      const pick = decodePick(status, body, true);
      if (pick.ok) return;
      expect(pick.detail.length).toBeLessThan(200);
      expect(pick.detail).toBe(printable(pick.detail, 200));
    }),
  );
});
