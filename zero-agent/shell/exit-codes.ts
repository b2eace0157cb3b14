// The agent's exit codes, as documented in `zero-agent --help`.

import type { ExitReason } from "../core/effect.ts";

export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  keyRefused: 4,
  /** Only where the agent may not do it (it is not root) or not for this machine (`sysroot` is not "/"): its supervisor does. */
  poweroff: 64,
  reboot: 65,
} as const;

export const EXIT_CODES = {
  stopped: EXIT.done,
  failed: EXIT.failed,
  // Any other code would do: a supervisor that restarts on failure must see one.
  restart: EXIT.failed,
  "key-refused": EXIT.keyRefused,
  poweroff: EXIT.poweroff,
  reboot: EXIT.reboot,
} as const satisfies Record<ExitReason, number>;
