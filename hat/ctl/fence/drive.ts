// Brings lines on or off, and proves it: the order, the wait, and looking until the board shows it or the time is over.

import type { BoardReading, SlotReading } from "../../board.ts";
import type { SlotId } from "../../slots.ts";
import { describeError } from "../exit.ts";
import { unreadError } from "../unread.ts";
import type { Log } from "./log.ts";
import type { Outlets } from "./outlets.ts";
import type { Settings } from "./settings.ts";

export interface Bench {
  readonly outlets: Outlets;
  readonly settings: Settings;
  readonly log: Log;
  /** One line of the answer, on stdout. */
  readonly print: (line: string) => void;
  readonly sleep: (ms: number) => Promise<unknown>;
  readonly nowMs: () => number;
}

export interface Driven {
  /** All slots were so before anything was ordered. */
  readonly already: boolean;
  /** Slots that are not as wanted, or cannot be proved to be: each with why. */
  readonly failures: ReadonlyMap<SlotId, string>;
}

/** Between two power-ons: a Zero that starts draws most. */
const STAGGER_MS = 2000;

/** What a slot's line and its USB port say together. */
export function stateOf({ line, usb }: SlotReading): "on" | "off" | "unsure" {
  if (line === "on") return "on";
  return usb === "present" ? "unsure" : "off";
}

/** Drives each of the slots, whatever becomes of the others, `tries` times at most. Rejects only if the board cannot be read at all. */
export async function drive(
  bench: Bench,
  slots: readonly SlotId[],
  line: "on" | "off",
  tries: number,
): Promise<Driven> {
  const first = await bench.outlets.read();
  const already = slots.every((slot) => whyNot(first, slot, line) === null);
  let failures = await driveOnce(bench, slots, line, first);
  for (let attempt = 1; attempt < tries && failures.size > 0; attempt += 1) {
    bench.log.info(`trying again to switch ${[...failures.keys()].join(", ")} ${line}`);
    failures = await driveOnce(bench, [...failures.keys()], line, first);
  }
  return { already, failures };
}

async function driveOnce(
  bench: Bench,
  slots: readonly SlotId[],
  line: "on" | "off",
  before: BoardReading,
): Promise<ReadonlyMap<SlotId, string>> {
  const { outlets, settings, sleep, nowMs, log } = bench;
  const failures = new Map<SlotId, string>();
  const due = slots.filter((slot) => whyNot(before, slot, line) !== null);
  const ordered = outlets.byController ? slots : due;
  for (const [index, slot] of ordered.entries()) {
    if (line === "on" && index > 0) await sleep(Math.max(STAGGER_MS, settings.powerWaitMs));
    log.info(`switching ${slot} ${line}`);
    try {
      await outlets.order(slot, line, nowMs() + settings.powerTimeoutMs);
    } catch (error) {
      failures.set(slot, describeError(error));
    }
  }
  if (due.length > 0) await sleep(settings.powerWaitMs);
  const open = ordered.filter((slot) => !failures.has(slot));
  for (const [slot, why] of await prove(bench, open, line)) {
    failures.set(slot, `${why}${await outlets.word(slot)}`);
  }
  return failures;
}

/** Looks until all are proved or the time is over. What is left then, each with why. */
async function prove(
  { outlets, settings, sleep, nowMs, log }: Bench,
  slots: readonly SlotId[],
  line: "on" | "off",
): Promise<ReadonlyMap<SlotId, string>> {
  let open: ReadonlyMap<SlotId, string> = new Map();
  if (slots.length === 0) return open;
  const untilMs = nowMs() + settings.powerTimeoutMs;
  for (;;) {
    open = await look(outlets, slots, line);
    if (open.size === 0) return open;
    if (nowMs() >= untilMs) break;
    for (const [slot, why] of open) log.info(`${slot}: ${why}`);
    await sleep(Math.min(settings.lookEveryMs, untilMs - nowMs()));
  }
  const waited = `Timed out waiting to power ${line.toUpperCase()} for ${settings.powerTimeoutMs / 1000} s`;
  return new Map([...open].map(([slot, why]) => [slot, `${waited}: ${why}`]));
}

async function look(
  outlets: Outlets,
  slots: readonly SlotId[],
  line: "on" | "off",
): Promise<ReadonlyMap<SlotId, string>> {
  const open = new Map<SlotId, string>();
  try {
    const reading = await outlets.read();
    for (const slot of slots) {
      const why = whyNot(reading, slot, line);
      if (why !== null) open.set(slot, why);
    }
  } catch (error) {
    for (const slot of slots) open.set(slot, describeError(error));
  }
  return open;
}

/** Why a slot does not count as on or off; null if it does. */
function whyNot(shown: BoardReading, slot: SlotId, line: "on" | "off"): string | null {
  const reading = shown.slots.find((candidate) => candidate.slot === slot);
  if (reading === undefined) {
    return unreadError(shown, slot)?.message ?? "the board does not show it";
  }
  if (reading.line !== line) return `its line reads ${reading.line}`;
  if (!reading.driven) return `its line reads ${line}, but nothing drives it`;
  if (line === "off" && reading.usb === "present") {
    return "its line reads off, but a device is still on its USB port";
  }
  return null;
}
