// A HAT whose Zeros have power, and programs at it that are killed with -9 at any moment, 200 times each: no line may change that
// nobody ordered. Counted at the pins of a virtual HAT, which is a process of its own and outlives them all.

import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "smol-toml";
import { expect, it, onTestFinished } from "vitest";
import { ask } from "../../controller/cli/control-client.ts";
import type { Line } from "../../hat/board.ts";
import { openBoard } from "../../hat/detect.ts";
import { REGISTER } from "../../hat/expander.ts";
import { VirtualHatClient } from "../../hat/virtual/client.ts";
import { randomStream } from "../../hat/virtual/random.ts";
import { DIST, HATCTL, start, until, ZERORIG } from "./programs.ts";
import { tempDir } from "./rig.ts";

const KILLS = 200;
/** Side by side, each with a HAT of its own. */
const LANES = 4;
const ADDRESS = 0x20;
const LED_AND_PROTECT = 0x90;

interface Hot {
  readonly dir: string;
  readonly socketPath: string;
  readonly hat: VirtualHatClient;
  /** Changes at each pin so far. */
  edges(): Promise<readonly number[]>;
}

/** A virtual HAT without software on its Zeros, its lines as given. */
async function hotHat(dir: string, seed: string, lines: readonly Line[]): Promise<Hot> {
  mkdirSync(dir);
  const socketPath = join(dir, "hat.sock");
  start(HATCTL, ["virtual", "--socket", socketPath, "--seed", seed, "--tie-to-stdin"]);
  const hat = await until("the virtual HAT answers", () =>
    VirtualHatClient.connect(socketPath).catch(() => null),
  );
  onTestFinished(() => hat.stop());
  const board = await openBoard({ board: `virtual:${socketPath}` });
  for (const [index, line] of lines.entries()) {
    // One start after the other, or the supply dips.
    await board.setPower(`p${index + 1}`, line);
    if (line === "on") await sleep(1100);
  }
  await board.close();
  const edges = async () => (await hat.truth()).map(({ cuts, starts }) => cuts + starts);
  return { dir, socketPath, hat, edges };
}

/** The rounds of one lane, and a name of its own for its randomness. */
function lanes(act: (lane: string, rounds: number) => Promise<void>): Promise<unknown> {
  return Promise.all(
    Array.from({ length: LANES }, (_, index) => act(`lane-${index}`, KILLS / LANES)),
  );
}

function controllerToml(dir: string, socketPath: string): string {
  const keysDir = join(dir, "keys");
  const stateDir = join(dir, "state");
  for (const each of [keysDir, stateDir]) mkdirSync(each, { mode: 0o700 });
  for (const slot of ["p1", "p2", "p3", "p4"]) {
    writeFileSync(join(keysDir, `${slot}.key`), randomBytes(32).toString("hex"), { mode: 0o600 });
  }
  const path = join(dir, "controller.toml");
  const settings = {
    hat: { board: `virtual:${socketPath}` },
    link: { listen: "127.0.0.1", port: 0, allow: ["127.0.0.0/8"], keys_dir: keysDir },
    pool: { nodes: ["127.0.0.1:9"], user: "e2e" },
    state: { dir: stateDir },
    control: { socket: join(dir, "control.sock") },
  };
  writeFileSync(path, stringify(settings), { mode: 0o600 });
  return path;
}

/** The answer does not matter: the kill may come first. */
async function cutP4(socket: string): Promise<void> {
  await ask(socket, { verb: "off", slots: ["p4"], reason: "test", hard: true }, 1000).catch(
    () => {},
  );
}

