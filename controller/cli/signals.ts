// Waits for the person to say stop.

import { closeSync, constants, openSync } from "node:fs";
import { EXIT } from "./exit-codes.ts";

export interface StopSignal {
  /** Resolves at the first SIGINT, SIGTERM or SIGHUP. A second one ends the process at once. */
  readonly stopped: Promise<"SIGINT" | "SIGTERM" | "SIGHUP">;
  /** Gives the signals back. */
  release(): void;
}

/**
 * Listens for the signals that ask a program to stop. With `onHangUp` a SIGHUP is one of them only where our terminal is gone; where it is
 * still there, or never was, somebody sent it by hand and `onHangUp` is called.
 */
export function onStopSignal(onHangUp: (() => void) | null = null): StopSignal {
  const hadTerminal = onHangUp !== null && hasTerminal();
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  let resolve: (name: (typeof names)[number]) => void = () => {};
  const stopped = new Promise<(typeof names)[number]>((fulfil) => {
    resolve = fulfil;
  });
  let asked = false;
  const listen = (name: NodeJS.Signals) => {
    if (name === "SIGHUP" && onHangUp !== null && hadTerminal === hasTerminal()) {
      onHangUp();
      return;
    }
    if (asked) process.exit(EXIT.interrupted);
    asked = true;
    resolve(name as (typeof names)[number]);
  };
  for (const name of names) process.on(name, listen);
  return {
    stopped,
    release: () => {
      for (const name of names) process.off(name, listen);
    },
  };
}

/** Whether the process has a controlling terminal: it is taken away when the terminal closes. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", constants.O_RDWR | constants.O_NOCTTY));
    return true;
  } catch {
    return false;
  }
}
