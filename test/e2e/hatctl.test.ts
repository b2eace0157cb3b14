// hatctl beside a running controller: it asks the controller, and the shapes that it expects are those that are spoken.

import { expect, it } from "vitest";
import {
  CONTROL_SOCKET_ENV,
  DEFAULT_CONTROL_SOCKET,
  findController,
} from "../../hat/ctl/controller-client.ts";
import { switchByController } from "../../hat/ctl/controller-switch.ts";
import { HATCTL, run, start, until, ZERORIG } from "./programs.ts";
import { Rig } from "./rig.ts";

it("looks for the controller where zerorig does", async () => {
  const help = (await run(ZERORIG, ["status", "--help"])).stdout.replaceAll(/\s+/g, " ");
  expect(help).toContain(`(default: "${DEFAULT_CONTROL_SOCKET}", env: ${CONTROL_SOCKET_ENV})`);
});

it("speaks the controller's protocol", { timeout: 120_000 }, async () => {
  const rig = await Rig.start({ zeros: 2 });
  await rig.mining();
  const socketPath = rig.paths.controlSocket;
  const ask = { socketPath, reason: "hatctl", hard: true, limitMs: 60_000 };

  const real = await rig.status();
  const seen = await findController(socketPath);
  // Every key that is used, with a value of its type.
  expect(seen?.board).toBe(real.board);
  expect(seen).toMatchObject({
    version: expect.any(String),
    uptime_ms: expect.any(Number),
    slots: ["p1", "p2"].map((slot) => ({
      slot,
      state: "Ready",
      for_ms: expect.any(Number),
      why: expect.any(String),
      evidence: expect.stringMatching(/line on, USB present/),
      wanted: "on",
      boots: 1,
    })),
  });
  expect(seen?.slots[0]?.next).toBe(null);

  const off = await switchByController({ ...ask, verb: "off", slots: ["p2"] });
  expect(off).toMatchObject([{ slot: "p2", outcome: "done", state: "Off" }]);
  expect((await rig.hat.truth())[1]?.powered).toBe(false);
  const twice = await switchByController({ ...ask, verb: "off", slots: ["p2"] });
  expect(twice).toMatchObject([{ outcome: "skipped" }]);

  const on = await switchByController({ ...ask, verb: "on", slots: ["p1", "p2"] });
  expect(on).toMatchObject([{ outcome: "skipped" }, { outcome: "done" }]);
  expect((await rig.hat.truth())[1]?.powered).toBe(true);

  const cycled = await switchByController({ ...ask, verb: "cycle", slots: ["p1"] });
  expect(cycled).toMatchObject([{ outcome: "done" }]);
  expect(await rig.edges()).toMatchObject([
    { cuts: 1, starts: 2 },
    { cuts: 1, starts: 2 },
  ]);
  expect(
    rig.query("SELECT 1 FROM events WHERE ev = 'operator.cycle' AND why = 'hatctl'"),
  ).toHaveLength(1);

  const stranger = switchByController({ ...ask, verb: "off", slots: ["p9"] });
  await expect(stranger).rejects.toMatchObject({ code: "no-slot" });
});

