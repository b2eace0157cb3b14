// The commands that speak with a running controller, and their options.

import { type Command, Option } from "commander";
import { REASON_CHARS_MAX, SOURCE_CHARS_MAX } from "../shell/control-limits.ts";
import { controlOptions } from "./control-options.ts";
import {
  blinkTime,
  nodeOrAuto,
  oneLine,
  slotNames,
  span,
  waitTime,
  watts,
  wattsOrNone,
} from "./option.ts";
import type { OverrideOptions } from "./rig-commands.ts";
import { addSchedule } from "./schedule-program.ts";
import type { ControlOptions, SlotOptions, SlotVerb } from "./slot-commands.ts";
import { MARKS } from "./state-word.ts";

/** A verb that names slots, and which options it has. */
interface Verb {
  readonly verb: Exclude<SlotVerb, "why">;
  readonly does: string;
  readonly reason?: "may" | "must";
  readonly hard?: true;
  readonly waits?: true;
  /** What `--for` means for it. */
  readonly for?: string;
  /** How that is read; any span if not told. */
  readonly readFor?: (text: string) => number;
}

const VERBS: readonly Verb[] = [
  { verb: "on", does: "power slots on", reason: "may", waits: true },
  {
    verb: "off",
    does: "shut slots down, then cut their power",
    reason: "may",
    hard: true,
    waits: true,
  },
  {
    verb: "cycle",
    does: "shut slots down, cut their power, and bring them back",
    reason: "may",
    hard: true,
    waits: true,
  },
  {
    verb: "cordon",
    does: "give slots no new jobs and do not fence them",
    reason: "must",
    for: "lift it after this time (default: never)",
  },
  { verb: "uncordon", does: "end a cordon, a drain or a maintenance", reason: "may" },
  {
    verb: "drain",
    does: "let slots finish their job, then cordon them",
    reason: "must",
    for: "how long the job may take (default: 5m)",
    waits: true,
  },
  {
    verb: "maintenance",
    does: "give slots no jobs, and neither fence them nor switch them on",
    reason: "must",
    for: "end it after this time (default: never)",
  },
  {
    verb: "release",
    does: "let slots out of quarantine, or look at a fault again, and forget what counted against them",
    reason: "may",
    waits: true,
  },
  {
    verb: "wake",
    does: "want slots up although they have nothing to do",
    for: "for this long (default: 10m)",
    waits: true,
  },
  {
    verb: "identify",
    does: "blink the alert LED of the slots' HATs, then leave it as it was",
    for: "for this long (default: 10s, 10m at most)",
    readFor: blinkTime,
  },
];

const MARKS_HELP = `
Marks behind a state:
${Object.entries(MARKS)
  .map(([mark, means]) => `  ${mark}  ${means}`)
  .join("\n")}
`;

/** Adds status, the verbs and the questions. */
export function addControlCommands(program: Command): void {
  controlOptions(
    program
      .command("status")
      .description("show every slot, and why it is as it is")
      .addHelpText("after", MARKS_HELP),
  ).action(async (options: ControlOptions) => {
    const { printStatus } = await import("./slot-commands.ts");
    await printStatus(options);
  });
  for (const verb of VERBS) addVerb(program, verb);
  addMiners(program);
  addReload(program);
  addSchedule(program);
  addPause(program);
  addOverride(program);
  addCeiling(program);
  addNode(program);
  addQuestions(program);
}

function addVerb(program: Command, { verb, does, reason, hard, waits, ...more }: Verb): void {
  const command = slotCommand(program, verb, does);
  if (reason !== undefined) command.addOption(reasonOption(reason === "must"));
  if (more.for !== undefined) command.option("--for <time>", more.for, more.readFor ?? span);
  if (hard) {
    command
      .option("--hard", "cut without asking the Zero first")
      .option("-y, --yes", "do not ask; only a person at a terminal is asked");
  }
  if (waits) {
    command.option(
      "--wait [time]",
      "wait until it is done, for 5m if not told; exit code 5 after that",
      waitTime,
    );
  }
  command.action(async (words: string[], options: SlotOptions) => {
    const { act } = await import("./slot-commands.ts");
    if (reason === "must") await checkReason(verb, options.reason);
    await act(verb, slotNames(words), options);
  });
}

