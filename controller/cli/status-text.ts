// The status of the rig as text: the same words in `zerorig status` and in the demo's table.

import type { RigStatus, SlotStatus } from "../core/status.ts";
import { formatDuration } from "./duration.ts";

/** 240000 -> "240 kH/s". */
export function formatRate(hashrateHs: number): string {
  if (hashrateHs >= 1e6) return `${(hashrateHs / 1e6).toFixed(2)} MH/s`;
  if (hashrateHs >= 1000) return `${Math.round(hashrateHs / 1000)} kH/s`;
  return `${Math.round(hashrateHs)} H/s`;
}

/** Lines of cells as columns; the last one is as wide as it likes. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, index) =>
    Math.max(...rows.map((row) => row[index]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** The whole status, ending in a newline. */
export function statusText(status: RigStatus): string {
  const { totals, pool } = status;
  const head = [
    `${status.board}, up ${formatDuration(status.uptime_ms)}, ${status.watts.toFixed(1)} W estimated`,
    `pool ${pool.address}: ${pool.connected} connected${pool.last_error === null ? "" : `, last error: ${pool.last_error}`}`,
    ...(status.storm === "normal"
      ? []
      : [`${status.storm}: many Zeros were lost at once; nothing is cut now`]),
    ...(status.automation === null ? [] : [`automation stopped: ${status.automation}`]),
  ];
  const table = columns([
    ["SLOT", "STATE", "FOR", "RATE", "ACC/REJ", "TEMP", "FENCED", "WHY"],
    ...status.slots.map(slotCells),
  ]);
  const foot = `accepted ${totals.accepted}, rejected ${totals.rejected}, unknown ${totals.unknown}, fenced ${totals.fences}`;
  return `${[...head, "", ...table, "", foot].join("\n")}\n`;
}

function slotCells(slot: SlotStatus): string[] {
  const next = slot.next === null ? "" : `; ${slot.next}`;
  return [
    slot.slot,
    slot.state,
    formatDuration(slot.for_ms),
    formatRate(slot.hashrate_hs),
    `${slot.accepted}/${slot.rejected}`,
    slot.temp_c === null ? "-" : `${slot.temp_c.toFixed(0)} C`,
    String(slot.fences),
    `${slot.why} (${slot.evidence})${next}`,
  ];
}