it("goes through the controller that drives the board, and round one that drives another", {
  timeout: 180_000,
}, async () => {
  const rig = await Rig.start({ zeros: 2 });
  await rig.mining();
  const board = `virtual:${rig.paths.hatSocket}`;
  const env = { ZERORIG_BOARD: board, ZERORIG_CONTROL_SOCKET: rig.paths.controlSocket };
  const hatctl = (...words: string[]) => run(HATCTL, words, env);

  const status = await hatctl("status");
  expect(status.stderr).toContain(`the controller at ${rig.paths.controlSocket} drives this board`);
  expect(status.stdout).toMatch(/^SLOT +LINE +USB +STATE +WHY\np1 +on +present +Ready +self-test/);

  const off = await hatctl("off", "p2", "--json");
  expect(off.code).toBe(0);
  expect(JSON.parse(off.stdout)).toMatchObject({
    by: "controller",
    slots: [{ slot: "p2", outcome: "done" }],
  });
  // It was cut at the person's word, without being asked first, and nothing else was.
  expect(await rig.edges()).toMatchObject([{ cuts: 0 }, { cuts: 1 }]);
  expect((await rig.slot("p2")).hold).toBe(null);
  expect(await hatctl("on")).toMatchObject({ code: 0 });

  // It would cut whoever does not go: a person says so.
  const soft = await hatctl("cycle", "p1", "--soft");
  expect(soft).toMatchObject({ code: 6 });
  expect(soft.stderr).toContain("--then-hard");
  expect(await hatctl("cycle", "p1", "--soft", "--then-hard")).toMatchObject({ code: 0 });
  expect(
    rig.query("SELECT 1 FROM events WHERE slot = 'p1' AND ev = 'power.soft-off-ended'"),
  ).toHaveLength(1);

  for (const words of [["alert", "on"], ["hub", "on"], ["init"], ["identify", "--blink"]]) {
    const refused = await hatctl(...words);
    expect(refused.code).toBe(6);
    expect(refused.stderr).toMatch(/drives this board and has no request for `.*stop it first/);
  }
  expect(await hatctl("identify")).toMatchObject({ code: 0 });

  // Who has waited enough is told that the controller goes on.
  const broken = start(HATCTL, ["cycle", "p2"], env);
  await until("p2 is off", async () => (await rig.hat.truth())[1]?.powered === false);
  broken.kill("SIGINT");
  const { code, stderr } = await broken.ended;
  expect(stderr).toMatch(/^hatctl: p2: not done when interrupted: .* goes on with it/m);
  expect(code).toBe(130);
  await until("p2 is on", async () => (await rig.hat.truth())[1]?.powered === true);

  // A controller of another board is left alone; ours is found by its lock.
  const strange = await run(HATCTL, ["--virtual", "off", "p1"], env);
  expect(strange).toMatchObject({ code: 0 });
  const unasked = await run(HATCTL, ["off", "p1"], { ...env, ZERORIG_CONTROL_SOCKET: "/nowhere" });
  expect(unasked).toMatchObject({ code: 6 });
  expect((await rig.hat.truth())[0]?.powered).toBe(true);

  // One that stands still answers nothing: the lock holds, and reading goes on.
  rig.controller.kill("SIGSTOP");
  const stopped = await hatctl("off", "p1");
  expect(stopped).toMatchObject({ code: 6 });
  expect(stopped.stderr).toMatch(/did not answer in \d+ ms\n.*held by process \d+/);
  expect(await hatctl("status", "p1")).toMatchObject({ code: 0 });
  rig.controller.kill("SIGCONT");
});

it("switches what answers while one HAT of the rig does not, and nothing is cut for that", {
  timeout: 120_000,
}, async () => {
  const rig = await Rig.start({ zeros: 5 });
  await rig.mining();
  const env = {
    ZERORIG_BOARD: `virtual:${rig.paths.hatSocket}`,
    ZERORIG_CONTROL_SOCKET: rig.paths.controlSocket,
  };
  const hatctl = (...words: string[]) => run(HATCTL, words, env);
  // As if it were unplugged: nobody drives its lines, and whatever it is asked, the bus reads 0xff.
  const bus = rig.hat.bus();
  for (const register of [3, 1, 2]) await bus.writeByte(0x21, register, 0xff);
  await until("the controller sees it", async () =>
    /p5 cannot be read/.test((await rig.status()).board_error ?? ""),
  );

  const status = await hatctl("status");
  expect(status.code).toBe(7);
  expect(status.stderr).toContain("drives this board");
  expect(status.stderr).toContain("p5 cannot be read: the chip at 0x21");
  expect(await hatctl("off", "p1")).toMatchObject({ code: 0 });
  expect(await hatctl("on", "p1")).toMatchObject({ code: 0 });
  expect(await rig.edges()).toMatchObject([
    { cuts: 1, starts: 2 },
    ...Array.from({ length: 3 }, () => ({ cuts: 0, starts: 1 })),
    // The Zero that lost its power with its HAT.
    { cuts: 1, starts: 1 },
  ]);
});
