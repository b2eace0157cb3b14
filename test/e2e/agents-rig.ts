// A rig whose controller offers the agent that a test puts there, and the words of `zerorig agents`.

import { copyFileSync } from "node:fs";
import { join } from "node:path";
import type { AgentsStatus } from "../../controller/agents/agents-status.ts";
import { ask } from "../../controller/cli/control-client.ts";
import { buildAgent } from "./agent-bundles.ts";
import { type Ended, run, ZERORIG } from "./programs.ts";
import { Rig, type RigOptions, tempDir } from "./rig.ts";

const WATCH_MS = 1000;

interface AgentsRig {
  readonly rig: Rig;
  readonly dir: string;
  /** The program that the controller offers: a test puts others there. */
  readonly offered: string;
}

/** All mine; 9.0.0 is offered. */
export async function agentsRig(options: RigOptions): Promise<AgentsRig> {
  const dir = tempDir();
  const offered = join(dir, "offered.cjs");
  copyFileSync(await buildAgent(dir, { version: "9.0.0" }), offered);
  const section = `\n[agents]\nprogram = ${JSON.stringify(offered)}\nwatch_ms = ${WATCH_MS}\nrestart_ms = 30000\n`;
  const edit = (toml: string) => toml.replace("[power]", "[power]\nstagger_ms = 1000") + section;
  const rig = await Rig.start({ ...options, edit });
  await rig.mining();
  return { rig, dir, offered };
}

export function agentsOf(rig: Rig): Promise<AgentsStatus> {
  return ask(rig.paths.controlSocket, { verb: "agents" }, 10_000).then(({ agents }) => agents);
}

export function agents(rig: Rig, ...args: readonly string[]): Promise<Ended> {
  return run(ZERORIG, ["agents", ...args, "--socket", rig.paths.controlSocket]);
}

export const versionsOf = ({ slots }: AgentsStatus) => slots.map(({ version }) => version);
