// The demo's live table, as lines of text: a pure function of what is known and the size of the terminal.

import type { RigEvent, RigStatus, SlotStatus } from "../../core/status.ts";
import { formatDuration } from "../duration.ts";
import { paint, type Tone } from "../paint.ts";
import { STATE_TONES } from "../state-word.ts";
import { formatRate } from "../status-text.ts";
import { clip } from "../terminal-text.ts";
import { totalsText } from "./summary.ts";

export interface DemoModel {
  readonly title: string;
  /** null until the controller has answered. */
  readonly status: RigStatus | null;
  /** Oldest first. */
  readonly events: readonly RigEvent[];
  /** How to reach the rig, in a line or more; empty while it is not there. */
  readonly hint: string;
  /** What happens at the end: "ends in 42s, Ctrl-C to stop now". */
  readonly footer: string;
  readonly colour: boolean;
}

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
  const hint = model.hint === "" ? [] : model.hint.split("\n").map((text) => line(text, "dim"));
  const foot = ["", ...hint, line(model.footer, "dim")];
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
const WIDTHS = [4, 11, 10, 9, 5, 7, 14, 7] as const;
const TITLES = ["SLOT", "STATE", "RATE", "ACC/REJ", "TEMP", "UP", "RESTARTS", "WATTS", "WHY"];

/** Below this width the evidence gets a line of its own, where there is room for that. */
const ONE_LINE_WIDTH = 140;
/** Events that should stay in view before evidence takes their lines. */
const EVENTS_MIN = 4;

/** With many Zeros and few lines, those that need a look come first. */
function tableLines(status: RigStatus, width: number, colour: boolean, room: number): string[] {
  const count = status.slots.length;
  const roomy = width < ONE_LINE_WIDTH && 2 * count + 2 + EVENTS_MIN <= room;
  const fits = Math.max(1, room - 1);
  const slots =
    count <= fits
      ? status.slots
      : status.slots.toSorted((a, b) => Number(a.state === "Ready") - Number(b.state === "Ready"));
  const shown = slots.length <= fits ? slots : slots.slice(0, Math.max(1, fits - 1));
  const rows = shown.flatMap((slot) =>
    roomy
      ? [row(slot, "", width, colour), paint(clip(`     ${whyText(slot)}`, width), "dim", colour)]
      : [row(slot, whyText(slot), width, colour)],
  );
  const hidden = slots.length - shown.length;
  const more = hidden > 0 ? [paint(clip(`... and ${hidden} more`, width), "dim", colour)] : [];
  const titles = roomy ? TITLES.slice(0, -1) : TITLES;
  return [paint(clip(cells(titles), width), "dim", colour), ...rows, ...more];
}

/** What will happen stands first: it matters most, and the end may be cut off. */
function whyText({ next, why, evidence }: SlotStatus): string {
  return [...(next === null ? [] : [next]), why, evidence].join("; ");
}

function row(slot: SlotStatus, why: string, width: number, colour: boolean): string {
  const text = cells([
    slot.slot,
    slot.state,
    formatRate(slot.hashrate_hs),
    `${slot.accepted}/${slot.rejected}`,
    slot.temp_c === null ? "-" : `${slot.temp_c.toFixed(0)} C`,
    slot.uptime_ms === null ? "-" : formatDuration(slot.uptime_ms),
    slot.fences === 0 ? String(restarts(slot)) : `${restarts(slot)} (${slot.fences} fenced)`,
    `${slot.watts.toFixed(2)} W`,
    why,
  ]);
  const clipped = clip(text, width);
  const [from, to] = [WIDTHS[0] + 1, WIDTHS[0] + 1 + WIDTHS[1]];
  const state = paint(clipped.slice(from, to), STATE_TONES[slot.state], colour);
  return clipped.slice(0, from) + state + clipped.slice(to);
}

/** The first boot is none. */
function restarts({ boots }: SlotStatus): number {
  return Math.max(0, boots - 1);
}

function cells(texts: readonly string[]): string {
  return texts
    .map((text, index) => {
      const width = WIDTHS[index];
      return width === undefined ? text : text.slice(0, width).padEnd(width);
    })
    .join(" ")
    .trimEnd();
}

function eventLine(event: RigEvent): string {
  const details = Object.entries(event.detail).map(([name, value]) => `${name}=${value}`);
  return [
    formatDuration(event.at_ms).padStart(6),
    (event.slot ?? "").padEnd(3),
    event.ev,
    event.why ?? "",
    details.join(" "),
  ]
    .filter((part) => part !== "")
    .join(" ");
}
