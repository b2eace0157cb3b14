// What each action does with the board.

import type { SlotId } from "../../slots.ts";
import { unreadError } from "../unread.ts";
import { type Bench, drive, stateOf } from "./drive.ts";

/** As the contract of fence agents has them. */
export const CODE = { done: 0, failed: 1, off: 2 } as const;

/** An off that was just proved lasts this long before on. */
const OFF_MIN_MS = 2000;

/** Every action that asks the board. Resolves with the exit code; what is wrong was told by then. */
export type BoardAction = "on" | "off" | "reboot" | "status" | "list" | "list-status" | "monitor";

export async function runOnBoard(bench: Bench, action: BoardAction): Promise<number> {
  switch (action) {
    case "on":
    case "off":
      return await power(bench, action);
    case "reboot":
      return await reboot(bench);
    case "status":
      return await status(bench);
    case "list":
    case "list-status":
      return await list(bench, action === "list-status");
    case "monitor":
      return await monitor(bench);
  }
}

async function power(bench: Bench, line: "on" | "off"): Promise<number> {
  const { settings, print } = bench;
  if (line === "off" && (await isRefused(bench))) return CODE.failed;
  const tries = line === "on" ? settings.onTries : 1;
  const { already, failures } = await drive(bench, settings.plugs, line, tries);
  if (failures.size > 0) return failed(bench, failures);
  const word = line.toUpperCase();
  print(already ? `Success: Already ${word}` : `Success: Powered ${word}`);
  return CODE.done;
}

/** Safe to recover as soon as off is proved: what becomes of on is told, and changes nothing. */
async function reboot(bench: Bench): Promise<number> {
  const { settings, sleep, log, print } = bench;
  if (await isRefused(bench)) return CODE.failed;
  const off = await drive(bench, settings.plugs, "off", 1);
  if (off.failures.size > 0) return failed(bench, off.failures);
  await sleep(Math.max(OFF_MIN_MS - settings.powerWaitMs, 0));
  try {
    const on = await drive(bench, settings.plugs, "on", settings.onTries);
    for (const [slot, why] of on.failures)
      log.warning(`${slot} is off and did not come on: ${why}`);
  } catch (error) {
    log.warning(`off, but not on again: ${error instanceof Error ? error.message : String(error)}`);
  }
  print("Success: Rebooted");
  return CODE.done;
}

/** Before anything is switched: whoever names a Zero by its card must not cut its neighbour. */
async function isRefused({ outlets, settings, log }: Bench): Promise<boolean> {
  if (settings.despiteMismatch) return false;
  const mismatches = await outlets.mismatches();
  const refused = settings.plugs.filter((slot) => mismatches.has(slot));
  for (const slot of refused) {
    log.error(`Failed: nothing was switched: ${mismatches.get(slot)} with despite_mismatch=1`);
  }
  return refused.length > 0;
}

/** The board answers; and whoever watches it hears early which slots it would not, or could not, cut. */
async function monitor({ outlets, settings, log }: Bench): Promise<number> {
  const { unread = [] } = await outlets.read();
  for (const { slots, message } of unread) {
    log.warning(`${slots.join(", ")} cannot be read: ${message}`);
  }
  if (!settings.despiteMismatch) {
    for (const mismatch of (await outlets.mismatches()).values()) log.warning(mismatch);
  }
  return CODE.done;
}

function failed({ log }: Bench, failures: ReadonlyMap<SlotId, string>): number {
  for (const [slot, why] of failures) {
    log.error(`Failed: ${why.startsWith(`${slot} `) ? why : `${slot}: ${why}`}`);
  }
  return CODE.failed;
}

/** Several slots are on if any is. Right after a cut the USB port takes a moment to follow, so it is looked at again. */
async function status({ outlets, settings, log, print, sleep, nowMs }: Bench): Promise<number> {
  const untilMs = nowMs() + settings.powerTimeoutMs;
  for (;;) {
    const reading = await outlets.read();
    const unread = settings.plugs.flatMap((slot) => unreadError(reading, slot) ?? []);
    if (unread.length > 0) throw unread[0];
    const readings = reading.slots.filter(({ slot }) => settings.plugs.includes(slot));
    const unsure = readings.filter((reading) => stateOf(reading) === "unsure");
    if (unsure.length === 0) {
      const isOn = readings.some((reading) => stateOf(reading) === "on");
      print(`Status: ${isOn ? "ON" : "OFF"}`);
      return isOn ? CODE.done : CODE.off;
    }
    if (nowMs() >= untilMs) {
      for (const { slot } of unsure) {
        log.error(`Failed: ${slot}: its line reads off, but a device is still on its USB port`);
      }
      return CODE.failed;
    }
    await sleep(Math.min(settings.lookEveryMs, untilMs - nowMs()));
  }
}

/** The second field is the alias that other agents give; Pacemaker takes each of its words for a node, so there is none. */
async function list({ outlets, settings, print }: Bench, withStatus: boolean): Promise<number> {
  const words: Readonly<Record<ReturnType<typeof stateOf>, string>> = {
    on: "ON",
    off: "OFF",
    unsure: "UNKNOWN",
  };
  const { slots } = await outlets.read();
  const stateAt = (slot: SlotId) => {
    const reading = slots.find((shown) => shown.slot === slot);
    return words[reading === undefined ? "unsure" : stateOf(reading)];
  };
  for (const slot of outlets.slots) {
    print([slot, "", ...(withStatus ? [stateAt(slot)] : [])].join(settings.separator));
  }
  return CODE.done;
}
