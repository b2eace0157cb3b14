// The demo's live table, as lines of text: a pure function of what is known and the size of the terminal.

import type { RigEvent, RigStatus, SlotStatus } from "../../core/status.ts";
import { formatDuration } from "../duration.ts";
import { formatRate } from "../status-text.ts";
import { paint, type Tone } from "./paint.ts";
import { totalsText } from "./summary.ts";

export interface DemoModel {
  readonly title: string;
  /** null until the controller has answered. */
  readonly status: RigStatus | null;
  /** Oldest first. */
  readonly events: readonly RigEvent[];
  /** What happens at the end: "ends in 42s, Ctrl-C to stop now". */
  readonly footer: string;
  readonly colour: boolean;
}

const TONES: Readonly<Record<SlotStatus["state"], Tone>> = {
  Unknown: "dim",
  Off: "dim",
  PoweringOn: "cyan",
  Booting: "cyan",
  Ready: "green",
  Degraded: "yellow",
  Suspect: "yellow",
  Remediating: "yellow",
  PoweringOff: "yellow",
  Cordoned: "dim",
  Draining: "dim",
  Maintenance: "dim",
  Quarantined: "red",
  Fault: "red",
};

const LEVEL_TONES: Readonly<Record<RigEvent["level"], Tone>> = {
  info: "plain",
  warn: "yellow",
  error: "red",
};

/** The screen: never more than `height` lines, none wider than `width` columns. */
export function render(model: DemoModel, width: number, height: number): string[] {
  const line = (text: string, tone: Tone = "plain") => paint(clip(text, width), tone, model.colour);
  const head = [
    line(model.title, "bold"),
    ...(model.status === null ? [] : [line(rigLine(model.status))]),
    "",
  ];
  const foot = ["", line(model.footer, "dim")];
  const room = Math.max(0, height - head.length - foot.length);
  if (model.status === null) {
    return [...head, line("waiting for the controller ..."), ...foot].slice(0, height);
  }
  const table = tableLines(model.status, width, model.colour, room);
  const eventRoom = Math.max(0, room - table.length - 1);
  const shown = eventRoom === 0 ? [] : model.events.slice(-eventRoom);
  const events = shown.map((event) => line(eventLine(event), LEVEL_TONES[event.level]));
  return [...head, ...table, ...(events.length > 0 ? ["", ...events] : []), ...foot].slice(
    0,
    height,
  );
}

function rigLine(status: RigStatus): string {
  const { totals, pool } = status;
  const storm = status.storm === "normal" ? "" : `  ${status.storm.toUpperCase()}: no cuts`;
  return [
    totalsText(status),
    `accepted ${totals.accepted}/${totals.accepted + totals.rejected}`,
    `${status.watts.toFixed(1)} W est.`,
    `pool ${pool.connected} up`,
    `up ${formatDuration(status.uptime_ms)}${storm}`,
  ].join("  ");
}

/** Slot, state, rate, shares, temperature, uptime, restarts, watts, then as much of the evidence as fits. */
const WIDTHS = [4, 11, 10, 9, 5, 7, 8, 5] as const;
const TITLES = ["SLOT", "STATE", "RATE", "ACC/REJ", "TEMP", "UP", "RESTARTS", "WATTS", "WHY"];

/** With many Zeros and few lines, those that need a look come first. */
function tableLines(status: RigStatus, width: number, colour: boolean, room: number): string[] {
  const fits = Math.max(1, room - 1);
  const slots =
    status.slots.length <= fits
      ? status.slots
      : status.slots.toSorted((a, b) => Number(a.state === "Ready") - Number(b.state === "Ready"));
  const shown = slots.length <= fits ? slots : slots.slice(0, Math.max(1, fits - 1));
  const rows = shown.map((slot) => row(slot, width, colour));
  const hidden = slots.length - shown.length;
  const more = hidden > 0 ? [paint(clip(`... and ${hidden} more`, width), "dim", colour)] : [];
  return [paint(clip(cells(TITLES), width), "dim", colour), ...rows, ...more];
}

function row(slot: SlotStatus, width: number, colour: boolean): string {
  const next = slot.next === null ? "" : `; ${slot.next}`;
  const text = cells([
    slot.slot,
    slot.state,
    formatRate(slot.hashrate_hs),
    `${slot.accepted}/${slot.rejected}`,
    slot.temp_c === null ? "-" : `${slot.temp_c.toFixed(0)}C`,
    slot.uptime_ms === null ? "-" : formatDuration(slot.uptime_ms),
    `${slot.boots === 0 ? 0 : slot.boots - 1} (${slot.fences})`,
    slot.watts.toFixed(2),
    `${slot.why}${next}, ${slot.evidence}`,
  ]);
  const fitted = clip(text, width);
  const [from, to] = [WIDTHS[0] + 1, WIDTHS[0] + 1 + WIDTHS[1]];
  const state = paint(fitted.slice(from, to), TONES[slot.state], colour);
  return fitted.slice(0, from) + state + fitted.slice(to);
}

function cells(texts: readonly string[]): string {
  return texts
    .map((text, index) => {
      const width = WIDTHS[index];
      return width === undefined ? text : text.slice(0, width).padEnd(width);
    })
    .join(" ");
}

function eventLine(event: RigEvent): string {
  const details = Object.entries(event.detail).map(([name, value]) => `${name}=${value}`);
  return [
    event.at.slice(11, 19),
    (event.slot ?? "").padEnd(3),
    event.ev,
    event.why ?? "",
    details.join(" "),
  ]
    .filter((part) => part !== "")
    .join(" ");
}

/** Cuts a text to the width, and takes out what would move the cursor. */
function clip(text: string, width: number): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f]/g, " ");
  return clean.length <= width ? clean : `${clean.slice(0, Math.max(0, width - 1))}>`;
}
