// The configuration read anew while a rig of real processes mines: nothing is switched, and a bad file changes nothing.

import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { run, until, ZERORIG } from "./programs.ts";
import { Rig, tempDir } from "./rig.ts";

function events(rig: Rig, name: string): Record<string, string>[] {
  return rig
    .query<{ detail: string }>(`SELECT detail FROM events WHERE ev = '${name}' ORDER BY id`)
    .map(({ detail }) => JSON.parse(detail));
}

const ALWAYS = `[schedule.always]
from = "1 0 * * *"
to = "0 0 1 1 *"
zone = "UTC"
watts = 90
`;

it("takes over what may change, says what needs a restart, and switches no line", {
  timeout: 120_000,
}, async () => {
  const rig = await Rig.start({ zeros: 2 });
  await rig.mining();
  const file = rig.paths.controllerToml;
  const first = readFileSync(file, "utf8");
  const before = { edges: await rig.edges(), boots: await rig.bootIds() };
  const cli = (...args: string[]) => run(ZERORIG, [...args, "--socket", rig.paths.controlSocket]);

  const changed = `${first.replace(/^rig = .*$/m, "")}
[energy]
tariff_per_kwh = 0.5
${ALWAYS}`.replace("[pool]\n", '[pool]\nrig = "renamed"\n');
  writeFileSync(file, changed);
  rig.controller.kill("SIGHUP");
  const [told] = await until("it was read anew", () => {
    const found = [...events(rig, "config.reloaded"), ...events(rig, "config.reload-failed")];
    return found.length > 0 && found;
  });
  expect(told).toMatchObject({
    applied: "energy.tariff_per_kwh, schedule.always",
    needs_restart: "pool.rig",
  });
  const { power, totals } = await rig.status();
  // Before there were no windows; whether this machine's clock is believed is not our matter here.
  expect(power.schedule).not.toBeNull();
  expect(totals.energy.cost).not.toBeNull();

  writeFileSync(file, changed.replace("tariff_per_kwh", "tarif_per_kwh"));
  const bad = await cli("reload");
  expect(bad.code).toBe(2);
  expect(bad.stderr).toMatch(/controller\.toml:\d+:1: unknown key `tarif_per_kwh`.*did you mean/);
  expect(events(rig, "config.reload-failed")).toHaveLength(1);

  await rig.minesOn();
  expect({ edges: await rig.edges(), boots: await rig.bootIds() }).toEqual(before);

  // Above what they draw: below it, the rules would soon switch one off, and say so.
  writeFileSync(file, `${changed.replace("[power]\n", "[power]\nceiling_watts = 20\n")}`);
  const good = await cli("reload", "--json");
  expect(JSON.parse(good.stdout)).toEqual({
    file,
    applied: ["power.ceiling_watts"],
    needs_restart: ["pool.rig"],
  });
  expect((await rig.status()).power.watts).toBe(20);
  expect(await rig.edges()).toEqual(before.edges);
});

it("goes on when a SIGHUP was sent by hand, and stops in order when its terminal closes", {
  timeout: 120_000,
}, async () => {
  const rig = await Rig.start({ zeros: 1 });
  await rig.mining();
  const before = await rig.edges();
  await rig.stop();
  const script = join(tempDir(), "terminal.py");
  writeFileSync(script, TERMINAL);
  const { stdout } = await promisify(execFile)("python3", [
    script,
    rig.paths.controlSocket,
    process.execPath,
    ZERORIG,
    ...["run", "--config", rig.paths.controllerToml],
  ]);
  expect(stdout).toBe("lived on\nexit 0\n");
  expect(events(rig, "config.reloaded")).toHaveLength(1);
  // That of the stop before, and this one.
  expect(events(rig, "controller.stopping")).toHaveLength(2);
  expect(await rig.edges()).toEqual(before);
});

/** Runs the controller on a terminal of its own, sends it a SIGHUP, and closes the terminal. */
const TERMINAL = `
import os, pty, signal, sys
socket, *command = sys.argv[1:]
pid, tty = pty.fork()
if pid == 0:
    os.execv(command[0], command)
seen = b""
def until(text):
    global seen
    while text not in seen:
        seen += os.read(tty, 65536)
until(b"controller.started")
os.kill(pid, signal.SIGHUP)
until(b"config.reloaded")
print("lived on" if os.path.exists(socket) else "did not", flush=True)
os.close(tty)
_, status = os.waitpid(pid, 0)
print(f"exit {os.WEXITSTATUS(status)}" if os.WIFEXITED(status) else f"signal {os.WTERMSIG(status)}")
`;
