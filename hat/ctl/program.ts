// The commands of hatctl and their options. Each group stands in a file of its own.

import { Command } from "commander";
import { addDetectCommand } from "./detect-command.ts";
import { addFanCommand } from "./fan-command.ts";
import { addHubCommand } from "./hub-command.ts";
import { addInitCommand } from "./init-command.ts";
import { addLookCommands } from "./look-commands.ts";
import { tellMissingArguments } from "./missing-argument.ts";
import { addPowerCommands } from "./power-commands.ts";
import { addGlobalOptions } from "./session.ts";
import { addStateCommands } from "./state-commands.ts";
import { addStatusCommand } from "./status-command.ts";
import { addSwitchCommands } from "./switch-commands.ts";
import { openUsbBoard } from "./usb-boards.ts";
import { addUsbCommands } from "./usb-commands.ts";
import { addVirtualCommand } from "./virtual.ts";
import { addWatchCommand } from "./watch-command.ts";

const HELP = `
Slots: p1 p3, p1-p3, all. Times: 500 (ms), 500ms, 2s, 1m.
While a controller drives the board, on, off and cycle go through it, and what only reads runs beside it.
Called by the name clusterctrl, \`status\` prints the vendor's lines, and \`off\` without a slot means all.
Exit codes: 0 done and verified, 1 failed, 2 usage, 3 no board or slot found, 4 permission or driver missing,
5 timeout, or nobody answered, 6 refused (held by another process, changed by one, or not agreed to), 7 partly done,
130 interrupted.`;

export interface Naming {
  /** What it was called by: hatctl, or clusterctrl. */
  readonly name: string;
  readonly complain: (text: string) => void;
}

/** The whole program. Parsing throws a CommanderError for wrong usage, and for --help and --version. */
export function buildProgram({ name, complain }: Naming): Command {
  const isVendorName = name === "clusterctrl";
  const program = new Command(isVendorName ? name : "hatctl")
    .description("Switches and shows the power lines of a ClusterHAT.")
    .version(ZERORIG_VERSION)
    .addHelpText("after", HELP)
    .exitOverride()
    .configureOutput({ outputError: (text) => complain(text.replace(/^error: /, "").trim()) });
  addGlobalOptions(program);
  addStatusCommand(program, isVendorName);
  addPowerCommands(program, isVendorName);
  addSwitchCommands(program);
  addHubCommand(program, openUsbBoard);
  addInitCommand(program);
  addLookCommands(program);
  addDetectCommand(program);
  addFanCommand(program, openUsbBoard);
  addUsbCommands(program, openUsbBoard);
  addWatchCommand(program);
  addStateCommands(program);
  addVirtualCommand(program);
  tellMissingArguments(program);
  return program;
}
