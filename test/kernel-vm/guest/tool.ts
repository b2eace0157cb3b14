// Runs a tool of the system and returns what it said; throws with its complaint.

import { execFile } from "node:child_process";

function tool(program: string, ...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      reject(new Error(`${program} ${args.join(" ")}: ${stderr.trim() || error.message}`));
    });
  });
}

export const ip = (...args: string[]) => tool("ip", ...args);
export const tc = (...args: string[]) => tool("tc", ...args);
