// The CLI as a person at a terminal has it, on a rig of real processes: the live view, questions, bars, the log.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { DIST, run, start, until, ZERORIG } from "./programs.ts";
import { Pty } from "./pty.ts";
import { Rig } from "./rig.ts";

const [ALTERNATE, BACK] = ["\u001b[?1049h", "\u001b[?1049l"];
const SIGTERM = 15;

function shows(pty: Pty, pattern: RegExp): Promise<boolean> {
  return until(String(pattern), () => pattern.test(pty.screen().join("\n")));
}

it("shows the rig on the whole screen, asks before it switches, and gives the terminal back however it ends", {
  timeout: 120_000,
}, async () => {
  const rig = await Rig.start({ zeros: 2 });
  await rig.mining();
  const socket = ["--socket", rig.paths.controlSocket];
  const top = (...args: string[]) =>
    new Pty(24, 80, [process.execPath, ZERORIG, "top", ...socket, ...args]);

  const seat = top();
  const others = [top("--readonly"), top()] as const;
  await shows(seat, /^> p1 +Ready .*\n {2}p2 +Ready /m);
  expect(seat.raw).toContain(ALTERNATE);
  // Only what changes is written: from now on the second line, never the title of the table.
  const before = seat.raw.length;
  await until("two more frames", () => seat.raw.slice(before).split("\u001b[2;1H").length > 2);
  expect(seat.raw.slice(before)).not.toContain("SLOT");

  seat.resize(10, 40);
  await shows(seat, /SLOT STATE +RATE +WHY/);
  expect(Math.max(...seat.screen().map((line) => line.length))).toBe(40);
  seat.resize(24, 80);
  await shows(seat, /SLOT STATE +FOR /);

  seat.type("jx");
  await shows(seat, /shut p2 down and cut its power\? y\/n/);
  seat.type("n");
  await shows(seat, /nothing was done/);
  expect((await rig.slot("p2")).wanted).toBe("on");
  seat.type("xy");
  await shows(seat, /off p2: taken in/);
  await shows(seat, /^> p2 +Off~ /m);
  seat.type("q");
  expect(await seat.ended).toEqual({ code: 0, restored: true });
  expect(seat.raw).toContain(BACK);

  const [readOnly, last] = others;
  readOnly.type("x");
  await shows(readOnly, /off: this view is read-only/);
  readOnly.signal(SIGTERM);
  expect(await readOnly.ended).toEqual({ code: 130, restored: true });
  expect(readOnly.raw.endsWith(BACK)).toBe(true);

  // A question on the command line, and a bar while it is waited for.
  const asked = new Pty(24, 80, [process.execPath, ZERORIG, "off", "p1", "p2", ...socket]);
  await until("the question", () => asked.raw.includes("Go on? [y/N]"));
  asked.type("n\r");
  expect(await asked.ended).toEqual({ code: 6, restored: true });
  const halted = new Pty(24, 80, [process.execPath, ZERORIG, "off", "p1", "p2", ...socket]);
  await until("the question", () => halted.raw.includes("Go on? [y/N]"));
  halted.type("\u0003");
  expect(await halted.ended).toEqual({ code: 130, restored: true });
  expect((await rig.slot("p1")).wanted).toBe("on");
  const waiting = new Pty(24, 80, [process.execPath, ZERORIG, "on", "p2", "--wait", ...socket]);
  await until("a bar", () => /\[-{20}\] 0 of 1, \d+s of 5m00s: p2 /.test(waiting.raw));
  expect(await waiting.ended).toEqual({ code: 0, restored: true });
  expect(waiting.screen().join("\n")).not.toContain("0 of 1");

  // The log: what was asked for stands in it, and a reader follows until the controller ends.
  const logs = await run(ZERORIG, ["logs", "-n", "500", "--slot", "p2", ...socket]);
  expect(logs.stdout).toMatch(/^\d\d:\d\d:\d\d \|p2 \| operator\.off \(by hand, in zerorig top\)/m);
  expect(logs.stdout).not.toContain("|p1");
  expect(logs.stdout).not.toContain("\u001b");
  const none = await run(ZERORIG, ["logs", "--slot", "p9", ...socket]);
  expect(none).toMatchObject({ code: 0, stdout: "", stderr: "there are no such lines\n" });
  const following = start(ZERORIG, ["logs", "-f", "-n", "0", "--json", ...socket]);
  await until("a line comes", () => following.out().includes('"ev":'));
  await rig.stop();
  const { code, stdout, stderr } = await following.ended;
  expect(code).toBe(5);
  expect(stderr).toContain("stopped");
  const events = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).ev);
  expect(events).toContain("controller.stopping");

  expect(await last.ended).toEqual({ code: 5, restored: true });
  expect(last.raw).toContain(BACK);
  expect(last.raw.slice(last.raw.indexOf(BACK))).toContain("stopped");
});

it("loads no package for its help but the one that reads the command line", () => {
  const seen = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(join(DIST, file), "utf8");
    for (const [, name = ""] of text.matchAll(/^import\s*(?:[^"'()]*?from\s*)?"([^"]+)"/gm)) {
      if (name.startsWith("./")) visit(name.slice(2));
      else if (!name.startsWith("node:")) packages.add(name);
    }
  };
  visit("zerorig.mjs");
  expect(seen.size).toBeGreaterThan(5);
  expect([...packages]).toEqual(["commander"]);
});

it("draws nothing where it cannot", async () => {
  const dumb = new Pty(24, 80, [process.execPath, ZERORIG, "top"], { TERM: "dumb" });
  expect(await dumb.ended).toEqual({ code: 2, restored: true });
  expect(dumb.raw).toContain("TERM=dumb");
  const piped = await run(ZERORIG, ["top"]);
  expect(piped).toMatchObject({ code: 2, stdout: "" });
  expect(piped.stderr).toContain("top needs a terminal");
});
