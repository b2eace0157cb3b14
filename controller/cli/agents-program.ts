// `zerorig agents`: its words and options.

import type { Command } from "commander";
import { REASON_CHARS_MAX } from "../shell/control-limits.ts";
import type { GiveOptions } from "./agents-command.ts";
import { controlOptions } from "./control-options.ts";
import { oneLine, slotNames, waitTime } from "./option.ts";
import type { Outcome } from "./outcome.ts";
import type { ControlOptions } from "./slot-commands.ts";

export function addAgents(program: Command, outcome: Outcome): void {
  const agents = program
    .command("agents")
    .description("the agents' programs on the Zeros, and bringing them up to date")
    .helpCommand(false);
  controlOptions(
    agents.command("status").description("show what each Zero runs, and how a roll-out goes"),
  ).action(async (options: ControlOptions) => {
    const { printAgents } = await import("./agents-command.ts");
    await printAgents(options);
  });
  addGive(agents, outcome, "update", "give the Zeros this controller's agent, one after the other");
  addGive(
    agents,
    outcome,
    "rollback",
    "have the Zeros go back to the agent that they ran before, one after the other",
  );
}

function addGive(
  agents: Command,
  outcome: Outcome,
  kind: "update" | "rollback",
  does: string,
): void {
  controlOptions(agents.command(kind).description(does))
    .argument("[slots...]", "p1 p3, p1-p3, or all", ["all"])
    .option("--reason <text>", "why, for the log", oneLine(REASON_CHARS_MAX))
    .option("-y, --yes", "do not ask; only a person at a terminal is asked", false)
    .option(
      "--wait [time]",
      "wait until it is over, for 1h if not told; exit code 7 where some have no part in it, 5 after that time",
      waitTime,
    )
    .action(async (words: string[], options: GiveOptions) => {
      const { giveAgents } = await import("./agents-command.ts");
      outcome.exitCode = await giveAgents(kind, slotNames(words), options);
    });
}
