// Ends what is left of the demo when this process is killed so hard that it cannot do so itself: if the board was
// killed as well, its Zeros' programs; then the directory.

import { spawn } from "node:child_process";

/** By then what else was tied to our life has stopped and writes no more. */
const WAIT_SECONDS = 5;

export interface Janitor {
  /** The directory has been seen to. */
  dismiss(): void;
}

/** As killLeftover() of hat/virtual does it: a pid counts only together with its start time. */
const SCRIPT = `
cat >/dev/null
sleep ${WAIT_SECONDS}
for file in "$1"/zeros/*.pid; do
  pid=$(sed 's/.*"pid":\\([0-9]*\\).*/\\1/' "$file")
  born=$(sed 's/.*"startTime":"\\([0-9]*\\)".*/\\1/' "$file")
  stat=$(sed 's/.*) //' "/proc/$pid/stat" | cut -d' ' -f20)
  [ -n "$stat" ] && [ "$stat" = "$born" ] && kill -s KILL -- "-$pid"
done
rm -rf -- "$1"
`;

/** Starts a shell that does nothing until the pipe from us closes. */
export function startJanitor(dir: string): Janitor {
  const shell = spawn("/bin/sh", ["-c", SCRIPT, "sh", dir], {
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
