import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { keyFaults, readLinkKey } from "./link-keys.ts";

const KEY = "0123456789abcdef".repeat(4);
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "zr-keys-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

it("finds nothing wrong with keys that open the door", () => {
  writeFileSync(join(dir, "p1.key"), `${KEY}\n`);
  expect(readLinkKey(dir, "p1")?.toString("hex")).toBe(KEY);
  expect(keyFaults(dir, ["p1"])).toEqual([]);
});

it("names the file, the fault and the remedy of each key that does not, and not the key", () => {
  writeFileSync(join(dir, "p1.key"), KEY);
  writeFileSync(join(dir, "p2.key"), KEY.slice(1));
  const faults = keyFaults(dir, ["p1", "p2", "p3"]);
  expect(faults.map(({ slot }) => slot)).toEqual(["p2", "p3"]);
  expect(faults[0]).toMatchObject({
    file: join(dir, "p2.key"),
    fault: "it holds 63 characters, not 64 hex digits",
    todo: expect.stringContaining("openssl rand -hex 32"),
  });
  expect(faults[1]?.fault).toBe("there is no such file");
  expect(JSON.stringify(faults)).not.toContain(KEY.slice(1));
  expect(readLinkKey(dir, "p2")).toBeNull();
  expect(readLinkKey(dir, "p3")).toBeNull();
});

it("tells a file that cannot be read from one that is not there", () => {
  writeFileSync(join(dir, "p1.key"), KEY);
  chmodSync(dir, 0o000);
  // The folder stands in for the file where the test runs as root, whom no mode stops.
  const asRoot = process.getuid?.() === 0;
  const [fault] = keyFaults(asRoot ? join(dir, "p1.key") : dir, ["p1"]);
  chmodSync(dir, 0o700);
  expect(fault?.fault).toMatch(asRoot ? /ENOTDIR/ : /EACCES/);
  expect(fault?.todo).toContain("let the controller's user read it");
});
