// The program openssl, where it is installed: SHA-1 of messages as long as ours, in a loop of C.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Contestant } from "./contestant.ts";

const run = promisify(execFile);
/** 40 bytes of prefix and 7 digits. */
const MESSAGE_BYTES = 47;

/** Hashes per second of CPU time: without -elapsed, openssl counts that. */
async function sample(): Promise<number> {
  const args = ["speed", "-mr", "-seconds", "1", "-bytes", `${MESSAGE_BYTES}`, "-evp", "sha1"];
  const { stdout } = await run("openssl", args);
  // +F:22:sha1:123456789.00 has bytes per second.
  const rate = /^\+F:\d+:sha1:([\d.]+)/im.exec(stdout)?.[1];
  if (rate === undefined) throw new Error(`openssl speed said: ${stdout}`);
  return Number(rate) / MESSAGE_BYTES;
}

export async function opensslContestants(): Promise<Contestant[]> {
  try {
    await run("openssl", ["version"]);
  } catch {
    return [];
  }
  return [{ key: "openssl", label: "openssl speed, one thread", sample }];
}
