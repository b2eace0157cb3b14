// What was asked for on this page, and whether the rig has confirmed it: asked is not done.

import { effect, signal } from "@preact/signals";
import type { SlotStatus } from "../core/status.ts";
import { needToken } from "./access.ts";
import type { Act } from "./acts.ts";
import { type Answer, change } from "./api.ts";
import { rig } from "./stream.ts";
import { now } from "./ticker.ts";

export interface Asked {
  readonly act: Act;
  /** ms since 1970. */
  readonly at: number;
  /** Boots that it had then. */
  readonly boots: number;
  /** Taken in: the controller has it; confirmed: the state is as was asked. */
  readonly progress: "sent" | "taken" | "confirmed" | "refused";
  /** When the progress was made. */
  readonly since: number;
  readonly error: string | null;
}

/** The last of each slot. */
export const asked = signal<Readonly<Record<string, Asked>>>({});

/** For how long what was confirmed or refused stays in view. */
const SHOWN_MS = 20_000;

/** Asks for it, with the token. Resolves with null when there is none. */
export async function askFor(
  act: Act,
  slots: readonly SlotStatus[],
  body: Readonly<Record<string, unknown>>,
): Promise<Answer<unknown> | null> {
  if (!(await needToken())) return null;
  const at = Date.now();
  const put = (progress: Asked["progress"], error: string | null = null) => {
    const since = Date.now();
    const entries = slots.map(({ slot, boots }): [string, Asked] => [
      slot,
      { act, at, boots, progress, since, error },
    ]);
    asked.value = { ...asked.value, ...Object.fromEntries(entries) };
  };
  put("sent");
  const names = slots.map(({ slot }) => slot).join(",");
  const answer = await change("POST", `/api/v1/slots/${names}/${act.verb}`, body);
  if (answer.ok) put("taken");
  else put("refused", answer.error);
  return answer;
}

/** What came of it in the meantime; the same object if nothing did. */
function progressed(one: Asked, slot: SlotStatus | undefined, at: number): Asked | null {
  const { progress, since, act, boots } = one;
  if (progress === "taken" && slot !== undefined && act.isDone(slot, boots)) {
    return { ...one, progress: "confirmed", since: at };
  }
  const isOver = progress === "confirmed" || progress === "refused";
  return isOver && at - since > SHOWN_MS ? null : one;
}

effect(() => {
  const at = now.value;
  const slots = rig.value?.slots ?? [];
  const before = Object.entries(asked.value);
  const after = before.flatMap(([id, one]): [string, Asked][] => {
    const next = progressed(
      one,
      slots.find(({ is }) => is.slot === id)?.is,
      Math.max(at, one.since),
    );
    return next === null ? [] : [[id, next]];
  });
  const isSame =
    after.length === before.length && after.every(([, one], index) => one === before[index]?.[1]);
  if (!isSame) asked.value = Object.fromEntries(after);
});
