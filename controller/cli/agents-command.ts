// `zerorig agents status`, `update` and `rollback`: thin over the control socket.

import type { SlotId } from "../../hat/slots.ts";
import type { AgentsStatus, RolloutStatus } from "../agents/agents-status.ts";
import { agentsText, rolloutLine } from "./agents-text.ts";
import { confirm } from "./confirm.ts";
import { ask } from "./control-client.ts";
import { formatDuration } from "./duration.ts";
import { CliError } from "./error.ts";
import { EXIT } from "./exit-codes.ts";
import { startProgress } from "./progress.ts";
import { type ControlOptions, namedSlots } from "./slot-commands.ts";

export interface GiveOptions extends ControlOptions {
  readonly reason?: string;
  readonly yes: boolean;
  /** true: as long as is usual. */
  readonly wait?: number | true;
}

/** A rig of many Zeros, each watched for minutes. */
const WAIT_MS = 3_600_000;
const LOOK_EVERY_MS = 500;

export async function printAgents({ socket, json, timeout }: ControlOptions): Promise<void> {
  print((await ask(socket, { verb: "agents" }, timeout)).agents, json);
}

function print(agents: AgentsStatus, json: boolean): void {
  process.stdout.write(json ? `${JSON.stringify(agents)}\n` : agentsText(agents));
}

const DOES = {
  update: "gets this controller's agent",
  rollback: "goes back to the agent that it ran before",
} as const;

/** Begins a roll-out and prints where it stands: at its begin or, with `--wait`, at its end. The exit code. */
export async function giveAgents(
  kind: "update" | "rollback",
  wanted: readonly SlotId[] | "all",
  options: GiveOptions,
): Promise<number> {
  const { socket, json, timeout, yes, reason = "", wait } = options;
  const slots = [...(await namedSlots(options, wanted))];
  if (!yes && !json) {
    await confirm(`${slots.join(" ")}: each ${DOES[kind]}, one after the other.`);
  }
  const verb = `agents-${kind}` as const;
  const { agents } = await ask(socket, { verb, slots, reason }, timeout);
  if (wait === undefined) {
    print(agents, json);
    return EXIT.done;
  }
  const last = await follow(options, agents, wait === true ? WAIT_MS : wait);
  print(last, json);
  return exitOf(last.rollout);
}

async function follow(
  { socket, timeout }: ControlOptions,
  begun: AgentsStatus,
  limitMs: number,
): Promise<AgentsStatus> {
  const startedAt = performance.now();
  const progress = startProgress(
    () => `${formatDuration(performance.now() - startedAt)} of ${formatDuration(limitMs)}`,
    "The roll-out goes on all the same; `zerorig agents status` says how far it is.",
  );
  let agents = begun;
  try {
    while (agents.rollout?.ended === null && performance.now() - startedAt < limitMs) {
      const settled = agents.rollout.slots.filter(({ stage }) => isSettled(stage)).length;
      const of = agents.rollout.slots.length;
      progress.show({ done: settled, of, text: rolloutLine(agents.rollout) });
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      ({ agents } = await ask(socket, { verb: "agents" }, timeout));
    }
    return agents;
  } finally {
    progress.end();
  }
}

function isSettled(stage: RolloutStatus["slots"][number]["stage"]): boolean {
  return stage === "done" || stage === "skipped" || stage === "failed";
}

/** Throws a CliError where it failed, or is not over. */
function exitOf(rollout: RolloutStatus | null): number {
  switch (rollout?.ended) {
    case "done":
      return EXIT.done;
    case "partly":
      return EXIT.partial;
    case "failed":
      throw new CliError(
        "failed",
        `the roll-out stopped at ${rollout.why}`,
        "That Zero runs what it ran before, and the others were not tried. `zerorig agents status` shows all.",
      );
    default:
      throw new CliError(
        "unreachable",
        "the roll-out is not over yet",
        "It goes on; `zerorig agents status` shows how.",
      );
  }
}
