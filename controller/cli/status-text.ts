// The status of the rig as text, no wider than the terminal: what it does as a whole, then two lines for each slot.

import { SPLIT_SEAT } from "../core/seat.ts";
import type {
  BalanceStatus,
  GoalStatus,
  RigStatus,
  SlotStatus,
  WorkFigures,
} from "../core/status.ts";
import { formatDuration } from "./duration.ts";
import { fitted, type Look, PLAIN } from "./look.ts";
import { paint } from "./paint.ts";
import { energyLine, leftText, powerLines } from "./power-text.ts";
import { isUnheard, STATE_TONES, stateWord } from "./state-word.ts";
import { clip } from "./terminal-text.ts";
import { columns } from "./text-table.ts";
import { boardText, CLASS_WORDS, HEAT_WORDS, POOL_WORDS, poolNoun } from "./words.ts";

/** 240000 -> "240 kH/s". */
export function formatRate(hashrateHs: number): string {
  if (hashrateHs >= 1e6) return `${(hashrateHs / 1e6).toFixed(2)} MH/s`;
  if (hashrateHs >= 1000) return `${Math.round(hashrateHs / 1000)} kH/s`;
  return `${Math.round(hashrateHs)} H/s`;
}

/** The whole status, ending in a newline. */
export function statusText(status: RigStatus, look = PLAIN): string {
  const { totals, slots } = status;
  const [heads = "", ...rows] = columns([
    ["SLOT", "STATE", "FOR", "RATE", "ACC/REJ", "TEMP", "FENCED", "WHY"],
    ...slots.map(slotCells),
  ]);
  const row = (text: string) => (look.width === null ? text : clip(text, look.width));
  const table = slots.flatMap((slot, index) => [
    painted(row(rows[index] ?? ""), slot, look),
    ...fitted(
      [...detailLines(slot), ...workLines(status.work?.[slot.slot])].map((line) => `      ${line}`),
      look,
    ),
  ]);
  const others = Object.entries(status.work ?? {}).filter(([id]) =>
    slots.every(({ slot }) => slot !== id),
  );
  const foot = [
    ...others.flatMap(([id, work]) => otherLines(id, work)),
    `accepted ${totals.accepted}, rejected ${totals.rejected}, unknown ${totals.unknown}, fenced ${totals.fences}`,
    energyLine(totals.energy),
    ...(status.balance === undefined ? [] : [balanceLine(status.balance)]),
    ...proxyLines(status),
    ...droppedLines(status),
  ];
  const [above, below] = [fitted(rigLines(status), look), fitted(foot, look)];
  return `${[...above, "", row(heads), ...table, "", ...below].join("\n")}\n`;
}

/** The row with its state in colour. */
function painted(row: string, slot: SlotStatus, { colour }: Look): string {
  const word = stateWord(slot);
  const at = row.indexOf(word);
  if (!colour || at < 0) return row;
  const end = at + word.length;
  return row.slice(0, at) + paint(word, STATE_TONES[slot.state], true) + row.slice(end);
}

/** The proxy in a line, and each route of it that no Zero serves just now. */
function proxyLines({ proxy }: RigStatus): string[] {
  if (proxy === undefined) return [];
  const { requests, routes, waiting, slots } = proxy;
  const active = slots.reduce((sum, slot) => sum + slot.active, 0);
  const refused = Object.values(requests.refused).reduce((sum, count) => sum + count, 0);
  return [
    `proxy ${proxy.url}: ${active} open, ${waiting} waiting; served ${requests.served}, refused ${refused}, failed ${requests.failed}`,
    ...routes.filter(({ serves }) => !serves).map(({ name, why }) => `  ${name}: ${why}`),
  ];
}

function droppedLines({ inbox }: RigStatus): string[] {
  if (inbox === undefined || inbox.dropped === 0) return [];
  return [
    `overloaded: ${inbox.dropped} signs of life were dropped, for they came faster than they were taken in`,
  ];
}

const PAUSED = "  automation switches nothing meanwhile, but off for heat or a failing supply";

/** What holds for the rig as a whole. */
export function rigLines(status: RigStatus): string[] {
  const { pool, pause } = status;
  return [
    `${boardText(status)}, up ${formatDuration(status.uptime_ms)}`,
    ...poolLines(pool),
    ...minerLines(status.miners),
    ...powerLines(status),
    ...(pause === null ? [] : [`paused: ${pause.reason}, ${leftText(pause.left_ms)}`, PAUSED]),
    ...(status.storm === "normal"
      ? []
      : [`${status.storm}: many Zeros were lost at once; nothing is cut now`]),
    ...(status.automation === null ? [] : [`automation stopped: ${status.automation}`]),
  ];
}

/** What the account has, and what it earns. */
function balanceLine({
  duco,
  error,
  last_hour,
  duco_per_day,
  duco_per_kwh,
}: BalanceStatus): string {
  const parts = [
    duco === null ? "not known yet" : `${duco.toFixed(4)} DUCO`,
    ...(last_hour === null ? [] : [`+${last_hour.duco.toFixed(4)} in the last hour`]),
    ...(duco_per_day === null ? [] : [`${duco_per_day.toFixed(2)} a day`]),
    ...(duco_per_kwh === null ? [] : [`${duco_per_kwh.toFixed(1)} per kWh of the Zeros`]),
    ...(error === null ? [] : [`last look failed: ${error}`]),
  ];
  return `balance: ${parts.join(", ")}`;
}