it("keeps every line through 200 kills of the controller: while it starts, and while it drives", {
  timeout: 300_000,
}, async () => {
  const dir = tempDir();
  let starting = 0;
  let cuts = 0;
  await lanes(async (lane, rounds) => {
    const random = randomStream("hot-hat", lane);
    const { socketPath, edges, ...hot } = await hotHat(join(dir, lane), lane, [
      "on",
      "on",
      "off",
      "on",
    ]);
    const config = controllerToml(hot.dir, socketPath);
    const before = await edges();
    let startMs = 500;
    for (let round = 0; round < rounds; round += 1) {
      const since = performance.now();
      const controller = start(ZERORIG, ["run", "--config", config]);
      const isStarted = () => controller.out().includes('"controller.started"');
      if (round % 2 === 0) {
        await until("the controller has started", isStarted);
        startMs = performance.now() - since;
        // An order that may or may not get through before the kill.
        if (round % 8 === 4) void cutP4(join(hot.dir, "control.sock"));
        await sleep(random() * 150);
      } else {
        await sleep(random() * startMs);
        if (!isStarted()) starting += 1;
      }
      controller.kill("SIGKILL");
      await controller.ended;
    }
    const after = await edges();
    const moved = after.map((count, index) => count - (before[index] ?? 0));
    expect(moved.slice(0, 3)).toEqual([0, 0, 0]);
    // Cut once, if an order got through; a second one finds it off.
    expect([0, 1]).toContain(moved[3]);
    cuts += moved[3] ?? 0;
  });
  expect(cuts).toBeGreaterThan(0);
  // Else they were all killed too late.
  expect(starting).toBeGreaterThan(KILLS / 8);
});

/** Switches one slot there and back for as long as it lives, and says what it is about to do, and what is done. */
const DRIVER = `
import { writeSync } from "node:fs";
const { openBoard } = await import(process.argv[2]);
const [, , , board, slot] = process.argv;
const driver = await openBoard({ board, hold: true });
const shown = (await driver.read()).slots.find((each) => each.slot === slot);
let line = shown.line;
writeSync(1, "ready\\n");
for (;;) {
  line = line === "on" ? "off" : "on";
  writeSync(1, "ordered\\n");
  await driver.setPower(slot, line);
  writeSync(1, "done\\n");
}
`;

it("moves the named line alone, as often as it was ordered, through 200 kills of a driver while it switches", {
  timeout: 300_000,
}, async () => {
  const dir = tempDir();
  let broken = 0;
  const script = join(dir, "driver.mjs");
  writeFileSync(script, DRIVER);
  await lanes(async (lane, rounds) => {
    const random = randomStream("hot-hat driver", lane);
    const { hat, socketPath, edges } = await hotHat(join(dir, lane), lane, [
      "on",
      "off",
      "on",
      "off",
    ]);
    const bus = hat.bus();
    for (let round = 0; round < rounds; round += 1) {
      // Now and then the HAT has lost its supply, so that the driver brings it up before it switches.
      if (round % 3 === 2) {
        await bus.writeByte(ADDRESS, REGISTER.direction, 0xff);
        await bus.writeByte(ADDRESS, REGISTER.output, 0xff);
      }
      const before = await edges();
      const slot = Math.floor(random() * 4);
      const args = [join(DIST, "hat.mjs"), `virtual:${socketPath}`, `p${slot + 1}`];
      const driver = start(script, args);
      await until("the driver is ready", () => driver.out().startsWith("ready"), 60_000, 1);
      await sleep(random() * 25);
      driver.kill("SIGKILL");
      const { stdout, stderr } = await driver.ended;
      expect(stderr).toBe("");
      const ordered = stdout.split("ordered").length - 1;
      const done = stdout.split("done").length - 1;
      const moved = (await edges()).map((count, index) => count - (before[index] ?? 0));
      // The last order may have been written and not yet proved. The first may have been for the level that was there.
      const where = `${lane}, round ${round}: ${JSON.stringify({ slot, ordered, done, moved })}`;
      expect(moved[slot], where).toBeGreaterThanOrEqual(done);
      expect(moved[slot], where).toBeLessThanOrEqual(ordered);
      expect(
        moved.filter((_, index) => index !== slot),
        where,
      ).toEqual([0, 0, 0]);
      if (ordered > done) broken += 1;
      const image = await bus.readByte(ADDRESS, REGISTER.output);
      if ((await bus.readByte(ADDRESS, REGISTER.direction)) === 0) {
        expect(image & 0xf0, where).toBe(LED_AND_PROTECT);
      }
    }
  });
  // Else none of them was killed at its work.
  expect(broken).toBeGreaterThan(KILLS / 4);
});
