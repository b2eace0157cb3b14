// fence_clusterhat beside a running controller: it switches through it, proves by the board itself, and never by another's.

import { expect, it } from "vitest";
import { VirtualHatClient } from "../../hat/virtual/client.ts";
import { type Ended, FENCE_CLUSTERHAT, HATCTL, run, start, until } from "./programs.ts";
import { Rig, tempDir } from "./rig.ts";

/** As medik8s runs it. */
function fence(rig: Rig, action: string, plug: string, ...more: string[]): Promise<Ended> {
  return run(FENCE_CLUSTERHAT, [
    `--action=${action}`,
    `--plug=${plug}`,
    `--board=virtual:${rig.paths.hatSocket}`,
    `--controller=${rig.paths.controlSocket}`,
    ...more,
  ]);
}

it("fences through the controller that holds the board", { timeout: 120_000 }, async () => {
  const rig = await Rig.start({ zeros: 2 });
  await rig.mining();

  const off = await fence(rig, "off", "p2", "-v");
  expect(off).toMatchObject({ code: 0, stdout: "Success: Powered OFF\n" });
  expect(off.stderr).toContain(`switching through the controller at ${rig.paths.controlSocket}`);
  expect((await rig.hat.truth())[1]).toMatchObject({ powered: false, usb: false, cuts: 1 });
  await until("the controller has it off", async () => (await rig.slot("p2")).state === "Off");
  expect(await rig.slot("p2")).toMatchObject({ wanted: "off", hold: null });
  const asked = "SELECT why FROM events WHERE ev = 'operator.off' AND slot = 'p2'";
  expect(rig.query(asked)).toEqual([{ why: "fence_clusterhat" }]);

  expect(await fence(rig, "off", "p2")).toMatchObject({
    code: 0,
    stdout: "Success: Already OFF\n",
    stderr: "",
  });
  expect(await fence(rig, "status", "p2")).toMatchObject({ code: 2, stdout: "Status: OFF\n" });
  expect(await fence(rig, "on", "p2")).toMatchObject({ code: 0, stdout: "Success: Powered ON\n" });
  expect(await fence(rig, "reboot", "p1")).toMatchObject({
    code: 0,
    stdout: "Success: Rebooted\n",
    stderr: "",
  });
  await rig.mining();
  expect(await rig.edges()).toMatchObject([
    { cuts: 1, starts: 2 },
    { cuts: 1, starts: 2 },
  ]);

  // A Zero whose line is stuck: the controller tries, and nothing is taken for off that is on.
  await rig.hat.fault({ kind: "stuck-on", slot: "p2" });
  const stuck = await fence(rig, "off", "p2", "--power-timeout=3");
  expect(stuck).toMatchObject({ code: 1, stdout: "" });
  expect(stuck.stderr).toMatch(/Failed: p2: Timed out .* its line reads on; the controller shows/);

  // One that does not answer still holds the board.
  rig.controller.kill("SIGSTOP");
  const silent = await fence(rig, "off", "p1", "--power-timeout=1", "--shell-timeout=0.5");
  expect(silent).toMatchObject({ code: 1, stdout: "" });
  expect(
    silent.stderr.match(/WARNING: the controller at .* did not answer in 500 ms\n/g),
  ).toHaveLength(1);
  expect(silent.stderr).toContain(`ERROR: Failed: p1: the board is held by process`);
  rig.controller.kill("SIGCONT");
  await rig.answers();

  // When it is gone, the board is free.
  await rig.kill();
  expect(await fence(rig, "off", "p1")).toMatchObject({ code: 0, stderr: "" });
  expect((await rig.hat.truth())[0]?.powered).toBe(false);
});

it("asks no controller of another board", { timeout: 120_000 }, async () => {
  const rig = await Rig.start({ zeros: 2 });
  await rig.mining();
  const socket = `${tempDir()}/other.sock`;
  start(HATCTL, ["virtual", "--socket", socket, "--boot-ms", "20-40"]);
  const other = await until("the other board answers", () =>
    VirtualHatClient.connect(socket).catch(() => null),
  );
  for (const action of ["on", "off"]) {
    expect(await fence(rig, action, "p2", `--board=virtual:${socket}`)).toMatchObject({ code: 0 });
  }
  expect((await other.truth())[1]).toMatchObject({ starts: 1, cuts: 1 });
  expect((await rig.edges())[1]).toMatchObject({ starts: 1, cuts: 0 });
  await other.stop();
  await other.close();

  // And where its socket is not where we look, its board is refused.
  const refused = await fence(rig, "off", "p2", "--controller=/none", "--power-timeout=0.5");
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toContain(`held by process ${rig.controller.pid}`);
  expect((await rig.edges())[1]).toMatchObject({ cuts: 0 });
});
