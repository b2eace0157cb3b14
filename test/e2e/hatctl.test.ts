// hatctl beside a running controller: it asks the controller, and the shapes that it expects are those that are spoken.

import { expect, it } from "vitest";
import {
  CONTROL_SOCKET_ENV,
  DEFAULT_CONTROL_SOCKET,
  findController,
} from "../../hat/ctl/controller-client.ts";
import { switchByController } from "../../hat/ctl/controller-switch.ts";
import { run, ZERORIG } from "./programs.ts";
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
