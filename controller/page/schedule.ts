// The schedule of the power limit: the coming week as the controller works it out, and the windows that make it.

import { effect, signal } from "@preact/signals";
import type { ListedWindow } from "../config/window-list.ts";
import type { Interval } from "../shell/coming-week.ts";
import type { ScheduleReport } from "../shell/schedules.ts";
import { needToken } from "./access.ts";
import { type Answer, change, read } from "./api.ts";
import { offers } from "./offers.ts";
import { connection, onRigEvent } from "./stream.ts";

export interface Windows {
  readonly source: "file" | "stored";
  readonly windows: readonly ListedWindow[];
}

const WEEK = "/api/v1/schedule";
const WINDOWS = "/api/v1/schedule/windows";
const AGAIN_MS = 15 * 60_000;

/** Null where the controller cannot tell, for its clock is not set. */
export const week = signal<readonly Interval[] | null>([]);
export const windows = signal<Windows | null>(null);

async function load(): Promise<void> {
  const [coming, listed] = await Promise.all([
    read<Pick<ScheduleReport, "clock_set" | "intervals">>(WEEK),
    read<Windows>(WINDOWS),
  ]);
  if (coming.ok) week.value = coming.value.clock_set ? coming.value.intervals : null;
  if (listed.ok) windows.value = listed.value;
}

/** Null goes back to those of the file. Resolves with null where nobody gave a token. */
export async function setWindows(
  list: readonly ListedWindow[] | null,
): Promise<Answer<Windows> | null> {
  if (!(await needToken())) return null;
  const answer = await change<Windows>("PUT", WINDOWS, { windows: list });
  if (answer.ok) await load();
  return answer;
}

export function keepSchedule(): void {
  effect(() => {
    if (connection.value > 0 && offers(WINDOWS)) void load();
  });
  onRigEvent(({ ev }) => {
    if (ev === "schedule.windows-set") void load();
  });
  setInterval(() => {
    if (windows.value !== null && !document.hidden) void load();
  }, AGAIN_MS);
}
