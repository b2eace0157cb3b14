// A Zero let in by a code, given another key over its link, and turned away: against real processes, without a restart of the controller.

import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { KeysStatus } from "../../controller/agents/keys-status.ts";
import { ask } from "../../controller/cli/control-client.ts";
import { type Ended, run, until, ZERO_AGENT, ZERORIG } from "./programs.ts";
import { Rig, tempDir } from "./rig.ts";

/** A rig whose controller knows the key of p1 alone. */
async function rigOfOne(): Promise<Rig> {
  const dir = join(tempDir(), "keys");
  mkdirSync(dir);
  return await Rig.start({
    zeros: 2,
    edit: (toml) => {
      const known = /keys_dir = "(.*)"/.exec(toml)?.[1] ?? "";
      copyFileSync(join(known, "p1.key"), join(dir, "p1.key"));
      return toml.replace(known, dir);
    },
  });
}

function cli(rig: Rig, ...args: readonly string[]): Promise<Ended> {
  return run(ZERORIG, [...args, "--socket", rig.paths.controlSocket]);
}

function keysOf(rig: Rig): Promise<KeysStatus> {
  return ask(rig.paths.controlSocket, { verb: "keys" }, 10_000).then(({ keys }) => keys);
}

/** As typed on a Zero: with its settings and its root. */
function onZero(rig: Rig, slot: string, ...args: readonly string[]): Promise<Ended> {
  const toml = readFileSync(rig.paths.controllerToml, "utf8");
  const port = /\[link\][^[]*?port = (\d+)/.exec(toml)?.[1];
  return run(ZERO_AGENT, [...args, "--config", rig.paths.agentToml.replace("{slot}", slot)], {
    ZERO_AGENT_CONTROLLER: `ws://127.0.0.1:${port}/link`,
    ZERO_AGENT_SYSROOT: join(rig.paths.zerosDir, slot),
  });
}

it("a Zero is enrolled by a code, gets another key, and is revoked", {
  timeout: 240_000,
}, async () => {
  const rig = await rigOfOne();
  const refused = await until("p2 is turned away", async () => {
    const keys = await keysOf(rig);
    return keys.refused.find(({ slot }) => slot === "p2");
  });
  expect(refused.peer).toMatch(/^127\./);
  expect((await keysOf(rig)).slots.map(({ enrolled }) => enrolled)).toEqual([true, false]);
  const looked = await cli(
    rig,
    "discover",
    "--subnet",
    "127.0.0.1/32",
    "--root",
    tempDir(),
    "--json",
  );
  expect(JSON.parse(looked.stdout).found).toMatchObject([
    { slot: "p1", enrolled: true },
    { slot: "p2", enrolled: false, linked: false, next: "zerorig enroll p2" },
  ]);
  // Meanwhile nobody takes it for dead.
  await rig.ask({ verb: "maintenance", slots: ["p2"], reason: "not enrolled", forMs: null });

  const made = await cli(rig, "enroll", "p2", "--reason", "new card");
  expect(made.code).toBe(0);
  const code = made.stdout.trim();
  expect(code).toMatch(/^p2(?:-[0-9A-HJKMNP-TV-Z]{4}){3}$/);
  const guess = await onZero(rig, "p2", "enroll", "p2-0000-0000-0000");
  expect([guess.code, guess.stderr]).toEqual([
    4,
    "zero-agent: the controller refused: the code is wrong, used up or out of time\n",
  ]);
  const stranger = await onZero(rig, "p1", "enroll", code);
  expect([stranger.code, stranger.stderr]).toEqual([
    2,
    expect.stringContaining("the code is for p2"),
  ]);
  const typed = await onZero(rig, "p2", "enroll", ...code.toLowerCase().split("-"));
  expect([typed.code, typed.stderr]).toEqual([0, expect.stringContaining("enrolled as p2")]);
  expect((await onZero(rig, "p2", "enroll", code)).code).toBe(4);
  await rig.ask({ verb: "uncordon", slots: ["p2"], reason: "" });
  await until("p2 is Ready", async () => (await rig.slot("p2")).state === "Ready");
  const again = await cli(rig, "enroll", "p2");
  expect([again.code, again.stderr]).toEqual([6, expect.stringContaining("p2 is enrolled")]);

  // Another key over the link; it holds over the agent's next start, and the old one opens nothing.
  await until("p1 is Ready", async () => (await rig.slot("p1")).state === "Ready");
  const rotated = await cli(rig, "rotate", "p1", "--json");
  expect([rotated.code, rotated.stderr]).toEqual([0, ""]);
  expect(JSON.parse(rotated.stdout).slots).toMatchObject([{ slot: "p1", rotating: false }]);
  await rig.hat.fault({ slot: "p1", kind: "crash" });
  await until(
    "p1 is linked anew",
    () => rig.events().filter(({ ev, slot }) => ev === "link.up" && slot === "p1").length > 1,
  );
  const old = await run(ZERO_AGENT, ["--config", rig.paths.agentToml.replace("{slot}", "p1")], {
    ZERO_AGENT_CONTROLLER: `ws://127.0.0.1:${/\[link\][^[]*?port = (\d+)/.exec(readFileSync(rig.paths.controllerToml, "utf8"))?.[1]}/link`,
    ZERO_AGENT_SYSROOT: tempDir(),
  });
  expect([old.code, old.stderr]).toEqual([4, expect.stringContaining("refused the key")]);

  const before = await rig.edges();
  const revoked = await cli(rig, "revoke", "p2", "--yes", "--reason", "lost card");
  expect(revoked.code).toBe(0);
  await until("p2 is turned away again", async () =>
    (await keysOf(rig)).refused.some(({ slot }) => slot === "p2"),
  );
  const gone = await rig.slot("p2");
  expect(gone.hold).toMatchObject({ kind: "maintenance", reason: "link key revoked: lost card" });
  expect(await rig.edges()).toEqual(before);
  // Enrolled anew, it is let go of.
  const fresh = (await cli(rig, "enroll", "p2")).stdout.trim();
  expect((await onZero(rig, "p2", "enroll", fresh)).code).toBe(0);
  await until("p2 is back", async () => (await rig.slot("p2")).hold === null);

  const audited = rig.query<{ ev: string }>("SELECT ev FROM events WHERE ev LIKE 'key.%'");
  expect(new Set(audited.map(({ ev }) => ev))).toEqual(
    new Set(["key.code-made", "key.enrolled", "key.rotating", "key.rotated", "key.revoked"]),
  );
  // No key and no code is in the log.
  const secret = code.slice(3).replaceAll("-", "");
  expect(rig.controller.out().replaceAll("-", "")).not.toContain(secret);
});
