// `zerorig enroll`, `rotate` and `revoke`: their words and options.

import { type Command, Option } from "commander";
import { REASON_CHARS_MAX } from "../shell/control-limits.ts";
import { controlOptions } from "./control-options.ts";
import type { DiscoverOptions } from "./discover/discover-command.ts";
import type { EnrollOptions, KeyOptions } from "./keys-command.ts";
import { oneLine, oneSlot, slotNames } from "./option.ts";

export function addKeys(program: Command): void {
  controlOptions(
    program.command("enroll").description("let a Zero in: a one-time code, or a key for its image"),
  )
    .argument("<slot>", "such as p3", oneSlot)
    .option("--key-file <file>", "write a key to this new file instead of showing a code")
    .addOption(
      new Option(
        "--image <file>",
        "the same, and say how it gets into this image; the file is SLOT.key if not told",
      ),
    )
    .option("--replace", "although the slot has a key, which counts no more then", false)
    .option("--reason <text>", "why, for the log", oneLine(REASON_CHARS_MAX))
    .action(async (slot: `p${number}`, options: EnrollOptions) => {
      const { enroll } = await import("./keys-command.ts");
      await enroll(slot, options);
    });
  keyCommand(program, "rotate", "give Zeros another link key, over the link that they have", false);
  keyCommand(program, "revoke", "drop Zeros' links and refuse their keys from now on", true);
}

/** Adds discover. */
export function addDiscover(program: Command): void {
  controlOptions(
    program
      .command("discover")
      .description(
        "look for Zeros: on the gadget network, by name, on USB and at the controller's door",
      ),
  )
    .option("--subnet <cidr>", "the network to look through, /24 at most", "172.19.181.0/24")
    .addOption(
      new Option("--root <dir>", "where this machine's files begin").default("/").hideHelp(),
    )
    .action(async (options: DiscoverOptions) => {
      const { discover } = await import("./discover/discover-command.ts");
      await discover(options);
    });
}

function keyCommand(
  program: Command,
  verb: "rotate" | "revoke",
  does: string,
  asks: boolean,
): void {
  const command = controlOptions(program.command(verb).description(does))
    .argument("<slots...>", "p1 p3, p1-p3, or all")
    .option("--reason <text>", "why, for the log", oneLine(REASON_CHARS_MAX));
  if (asks) command.option("-y, --yes", "do not ask; only a person at a terminal is asked", false);
  command.action(async (words: string[], options: KeyOptions) => {
    const { changeKeys } = await import("./keys-command.ts");
    await changeKeys(verb, slotNames(words), options);
  });
}