/** Which pool, since when and why, and what is wrong with it. */
function poolLines(pool: RigStatus["pool"]): string[] {
  const { address, why, detail, for_ms, connected, last_error, goals = [] } = pool;
  const trouble = last_error === null ? "" : `, last error: ${last_error}`;
  const sessions = `${connected} connected${trouble}`;
  const since = `for ${formatDuration(for_ms)}`;
  const reason = detail === null ? POOL_WORDS[why] : `${POOL_WORDS[why]} (${detail})`;
  // The best of the list is what everybody expects.
  const line = why === "first" ? [] : [`  ${since}: ${reason}`];
  const head = `${poolNoun(address)} ${address ?? "none"}: ${sessions}`;
  return [head, ...line, ...goals.map(goalLine)];
}

/** What a goal is to have and has, and where it is mined for. */
function goalLine({ name, percent, recent_percent, rests_ms, ...goal }: GoalStatus): string {
  const had = recent_percent === null ? "nothing yet" : `${recent_percent} % of late`;
  const rests = rests_ms === null ? "" : `, rests ${formatDuration(rests_ms)}: its pool failed`;
  const shares = `accepted ${goal.accepted}, rejected ${goal.rejected}`;
  return `  ${name}: ${Math.round(10 * percent) / 10} % wanted, ${had}, ${shares}, at ${goal.address ?? "no pool"}${rests}`;
}

/** The ordinary miners beside the Zeros; nothing where none are served. */
function minerLines(miners: RigStatus["miners"]): string[] {
  if (miners === undefined) return [];
  const { listen, has_work, connections, hashrate_hs, accepted, rejected } = miners;
  const shares = `accepted ${accepted}, rejected ${rejected}`;
  const work = has_work ? "" : ", no work for them";
  return [
    `miners at ${listen}: ${connections} connected, ${formatRate(hashrate_hs)}, ${shares}${work}`,
  ];
}

/** A worker that is no Zero: a thread of this machine, or the one connection of all. Nothing before its first share. */
function otherLines(id: string, work: WorkFigures): string[] {
  const { hashrate_hs, accepted, rejected } = work;
  if (accepted + rejected === 0) return [];
  const rate = hashrate_hs === null ? "" : ` ${formatRate(hashrate_hs)},`;
  const what = id === SPLIT_SEAT ? "one connection for all" : "a thread of this machine";
  const head = `${id}: ${what},${rate} accepted ${accepted}, rejected ${rejected}`;
  const lines = work.jobs === 0 ? shareLines(work) : workLines(work);
  return [head, ...lines.map((line) => `      ${line}`)];
}

/** How its work goes: nothing before its first job. */
function workLines(work: WorkFigures | undefined): string[] {
  if (work === undefined || work.jobs === 0) return [];
  const { jobs, busy, job_wait_ms, verdict_wait_ms } = work;
  const seconds = (ms: number | null) => (ms === null ? "-" : `${(ms / 1000).toFixed(2)} s`);
  const waits = `job after ${seconds(job_wait_ms)}, verdict after ${seconds(verdict_wait_ms)}`;
  return [
    `work: ${jobs} jobs, busy ${((busy ?? 0) * 100).toFixed(1)} %, ${waits}`,
    ...shareLines(work),
  ];
}

/** How its shares fare. */
function shareLines(work: WorkFigures): string[] {
  const { difficulty, ping_ms, rejected_by } = work;
  const ping = ping_ms === null ? "" : `, ping ${ping_ms} ms`;
  const reasons = Object.entries(rejected_by).map(([reason, times]) => `${times} x ${reason}`);
  return [
    `diff ${difficulty ?? "-"}${ping}, best streak ${work.best_streak}`,
    ...(reasons.length === 0 ? [] : [`rejected: ${reasons.join(", ")}`]),
  ];
}

function slotCells(slot: SlotStatus): string[] {
  return [
    slot.slot,
    stateWord(slot),
    formatDuration(slot.for_ms),
    formatRate(slot.hashrate_hs),
    `${slot.accepted}/${slot.rejected}`,
    slot.temp_c === null ? "-" : `${slot.temp_c.toFixed(0)} C`,
    String(slot.fences),
    // The hold that follows the reason code has a line of its own.
    slot.why.split(";")[0] ?? "",
  ];
}

function detailLines(slot: SlotStatus): string[] {
  const { hold, heat, next } = slot;
  return [
    slot.evidence,
    ...(!isUnheard(slot) ? [] : [`${slot.class}: ${CLASS_WORDS[slot.class]}`]),
    ...(hold === null
      ? []
      : [`${hold.kind}: ${hold.reason || "no reason given"}, ${leftText(hold.left_ms)}`]),
    ...(heat === 0 ? [] : [`heat step ${heat} of 3: ${HEAT_WORDS[heat]}`]),
    ...(next === null ? [] : [`next: ${next}`]),
  ];
}
