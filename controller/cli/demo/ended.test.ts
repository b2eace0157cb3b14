// Real demos from dist/ (build first), ended the hard way: nothing of them may live on.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

const ZERORIG = join(import.meta.dirname, "../../../dist/zerorig.mjs");
const LIMIT_MS = 60_000;

interface Demo {
  readonly process: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  readonly ended: Promise<number | null>;
  dir(): string;
}

function startDemo(...args: string[]): Demo {
  const child = spawn(process.execPath, [ZERORIG, "demo", "--json", "--boot", "0s-1s", ...args]);
  onTestFinished(() => void child.kill("SIGKILL"));
  let out = "";
  let err = "";
  child.stdout.on("data", (text) => {
    out += text;
  });
  child.stderr.on("data", (text) => {
    err += text;
  });
  return {
    process: child,
    out: () => out,
    err: () => err,
    ended: new Promise((resolve) => child.once("close", resolve)),
    dir: () => /"dir":"([^"]+)"/.exec(out)?.[1] ?? "(none yet)",
  };
}

/** Every process that was started with this text among its arguments. */
function pidsWith(text: string): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && argumentsOf(pid).includes(text));
}

function argumentsOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

const eventually = <T>(probe: () => T) => expect.poll(probe, { timeout: LIMIT_MS, interval: 50 });
const agentsOf = (demo: Demo) => pidsWith(join(demo.dir(), "agents"));
const hatOf = (demo: Demo) => pidsWith(join(demo.dir(), "hat.sock"));

/** Both Zeros' programs run, beside the board whose arguments name them too. */
async function mining(demo: Demo): Promise<void> {
  await eventually(() => agentsOf(demo).length).toBe(3);
}

test.each(["the board", "the board and the demo"])(
  "kill -9 of %s leaves no process and no file",
  {
    timeout: 2 * LIMIT_MS,
  },
  async (what) => {
    const demo = startDemo("--zeros", "2");
    await mining(demo);
    const dir = demo.dir();
    onTestFinished(() => {
      for (const pid of pidsWith(dir)) process.kill(pid, "SIGKILL");
    });
    for (const pid of hatOf(demo)) process.kill(pid, "SIGKILL");
    if (what === "the board") {
      expect(await demo.ended).toBe(1);
      expect(demo.err()).toContain("the hat died (signal SIGKILL)");
    } else {
      demo.process.kill("SIGKILL");
      await demo.ended;
    }
    await eventually(() => existsSync(dir)).toBe(false);
    // The janitor, whose argument the directory is, hears of the demo's end only after it.
    await eventually(() => pidsWith(dir)).toEqual([]);
  },
);

test("a fault that is refused, and --keep: both are said at the end", {
  timeout: LIMIT_MS,
}, async () => {
  // Zeros are switched on 2 s apart, so the last one is off for long enough on the busiest machine.
  const demo = startDemo("--zeros", "8", "--for", "3s", "--keep", "--fault", "p8=hang@100ms");
  expect(await demo.ended).toBe(1);
  const dir = demo.dir();
  onTestFinished(() => rmSync(dir, { recursive: true }));
  expect(demo.err()).toContain(`zerorig: the demo's files and logs are in ${dir}\n`);
  expect(demo.err()).toContain("the fault p8=hang@0.1s did not strike: p8 is off");
  const lines = demo.out().trim().split("\n").slice(-2);
  const [kept, end] = lines.map((line) => JSON.parse(line));
  expect(kept).toMatchObject({ ev: "demo.kept", detail: { dir } });
  expect(end).toMatchObject({ summary: { faults: [], consistent: true } });
  expect(demo.out()).toContain('"ev":"fault.refused"');
  expect(existsSync(join(dir, "controller.log"))).toBe(true);
});
