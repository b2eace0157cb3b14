// The words and options of `zerorig setup`.

import { type Command, InvalidArgumentError, Option } from "commander";
import { LINK_PORT } from "../../../zero-agent/protocol/link-address.ts";
import { parseNode } from "../../pools/node.ts";
import { wholeNumber } from "../option.ts";
import type { SetupFlags } from "./setup-flags.ts";
import { SYSTEM_DIR } from "./system-dir.ts";

function collectNode(text: string, before: readonly string[]): readonly string[] {
  if (parseNode(text) !== null) return [...before, text];
  throw new InvalidArgumentError("Expected a node such as 192.0.2.1:2811.");
}

export function addSetup(program: Command): void {
  program
    .command("setup")
    .description(
      "set a rig up: asks, then writes its configuration, keys and unit; --no-input for scripts",
    )
    .option("--no-input", "ask nothing: flags and defaults say it all; needs --user")
    .option("--dir <dir>", "where everything goes", SYSTEM_DIR)
    .option(
      "--for-cards",
      "write below --dir what `npm run images -- rig` puts onto cards; needs no board here",
      false,
    )
    .option(
      "--board <board>",
      "as [hat] board; virtual:/path/of/its/socket needs no hardware (default: auto)",
    )
    .option("--slots <n>", "how many slots (default: as found, or 4)", wholeNumber(1, 32))
    .option("--user <name>", "the Duino-Coin user")
    .addOption(
      new Option("--pool <host:port>", "a pool node, the best first; repeatable")
        .argParser(collectNode)
        .default([], "the coin's picker"),
    )
    .option("--tier <tier>", "the difficulty to ask for", "auto")
    .option("--mining-key-file <file>", "a file that holds the account's mining key; - is stdin")
    .option("--model <model>", "zero, zero-w or zero-2-w: how many watts each draws", "zero")
    .option(
      "--ceiling-watts <watts>",
      "the most that the Zeros may draw together (default: no limit)",
    )
    .option("--tariff <price>", "of a kilowatt-hour (default: cost is not counted)")
    .option(
      "--http <address>",
      "where the API and the page are served (default: 127.0.0.1; with --for-cards 0.0.0.0)",
    )
    .option("--no-http", "serve neither")
    .option("--http-port <n>", "their port", wholeNumber(1, 65_535), 8080)
    .option(
      "--link-port <n>",
      `where the agents dial in (default: ${LINK_PORT})`,
      wholeNumber(1, 65_535),
    )
    .option("--state-dir <dir>", "as [state] dir")
    .option("--control-socket <path>", "as [control] socket")
    .option("--unit <file>", "write a systemd unit there; it is not enabled by itself")
    .option("--force", "replace what is there and different; a backup of each is kept", false)
    .option("--new-keys", "make new link keys and a new token, although there are some", false)
    .option("--json", "print JSON", false)
    .action(async (flags: SetupFlags) => {
      const { setup } = await import("./setup-command.ts");
      await setup(flags);
    });
}
