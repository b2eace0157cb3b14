// The status of the rig as text, no wider than a terminal: what it does as a whole, then two lines for each slot.

import type { BalanceStatus, RigStatus, SlotStatus } from "../core/status.ts";
import { formatDuration } from "./duration.ts";
import { energyLine, leftText, powerLines } from "./power-text.ts";
import { columns } from "./text-table.ts";
import { CLASS_WORDS, HEAT_WORDS, POOL_WORDS } from "./words.ts";

/** 240000 -> "240 kH/s". */
export function formatRate(hashrateHs: number): string {
  if (hashrateHs >= 1e6) return `${(hashrateHs / 1e6).toFixed(2)} MH/s`;
  if (hashrateHs >= 1000) return `${Math.round(hashrateHs / 1000)} kH/s`;
  return `${Math.round(hashrateHs)} H/s`;
}

/** The whole status, ending in a newline. */
export function statusText(status: RigStatus): string {
  const { totals, slots } = status;
  const [heads = "", ...rows] = columns([
    ["SLOT", "STATE", "FOR", "RATE", "ACC/REJ", "TEMP", "FENCED", "WHY"],
    ...slots.map(slotCells),
  ]);
  const table = slots.flatMap((slot, index) => [
    rows[index] ?? "",
    ...detailLines(slot).map((line) => `      ${line}`),
  ]);
  const foot = [
    `accepted ${totals.accepted}, rejected ${totals.rejected}, unknown ${totals.unknown}, fenced ${totals.fences}`,
    energyLine(totals.energy),
    ...(status.balance === undefined ? [] : [balanceLine(status.balance)]),
  ];
  return `${[...rigLines(status), "", heads, ...table, "", ...foot].join("\n")}\n`;
}

const PAUSED = "  automation switches nothing meanwhile, but off for heat or a failing supply";

/** What holds for the rig as a whole. */
export function rigLines(status: RigStatus): string[] {
  const { pool, pause } = status;
  return [
    `${status.board}, up ${formatDuration(status.uptime_ms)}`,
    ...poolLines(pool),
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
  const { address, why, detail, for_ms, connected, last_error } = pool;
  const trouble = last_error === null ? "" : `, last error: ${last_error}`;
  const sessions = `${connected} connected${trouble}`;
  const since = `for ${formatDuration(for_ms)}`;
  const reason = detail === null ? POOL_WORDS[why] : `${POOL_WORDS[why]} (${detail})`;
  // The best of the list is what everybody expects.
  const line = why === "first" ? [] : [`  ${since}: ${reason}`];
  return [`pool ${address ?? "none"}: ${sessions}`, ...line];
}

function slotCells(slot: SlotStatus): string[] {
  return [
    slot.slot,
    slot.state,
    formatDuration(slot.for_ms),
    formatRate(slot.hashrate_hs),
    `${slot.accepted}/${slot.rejected}`,
    slot.temp_c === null ? "-" : `${slot.temp_c.toFixed(0)} C`,
    String(slot.fences),
    // The hold that follows the reason code has a line of its own.
    slot.why.split(";")[0] ?? "",
  ];
}

/** Classes of evidence in which silence means nothing, or there is none. */
const EXPECTED: ReadonlySet<SlotStatus["class"]> = new Set(["heard", "off", "booting"] as const);

function detailLines(slot: SlotStatus): string[] {
  const { hold, heat, next } = slot;
  return [
    slot.evidence,
    ...(EXPECTED.has(slot.class) ? [] : [`${slot.class}: ${CLASS_WORDS[slot.class]}`]),
    ...(hold === null
      ? []
      : [`${hold.kind}: ${hold.reason || "no reason given"}, ${leftText(hold.left_ms)}`]),
    ...(heat === 0 ? [] : [`heat step ${heat} of 3: ${HEAT_WORDS[heat]}`]),
    ...(next === null ? [] : [`next: ${next}`]),
  ];
}
