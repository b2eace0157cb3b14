import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { readToken } from "./token.ts";

const dir = mkdtempSync(join(tmpdir(), "zr-token-"));
afterAll(() => rmSync(dir, { recursive: true }));

function file(text: string, mode = 0o600): string {
  const path = join(dir, "token");
  writeFileSync(path, text, { mode });
  chmodSync(path, mode);
  return path;
}

it("is what the file holds, without the end of its line", () => {
  expect(readToken(null)).toBe(null);
  expect(readToken(file("0123456789-0123456789\n"))).toBe("0123456789-0123456789");
});

it.each([
  ["is too short", "short\n", 0o600, "holds no token"],
  ["has spaces", "0123456789 0123456789", 0o600, "holds no token"],
  ["may be read by others", "0123456789-0123456789", 0o644, "others on this machine may read"],
])("is refused when it %s, and never shown", (_, text, mode, message) => {
  const path = file(text, mode);
  expect(() => readToken(path)).toThrow(message);
  expect(() => readToken(path)).toThrow(expect.not.stringContaining(text.trim()));
});

it("says how to make one where there is none", () => {
  expect(() => readToken(join(dir, "none"))).toThrow(
    expect.objectContaining({ code: "key-file", todo: expect.stringContaining("/dev/urandom") }),
  );
});
