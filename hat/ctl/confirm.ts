// What costs something and was not agreed to: a question on a terminal, a refusal anywhere else.

import { createInterface } from "node:readline/promises";
import { RefusedError } from "./exit.ts";
import type { Output } from "./output.ts";

/** Resolves when the person agrees, or has with --yes. Rejects with a RefusedError that says what it would cost. */
export async function confirm(cost: string, isAgreed: boolean, out: Output): Promise<void> {
  if (isAgreed) {
    out.say(cost);
    return;
  }
  if (out.json || !process.stdin.isTTY || !process.stderr.isTTY) {
    throw new RefusedError(`${cost}; if that is what you want, add --yes`);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${cost}. Go on? [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new RefusedError("nothing was done");
  } finally {
    terminal.close();
  }
}
