// Asking a Zero over ssh to shut down.

import { spawn } from "node:child_process";
import type { SlotId } from "../slots.ts";
import { UsageError } from "./exit.ts";

const CONNECT_S = 5;
/** What ssh says when the other end went down under it: it was asked. */
const WENT_DOWN = /closed by remote host|connection (?:to \S+ )?(?:closed|reset)|broken pipe/i;
const HOST_PATTERN = /^(?!-)[\w.@:%{}-]+$/;

/** Turns `--ssh pi@{slot}.local` into the host of a slot. Throws a UsageError where it would name one host for all. */
export function hostOf(pattern: string, slot: SlotId): string {
  if (!HOST_PATTERN.test(pattern) || !pattern.includes("{slot}")) {
    throw new UsageError(
      `--ssh takes a host with {slot} for the slot's name, such as pi@{slot}.local, not "${pattern}"`,
    );
  }
  return pattern.replaceAll("{slot}", slot);
}

/** Asks; resolves with null when it was asked, or with why it could not be. Never asks for a password, never waits longer than the signal. */
export function askToShutDown(host: string, signal: AbortSignal): Promise<string | null> {
  const options = ["-n", "-o", "BatchMode=yes", "-o", `ConnectTimeout=${CONNECT_S}`];
  const command = ["sudo", "-n", "systemctl", "poweroff"];
  return new Promise((resolve) => {
    const child = spawn("ssh", [...options, "--", host, ...command], {
      stdio: ["ignore", "ignore", "pipe"],
      signal,
      killSignal: "SIGKILL",
    });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-2000);
    });
    child.on("error", (error) => resolve(`ssh ${host}: ${error.message}`));
    child.on("close", (code) => {
      if (code === 0 || WENT_DOWN.test(said)) resolve(null);
      else resolve(`ssh ${host}: ${lastLine(said) || `ended with ${code}`}`);
    });
  });
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)?.trim() ?? "";
}
