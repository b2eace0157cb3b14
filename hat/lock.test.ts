import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { acquireLock } from "./lock.ts";

// Processes start slowly on a loaded machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let directory = "";
const children: ChildProcess[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "hat-lock-"));
  await build({
    stdin: {
      contents: `import { acquireLock } from "./lock.ts";
        acquireLock(process.argv[2]).then(
          () => { console.log("held"); setInterval(() => {}, 1000); },
          (error) => { console.log(error.code, error.message); });`,
      resolveDir: "hat",
    },
    bundle: true,
    platform: "node",
    outfile: join(directory, "holder.cjs"),
  });
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await rm(directory, { recursive: true });
});

/** Another process that tries for the lock; resolves with what became of it. */
async function contender(
  path: string,
  as: Pick<SpawnOptions, "uid" | "gid"> = {},
): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, [join(directory, "holder.cjs"), path], {
    ...as,
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const [text] = (await once(child.stdout, "data")) as [Buffer];
  return { child, said: text.toString().trim() };
}

it("lets one in, names it to the next, and is free after release", async () => {
  const path = join(directory, "one");
  const lock = await acquireLock(path);
  await expect(acquireLock(path)).rejects.toMatchObject({ code: "locked" });
  await expect(acquireLock(path)).rejects.toThrow(`process ${process.pid}`);
  await lock.release();
  await (await acquireLock(path)).release();
  await lock.release();
  expect((await readdir(directory)).filter((name) => name.startsWith("one"))).toEqual([]);
});

it("is free again when its holder dies by kill -9", async () => {
  const path = join(directory, "killed");
  const { child, said } = await contender(path);
  expect(said).toBe("held");
  await expect(acquireLock(path)).rejects.toThrow(`process ${child.pid}`);
  child.kill("SIGKILL");
  await once(child, "exit");
  const lock = await acquireLock(path);
  expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ pid: process.pid });
  await lock.release();
  expect((await readdir(directory)).filter((name) => name.startsWith("killed"))).toEqual([]);
});

it("takes a pid of another process, or of another boot, for dead", async () => {
  const path = join(directory, "reused");
  const bootId = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
  for (const other of [
    { startTime: "1", bootId },
    { startTime: "", bootId: "of yesterday" },
  ]) {
    await writeFile(path, JSON.stringify({ pid: process.pid, id: "1-ab", ...other }));
    await (await acquireLock(path)).release();
  }
});

it("takes no process for dead that /proc hides from this user", async () => {
  const path = join(directory, "hidden");
  const bootId = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
  // No pid is as great, so /proc shows none; that a signal is refused tells of one all the same.
  const holder = { pid: 4_194_305, startTime: "1", bootId, id: "1-0e" };
  await writeFile(path, JSON.stringify(holder));
  const kill = vi.spyOn(process, "kill").mockImplementation(() => {
    throw Object.assign(new Error("EPERM"), { code: "EPERM" });
  });
  await expect(acquireLock(path)).rejects.toMatchObject({ code: "locked" });
  kill.mockRestore();
  await (await acquireLock(path)).release();
});

it("lets exactly one of many take over from a dead one", async () => {
  for (let round = 0; round < 20; round += 1) {
    const path = join(directory, `race-${round}`);
    await writeFile(path, JSON.stringify({ pid: 1, startTime: "0", bootId: "", id: "1-0a" }));
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => acquireLock(path)));
    const held = tries.filter(({ status }) => status === "fulfilled");
    expect(held.length).toBe(1);
    expect((await readdir(directory)).filter((name) => name.startsWith(`race-${round}.`))).toEqual(
      [],
    );
  }
});

it("lets exactly one of many processes take over from a dead one", async () => {
  const path = join(directory, "processes");
  await writeFile(path, JSON.stringify({ pid: 1, startTime: "0", bootId: "", id: "1-0b" }));
  // And the one that was taking over died as well.
  await writeFile(
    `${path}.1-0b`,
    JSON.stringify({ pid: 1, startTime: "0", bootId: "", id: "1-0c" }),
  );
  const said = await Promise.all(Array.from({ length: 6 }, () => contender(path)));
  expect(said.map((one) => one.said.split(" ")[0]).sort()).toEqual([
    "held",
    ...Array<string>(5).fill("locked"),
  ]);
});

it.skipIf(process.getuid?.() !== 0)(
  "says what to do with the lock of a dead process of another user",
  async () => {
    const sticky = await mkdtemp(join(tmpdir(), "hat-sticky-"));
    await chmod(directory, 0o755);
    await chmod(sticky, 0o1777);
    const path = join(sticky, "left");
    await writeFile(path, JSON.stringify({ pid: 1, startTime: "0", bootId: "", id: "1-0d" }));
    const { said } = await contender(path, { uid: 65_534, gid: 65_534 });
    expect(said).toMatch(/^permission .*process 1.* is dead.*another user.*`sudo rm \S+\/left`/);
    expect(await readdir(sticky)).toEqual(["left"]);
    await (await acquireLock(path)).release();
    await rm(sticky, { recursive: true });
  },
);

it("is readable for all, whatever the umask", async () => {
  const before = process.umask(0o077);
  const path = join(directory, "masked");
  const lock = await acquireLock(path).finally(() => process.umask(before));
  expect((await stat(path)).mode & 0o777).toBe(0o644);
  await lock.release();
});

it("leaves a file that is no lock alone", async () => {
  const path = join(directory, "foreign");
  await writeFile(path, "something of yours");
  await expect(acquireLock(path)).rejects.toMatchObject({ code: "locked" });
  expect(await readFile(path, "utf8")).toBe("something of yours");
});

it("says what to do where it cannot write", async () => {
  await expect(acquireLock(join(directory, "no", "dir"))).rejects.toMatchObject({
    code: "unsupported",
  });
  await expect(acquireLock("/proc/self/lock")).rejects.toThrow(/\/proc\/self\/lock/);
});
