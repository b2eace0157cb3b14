import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Child, endingText } from "./child.ts";
import { makeTempDir, removeTempDir } from "./temp-dir.ts";

const dir = mkdtempSync(join(tmpdir(), "zr-child-"));
afterAll(() => rmSync(dir, { recursive: true }));

const child = (script: string) =>
  new Child("test", ["-e", script], join(dir, `${Math.random()}.log`));

test("tells how it ended, and its last words to people", async () => {
  const failing = child("console.error('zerorig: no board'); console.log('{}'); process.exit(3)");
  expect(endingText(await failing.ended)).toBe("exit code 3");
  expect(failing.lastWords()).toBe("zerorig: no board");
  expect(failing.running).toBe(false);
  const helpful = child("console.error('zerorig: no SQLite\\nCompile it.\\n    at x (y)')");
  await helpful.ended;
  expect(helpful.lastWords()).toBe("zerorig: no SQLite; Compile it.");
  const silent = child("console.log('{}')");
  await silent.ended;
  expect(silent.lastWords()).toBe("");
});

test("stops when asked, and is killed when it does not", async () => {
  const polite = child("setInterval(() => {}, 1000)");
  await polite.stop(10_000);
  expect(await polite.ended).toEqual({ code: null, signal: "SIGTERM" });
  const deaf = child(
    "process.on('SIGTERM', () => {}); console.log('test: deaf'); setInterval(() => {}, 1000)",
  );
  // From then on it hears no more of it.
  await expect.poll(() => deaf.lastWords(), { timeout: 30_000 }).toBe("test: deaf");
  await deaf.stop(100);
  expect(await deaf.ended).toEqual({ code: null, signal: "SIGKILL" });
});

test("does not inherit the user's overrides", async () => {
  process.env["ZERORIG_POOL_HOST"] = "elsewhere";
  const told = child("process.exit(process.env.ZERORIG_POOL_HOST === undefined ? 0 : 1)");
  delete process.env["ZERORIG_POOL_HOST"];
  expect(await told.ended).toEqual({ code: 0, signal: null });
});

test("a temporary directory clears up after the dead, and only after them", () => {
  const mine = makeTempDir(false);
  const root = join(mine, "..");
  const dead = join(root, "zerorig-999999999-abcdef");
  const stranger = join(root, "zerorig-keep-abcdef");
  mkdirSync(dead);
  mkdirSync(stranger);
  const second = makeTempDir(false);
  expect([dead, mine, second, stranger].map(existsSync)).toEqual([false, true, true, true]);
  for (const each of [mine, second, stranger]) removeTempDir(each);
  expect(existsSync(mine)).toBe(false);
});

test("a directory to keep outlives its process and the demos after it", () => {
  const mine = makeTempDir(true);
  const dead = mine.replace(`-${process.pid}-`, "-999999999-");
  expect(dead).toMatch(/\/zerorig-kept-999999999-\w{6}$/);
  renameSync(mine, dead);
  const next = makeTempDir(false);
  expect(existsSync(dead)).toBe(true);
  for (const each of [dead, next]) removeTempDir(each);
});
