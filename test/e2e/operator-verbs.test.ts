// The operator's verbs, by the real CLI, on a rig of real processes: holds, a pause, an override, and the questions.

import { expect, it } from "vitest";
import type { Explanation, Intention } from "../../controller/core/explain.ts";
import { type Ended, run, until, ZERORIG } from "./programs.ts";
import { Rig } from "./rig.ts";

/** Quick to suspect, so that the tests are quick; a Zero that a ceiling switched may be switched again at once. */
const QUICK = (toml: string) =>
  toml
    .replace("[health]", "[health]\nliveness_ms = 7_000\nsuspect_dwell_ms = 500")
    .replace("[power]", "[power]\nceiling_dwell_ms = 0");

function zerorig(rig: Rig, ...args: string[]): Promise<Ended> {
  return run(ZERORIG, [...args, "--socket", rig.paths.controlSocket]);
}

/** The slots and times of these events in the audit table, oldest first. */
function audited(rig: Rig, ev: string): { readonly slot: string; readonly at: string }[] {
  return rig.query(`SELECT slot, at FROM events WHERE ev = '${ev}' ORDER BY id`);
}

async function explained(rig: Rig, slot: string): Promise<Explanation> {
  const { code, stdout } = await zerorig(rig, "why", slot, "--json");
  expect(code).toBe(0);
  return JSON.parse(stdout).explanations[0];
}

async function planned(rig: Rig, slot: string): Promise<Intention | undefined> {
  const { stdout } = await zerorig(rig, "plan", "--json");
  const { intentions } = JSON.parse(stdout) as { intentions: Intention[] };
  return intentions.find((intention) => intention.slot === slot);
}

it("holds Zeros: a drain waits for the job, a maintenance ends by itself", {
  timeout: 120_000,
}, async () => {
  const rig = await Rig.start({ zeros: 2, edit: QUICK });
  await rig.mining();

  const before = await rig.slot("p2");
  const drain = await zerorig(rig, "drain", "p2", "--reason", "new card", "--wait");
  expect(drain).toMatchObject({ code: 0, stderr: "" });
  expect(drain.stdout).toContain("cordon: new card");
  const shares = async (slot: string) => (await rig.slot(slot)).accepted;
  const more = async (slot: string, count: number) => {
    const from = await shares(slot);
    await until(`${slot} mines`, async () => (await shares(slot)) >= from + count);
  };
  // The job in hand was finished and its share counted; then no other was given out.
  await until("a last share", async () => (await shares("p2")) > before.accepted);
  await more("p1", 1);
  const last = await shares("p2");
  await more("p1", 2);
  expect(await rig.slot("p2")).toMatchObject({ state: "Cordoned", accepted: last, fences: 0 });
  expect((await explained(rig, "p2")).cut_waits_for).toBe("hold");
  expect(await zerorig(rig, "uncordon", "p1-p2")).toMatchObject({ code: 0 });
  await more("p2", 1);

  // A time-out that no job can keep; one that struck between two jobs is asked for again.
  const late = await until("a drain strikes in mid-job", async () => {
    await zerorig(rig, "uncordon", "p1");
    const ended = await zerorig(rig, "drain", "p1", "--reason", "x", "--for", "1ms", "--wait");
    return ended.code === 0 ? null : ended;
  });
  expect(late.code).toBe(5);
  expect(late.stderr).toContain("the drain of p1 ran out of time");
  expect(late.stderr).toContain("still cordoned");
  expect((await rig.slot("p1")).hold).toMatchObject({ kind: "cordon", reason: "x" });
  await zerorig(rig, "uncordon", "p1");

  const held = await zerorig(rig, "maintenance", "p1", "--reason", "new fan", "--for", "2s");
  expect(held.stdout).toContain("maintenance: new fan, 1s left");
  expect((await rig.slot("p1")).state).toBe("Maintenance");
  await until("the maintenance is over", async () => (await rig.slot("p1")).state === "Ready");
  expect(audited(rig, "hold.expired").map(({ slot }) => slot)).toEqual(["p1"]);
  await more("p1", 1);

  const stranger = await zerorig(rig, "why", "p3");
  expect(stranger).toMatchObject({ code: 3, stdout: "" });
  expect(stranger.stderr).toContain("this rig has no p3; it has p1, p2");
  expect((await rig.edges()).map(({ cuts }) => cuts)).toEqual([0, 0]);
});

it("keeps automation's hands off in a pause, and obeys an override", {
  timeout: 120_000,
}, async () => {
  const rig = await Rig.start({ zeros: 3, edit: QUICK });
  await rig.mining();

  const pause = await zerorig(rig, "pause", "--reason", "moving", "--for", "1h");
  expect(pause.stdout).toContain("paused: moving, 59m59s left");
  await rig.hat.fault({ slot: "p2", kind: "hang" });
  await until("p2 waits", async () => (await explained(rig, "p2")).cut_waits_for === "paused");
  await until("p2 is due", async () => (await rig.slot("p2")).state === "Remediating");
  const waitsSince = (await rig.slot("p2")).for_ms;
  await until("it goes on waiting", async () => {
    const { for_ms } = await rig.slot("p2");
    return for_ms > waitsSince + 3000;
  });
  expect((await rig.edges()).map(({ cuts }) => cuts)).toEqual([0, 0, 0]);
  expect((await zerorig(rig, "why", "p2")).stdout).toContain("paused: automation is paused");
  expect(await planned(rig, "p2")).toMatchObject({
    does: null,
    next: "power cycle, waits for paused",
  });
  expect((await zerorig(rig, "plan")).stdout).toMatch(/^p2 +- +power cycle, waits for paused$/m);

  expect(await zerorig(rig, "resume")).toMatchObject({ code: 0 });
  await until("p2 is fenced and back", async () => {
    const { fences, state } = await rig.slot("p2");
    return fences === 1 && state === "Ready";
  });
  expect((await rig.edges()).map(({ cuts }) => cuts)).toEqual([0, 1, 0]);

  const starts = audited(rig, "power.on").length;
  const override = await zerorig(rig, "override", "0", "--for", "10m", "--reason", "guests");
  expect(override.stdout).toContain("ceiling 0 W by override");
  await until("all are off", async () => (await rig.hat.truth()).every(({ powered }) => !powered));
  // Each was asked to shut down first.
  expect(
    audited(rig, "power.soft-off-ended")
      .map(({ slot }) => slot)
      .sort(),
  ).toEqual(["p1", "p2", "p3"]);
  await until("why says so", async () => (await explained(rig, "p1")).on_waits_for === "ceiling");
  expect((await explained(rig, "p1")).notes.join()).toContain("kept off by a standing rule");

  expect(await zerorig(rig, "override", "--end")).toMatchObject({ code: 0 });
  expect(await zerorig(rig, "on", "all", "--wait")).toMatchObject({ code: 0, stderr: "" });
  const on = audited(rig, "power.on").slice(starts);
  expect(on.map(({ slot }) => slot).sort()).toEqual(["p1", "p2", "p3"]);
  const times = on.map(({ at }) => Date.parse(at));
  for (const [index, time] of times.entries()) {
    // A write that was slow to be proved may bring its proof a little nearer to the next.
    if (index > 0) expect(time - (times[index - 1] ?? 0)).toBeGreaterThan(1500);
  }
  await rig.mining();
  expect(rig.doubleShares()).toEqual([]);
});
