// `zerorig completion bash|zsh|fish`: prints the script that the shell takes.

import type { Command } from "commander";
import { bashScript } from "./bash.ts";
import { fishScript } from "./fish.ts";
import { placesOf } from "./places.ts";
import type { Shell } from "./shells.ts";
import { zshScript } from "./zsh.ts";

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/** `slots` is how many slot names are offered. */
function completionScript(program: Command, shell: Shell, slots: number): string {
  return SCRIPTS[shell](program.name(), placesOf(program, slots));
}

export function printCompletion(program: Command, shell: Shell, slots: number): void {
  process.stdout.write(completionScript(program, shell, slots));
}
