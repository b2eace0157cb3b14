import { expect, it } from "vitest";
import { isSameDomain } from "./same-domain.ts";

it.each([
  ["pool.example.com", "pool.example.com"],
  ["pool.example.com", "POOL.example.com"],
  ["eu.pool.example", "us.pool.example"],
  ["localhost", "localhost"],
  ["192.0.2.1", "192.0.2.1"],
])("%s may send its miners to %s", (from, to) => {
  expect(isSameDomain(from, to)).toBe(true);
});

it.each([
  ["pool.example.com", "pool.example.org"],
  ["pool.example.com", "example.com"],
  // What follows the first dot is everybody's.
  ["pool.com", "evil.com"],
  ["eu.pool.example", "eu.cool.example"],
  ["pool", "evil"],
  // The tail of an address is no domain.
  ["192.0.2.1", "193.0.2.1"],
  ["a.0.2.1", "193.0.2.1"],
  ["193.0.2.1", "a.0.2.1"],
  ["::ffff:192.0.2.1", "::fffe:192.0.2.1"],
])("%s may not send them to %s", (from, to) => {
  expect(isSameDomain(from, to)).toBe(false);
});
