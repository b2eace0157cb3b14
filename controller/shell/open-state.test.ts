import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openState } from "./open-state.ts";
import { DATABASE_FILE } from "./schema.ts";

const wall = () => new Date("2026-12-01T12:00:00Z");

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "zr-state-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}

test("one controller has the folder; the next gets it when that has let go", async () => {
  const dir = join(folder(), "state");
  const first = await openState(dir, wall);
  await expect(openState(dir, wall)).rejects.toMatchObject({
    code: "state-in-use",
    message: expect.stringContaining(dir),
  });
  first.store.close();
  await first.lock.release();
  const second = await openState(dir, wall);
  second.store.close();
  await second.lock.release();
  expect(existsSync(join(dir, "controller.lock"))).toBe(false);
});

test("a store that cannot be opened leaves no lock, and a folder that cannot be made says so", async () => {
  const dir = folder();
  mkdirSync(join(dir, DATABASE_FILE));
  await expect(openState(dir, wall)).rejects.toMatchObject({ code: "state-dir" });
  expect(existsSync(join(dir, "controller.lock"))).toBe(false);
  writeFileSync(join(dir, "file"), "");
  await expect(openState(join(dir, "file"), wall)).rejects.toMatchObject({ code: "state-dir" });
});
