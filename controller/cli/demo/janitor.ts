// Removes the demo's directory when this process is killed so hard that it cannot do so itself.

import { spawn } from "node:child_process";

/** By then what else was tied to our life has stopped and writes no more. */
const WAIT_SECONDS = 5;

export interface Janitor {
  /** The directory has been seen to. */
  dismiss(): void;
}

/** Starts a shell that does nothing until the pipe from us closes. */
export function startJanitor(dir: string): Janitor {
  const script = `cat >/dev/null; sleep ${WAIT_SECONDS}; rm -rf -- "$1"`;
  const shell = spawn("/bin/sh", ["-c", script, "sh", dir], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  shell.on("error", () => {}); // No shell, no janitor: a later demo clears up.
  shell.unref();
  return {
    dismiss: () => {
      if (shell.pid === undefined || shell.exitCode !== null) return;
      try {
        process.kill(-shell.pid, "SIGKILL");
      } catch {
        // It is gone already.
      }
    },
  };
}
