// Addresses of pool nodes: what is one, and there and back.

import { expect, test } from "vitest";
import { addressOf, isFullNode, isStratum, type PoolNode, parseNode } from "./node.ts";

test.each(["192.0.2.1:2811", "pool.example:1", "[2001:db8::1]:65535", "localhost:2811"])(
  "%s is a node's address",
  (text) => {
    const node = parseNode(text);
    expect(node).not.toBeNull();
    expect(node && addressOf(node)).toBe(text);
  },
);

test.each([
  "",
  "host",
  "host:",
  "host:0",
  "host:65536",
  "host:1:2",
  "2001:db8::1:2811",
  "[]:1",
  "[host]:1x",
  "a b:1",
  "a..b:1",
  "256.1.1.1:1",
  "01.1.1.1:1",
  "1.2.3:1",
  "2130706433:1",
  "0x7f.1:1",
  "ftp://host:1",
])("%j is none", (text) => {
  expect(parseNode(text)).toBeNull();
});

test("a Stratum pool's address says whether it is over TLS", () => {
  expect(parseNode("stratum+tcp://pool.example:3333")).toEqual({
    host: "pool.example",
    port: 3333,
    name: "",
  });
  expect(parseNode("stratum+ssl://[2001:db8::1]:3334")).toMatchObject({ port: 3334, tls: true });
  expect(parseNode("stratum+udp://pool.example:3333")).toBeNull();
  expect(["stratum+tcp://h:1", "stratum+ssl://h:1", "h:1"].map(isStratum)).toEqual([
    true,
    true,
    false,
  ]);
});

test("knows full nodes by their URL, which is their address too", () => {
  const node = { host: "127.0.0.1", port: 8332, name: "", rpc: true };
  expect(parseNode("http://127.0.0.1:8332")).toEqual(node);
  expect(parseNode("http://127.0.0.1:8332/")).toEqual(node);
  expect(addressOf(node)).toBe("http://127.0.0.1:8332");
  const secure = parseNode("https://[2001:db8::1]:8332");
  expect(secure).toMatchObject({ host: "2001:db8::1", tls: true, rpc: true });
  expect(addressOf(secure as PoolNode)).toBe("https://[2001:db8::1]:8332");
  for (const text of [
    "http://h",
    "http://u:p@h:1",
    "http://h:1/wallet/a",
    "http://h:1//",
    "h:1/",
  ]) {
    expect(parseNode(text)).toBeNull();
  }
  expect(["http://h:1", "https://h:1", "h:1", "stratum+tcp://h:1"].map(isFullNode)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
