// `zerorig reload`: the controller reads its configuration anew, and says what it took over.

import type { ReloadReport } from "../shell/reload.ts";
import { ask } from "./control-client.ts";
import type { ControlOptions } from "./slot-commands.ts";

/** Asks, and prints what was applied and what waits for a restart. Throws a CliError where the file is wrong. */
export async function reload({ socket, timeout, json }: ControlOptions): Promise<void> {
  const { reload } = await ask(socket, { verb: "reload" }, timeout);
  process.stdout.write(json ? `${JSON.stringify(reload)}\n` : reloadText(reload));
}

function reloadText({ file, applied, needs_restart: waiting }: ReloadReport): string {
  if (applied.length + waiting.length === 0) return `${file}: nothing has changed\n`;
  const lines = [
    ...applied.map((key) => `  ${key}: applied`),
    ...waiting.map((key) => `  ${key}: needs a restart of the controller`),
  ];
  return `${[file, ...lines].join("\n")}\n`;
}
