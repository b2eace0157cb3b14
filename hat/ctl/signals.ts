// What a signal may interrupt, and what not.

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs something that must not be left half done: signals wait until it is. Then the process ends as they ask. */
export async function undisturbed<T>(act: () => Promise<T>): Promise<T> {
  let asked: NodeJS.Signals | null = null;
  const remember = (signal: NodeJS.Signals) => {
    asked = signal;
  };
  for (const signal of SIGNALS) process.on(signal, remember);
  try {
    return await act();
  } finally {
    for (const signal of SIGNALS) process.off(signal, remember);
    if (asked !== null) process.kill(process.pid, asked);
  }
}

/** A signal that aborts when the process is asked to end. */
export function endAsked(): AbortSignal {
  const controller = new AbortController();
  for (const signal of SIGNALS) process.once(signal, () => controller.abort());
  return controller.signal;
}
