import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, expect, it } from "vitest";
import { storeFault } from "./store-fault.ts";

const folder = mkdtempSync(join(tmpdir(), "zerorig-store-fault-"));
afterAll(() => rmSync(folder, { recursive: true }));

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

const path = join(folder, "zerorig.sqlite");
const garbage = join(folder, "garbage.node");
writeFileSync(garbage, "no module");

it.each([
  ["missing", thrownBy(() => new Database(path, { nativeBinding: join(folder, "none.node") }))],
  ["for another machine", thrownBy(() => new Database(path, { nativeBinding: garbage }))],
  // What `bindings` throws, which better-sqlite3 finds its compiled part with.
  [
    "nowhere to be found",
    Object.assign(new Error("Could not locate the bindings file. Tried:\n → /a\n → /b"), {
      tries: ["/a", "/b"],
    }),
  ],
])("tells of a compiled part that is %s, and how to make one", (_, error) => {
  const fault = storeFault(path, error);
  expect(fault.code).toBe("sqlite");
  expect(fault.message).toContain(`not for this Node (${process.version}`);
  expect(fault.message).not.toMatch(/\n|Tried/);
  expect(fault.todo).toContain("`npm rebuild better-sqlite3`");
  expect(fault.cause).toBe(error);
});

it("tells of a folder that cannot be written", () => {
  const error = thrownBy(() => new Database(join(folder, "none", "x.sqlite")));
  const fault = storeFault(path, error);
  expect([fault.code, fault.todo]).toEqual(["state-dir", expect.stringContaining("may write")]);
  expect(fault.message).toContain(path);
});
