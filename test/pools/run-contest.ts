// Runs a contestant of the benches in a process of its own.

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Contest, Outcome } from "./contestant.ts";

/** Runs one in a process of its own, this program's TypeScript loader included. */
export function runContest(contest: Contest): Promise<Outcome> {
  const child = fork(fileURLToPath(new URL("./contestant.ts", import.meta.url)));
  child.send(contest);
  return new Promise((resolve, reject) => {
    child.once("message", (outcome) => resolve(outcome as Outcome));
    child.once("exit", (code) => reject(new Error(`a contestant ended with code ${code}`)));
  });
}
