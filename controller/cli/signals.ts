// Waits for the person to say stop.

import { EXIT } from "./exit-codes.ts";

export interface StopSignal {
  /** Resolves at the first SIGINT, SIGTERM or SIGHUP. A second one ends the process at once. */
  readonly stopped: Promise<"SIGINT" | "SIGTERM" | "SIGHUP">;
  /** Gives the signals back. */
  release(): void;
}

/** Listens for the signals that ask a program to stop. */
export function onStopSignal(): StopSignal {
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  let resolve: (name: (typeof names)[number]) => void = () => {};
  const stopped = new Promise<(typeof names)[number]>((fulfil) => {
    resolve = fulfil;
  });
  let asked = false;
  const listen = (name: NodeJS.Signals) => {
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
