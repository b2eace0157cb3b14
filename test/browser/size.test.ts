// The built page (build first): what a browser loads of it is small, packed, and names nobody else.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { expect, it } from "vitest";

const PAGE = join(import.meta.dirname, "../../dist/page");
const BYTES_MAX = 50_000;

function files(): string[] {
  return readdirSync(PAGE, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name));
}

const raw = () => files().filter((path) => !/\.(?:gz|br)$/.test(path));

it("is below 50 KB, gzipped, all of it", () => {
  const sizes = raw().map((path) => statSync(`${path}.gz`).size);
  expect(sizes.length).toBeGreaterThanOrEqual(4);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(BYTES_MAX);
});

it("is packed as it is", () => {
  for (const path of raw()) {
    const text = readFileSync(path);
    expect(gunzipSync(readFileSync(`${path}.gz`)).equals(text)).toBe(true);
    expect(brotliDecompressSync(readFileSync(`${path}.br`)).equals(text)).toBe(true);
  }
});

it("has nothing inline, and no address of others", () => {
  const html = readFileSync(join(PAGE, "index.html"), "utf8");
  expect(html).not.toMatch(/<style|style=|<script(?![^>]*\ssrc=)|\son\w+=/);
  for (const path of raw()) {
    const addresses = readFileSync(path, "utf8").match(/https?:\/\/[\w.-]+/g) ?? [];
    // Names of namespaces, which nobody asks for.
    expect(addresses.filter((address) => address !== "http://www.w3.org")).toEqual([]);
  }
});
