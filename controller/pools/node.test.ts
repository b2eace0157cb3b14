// Addresses of pool nodes: what is one, and there and back.

import { expect, test } from "vitest";
import { addressOf, parseNode } from "./node.ts";

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
  "http://host:1",
])("%j is none", (text) => {
  expect(parseNode(text)).toBeNull();
});