function addMiners(program: Command): void {
  controlOptions(
    program.command("miners").description("show the ordinary miners beside the Zeros"),
  ).action(async (options: ControlOptions) => {
    const { printMiners } = await import("./miners-command.ts");
    await printMiners(options);
  });
}

function addReload(program: Command): void {
  controlOptions(
    program
      .command("reload")
      .description("have the controller read its configuration anew; switches nothing"),
  ).action(async (options: ControlOptions) => {
    const { reload } = await import("./reload-command.ts");
    await reload(options);
  });
}

function addPause(program: Command): void {
  controlOptions(
    program.command("pause").description("stop automation from switching power; mining goes on"),
  )
    .addOption(reasonOption(true))
    .option("--for <time>", "end it after this time (default: never)", span)
    .action(async (options: ControlOptions & { reason?: string; for?: number }) => {
      const { actOnRig, dueReason } = await import("./rig-commands.ts");
      const reason = dueReason("pause", options.reason);
      await actOnRig({ verb: "pause", reason, forMs: options.for ?? null }, options);
    });
  controlOptions(
    program
      .command("resume")
      .description("end a pause, and automation's own stop after a broken invariant"),
  )
    .addOption(reasonOption(false))
    .action(async (options: ControlOptions & { reason?: string }) => {
      const { actOnRig } = await import("./rig-commands.ts");
      await actOnRig({ verb: "resume", reason: options.reason ?? "" }, options);
    });
}

function addOverride(program: Command): void {
  controlOptions(
    program
      .command("override")
      .description("set the ceiling by hand, in place of the schedules and the outside number"),
  )
    .argument(
      "[watts]",
      "such as 2.5; 0 switches all off; none lifts the other ceilings",
      wattsOrNone,
    )
    .option("--for <time>", "how long it holds (required)", span)
    .addOption(reasonOption(true))
    .option("--end", "end the override that holds", false)
    .action(async (given: number | null | undefined, options: OverrideOptions) => {
      const { actOnRig, overrideRequest } = await import("./rig-commands.ts");
      await actOnRig(overrideRequest(given, options), options);
    });
}

function addCeiling(program: Command): void {
  controlOptions(
    program
      .command("ceiling")
      .description(
        "tell a ceiling from outside, such as solar surplus; it lapses unless told again",
      ),
  )
    .argument("<watts>", "such as 2.5", watts)
    .requiredOption("--for <time>", "how long it counts (required)", span)
    .requiredOption("--source <name>", "who says so (required)", oneLine(SOURCE_CHARS_MAX))
    .action(async (given: number, options: ControlOptions & { source: string; for: number }) => {
      const { actOnRig } = await import("./rig-commands.ts");
      const { source, for: forMs } = options;
      await actOnRig({ verb: "ceiling", watts: given, source, forMs }, options);
    });
}

function addNode(program: Command): void {
  controlOptions(
    program.command("node").description("choose the pool node by hand; it outlives a restart"),
  )
    .argument(
      "<node>",
      "such as 192.0.2.1:2811; auto gives it back to the list or the picker",
      nodeOrAuto,
    )
    .addOption(reasonOption(false))
    .action(async (node: string | null, options: ControlOptions & { reason?: string }) => {
      const { actOnRig } = await import("./rig-commands.ts");
      await actOnRig({ verb: "pool-node", node, reason: options.reason ?? "" }, options);
    });
}

function addQuestions(program: Command): void {
  slotCommand(program, "why", "tell the last decision, its evidence, and what runs").action(
    async (words: string[], options: ControlOptions) => {
      const { printWhy } = await import("./rig-commands.ts");
      await printWhy(slotNames(words), options);
    },
  );
  controlOptions(program.command("plan").description("show what automation would do now")).action(
    async (options: ControlOptions) => {
      const { printPlan } = await import("./rig-commands.ts");
      await printPlan(options);
    },
  );
}

async function checkReason(verb: string, reason: string | undefined): Promise<void> {
  const { dueReason } = await import("./rig-commands.ts");
  dueReason(verb, reason);
}

function slotCommand(program: Command, verb: string, does: string): Command {
  const command = controlOptions(program.command(verb).description(does));
  return command.argument("<slots...>", "p1 p3, p1-p3, or all");
}

function reasonOption(isDue: boolean): Option {
  const text = isDue ? "why, for whoever finds it so (required)" : "why, for the log";
  return new Option("--reason <text>", text).argParser(oneLine(REASON_CHARS_MAX));
}
