// Runs the programs that the machine offers, and says what they said when they fail.

import { spawn } from "node:child_process";

export interface ShellOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Where stdout goes instead of the result: a file descriptor. */
  readonly stdout?: number;
}

const TAIL_CHARS = 2000;

/** Runs a program to its end; resolves with its stdout, rejects with the end of its stderr. */
export function shell(
  program: string,
  args: readonly string[],
  options: ShellOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, LC_ALL: "C.UTF-8", ...options.env },
      stdio: ["ignore", options.stdout ?? "pipe", "pipe"],
    });
    const said: string[] = [];
    const complained: string[] = [];
    child.stdout?.setEncoding("utf8").on("data", (text: string) => said.push(text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => complained.push(text));
    child.on("error", (error) => reject(new Error(`${program}: ${error.message}`)));
    child.on("close", (code, signal) => {
      if (code === 0) return resolve(said.join(""));
      const end = `${said.join("")}${complained.join("")}`.slice(-TAIL_CHARS);
      reject(new Error(`${program} ${args.join(" ")} ended with ${code ?? signal}:\n${end}`));
    });
  });
}

/** Waits for all of them, also when one has failed, so that none is left running; rejects then with the first failure. */
export async function together(works: readonly Promise<unknown>[]): Promise<void> {
  await Promise.allSettled(works);
  await Promise.all(works);
}
