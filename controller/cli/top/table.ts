// The slots as a table that fits: narrow screens leave columns out, low ones show the rows around the selected slot.

import type { SlotStatus } from "../../core/status.ts";
import { formatDuration } from "../duration.ts";
import { paint } from "../paint.ts";
import { leftText } from "../power-text.ts";
import { isUnheard, STATE_TONES, stateWord } from "../state-word.ts";
import { formatRate } from "../status-text.ts";
import { clip } from "../terminal-text.ts";
import { CLASS_WORDS, HEAT_WORDS } from "../words.ts";

interface Column {
  readonly title: string;
  readonly width: number;
  /** Left out where fewer columns of the terminal are there than this. */
  readonly from: number;
  readonly cell: (slot: SlotStatus) => string;
}

const COLUMNS: readonly Column[] = [
  { title: "SLOT", width: 4, from: 0, cell: ({ slot }) => slot },
  { title: "STATE", width: 12, from: 0, cell: stateWord },
  { title: "FOR", width: 6, from: 60, cell: ({ for_ms }) => formatDuration(for_ms) },
  { title: "RATE", width: 9, from: 30, cell: ({ hashrate_hs }) => formatRate(hashrate_hs) },
  {
    title: "ACC/REJ",
    width: 9,
    from: 48,
    cell: ({ accepted, rejected }) => `${accepted}/${rejected}`,
  },
  {
    title: "TEMP",
    width: 5,
    from: 54,
    cell: ({ temp_c }) => (temp_c === null ? "-" : `${temp_c.toFixed(0)} C`),
  },
  { title: "WATTS", width: 6, from: 70, cell: ({ watts }) => `${watts.toFixed(2)} W` },
];

export interface TableLook {
  readonly width: number;
  readonly colour: boolean;
  readonly selected: string | null;
}

/** The title and the rows, `room` of them at most in all. */
export function slotTable(slots: readonly SlotStatus[], look: TableLook, room: number): string[] {
  const { width, colour } = look;
  const columns = COLUMNS.filter(({ from }) => width >= from);
  const title = cells(columns, ({ title }) => title, "WHY");
  const fits = Math.max(1, room - 1);
  const at = Math.max(
    0,
    slots.findIndex(({ slot }) => slot === look.selected),
  );
  const first = Math.min(Math.max(0, at - Math.floor(fits / 2)), Math.max(0, slots.length - fits));
  const rows = slots.slice(first, first + fits).map((slot) => row(slot, columns, look));
  return [paint(clip(`  ${title}`, width), "dim", colour), ...rows];
}

function row(slot: SlotStatus, columns: readonly Column[], look: TableLook): string {
  const mark = slot.slot === look.selected ? "> " : "  ";
  const text = cells(columns, ({ cell }) => cell(slot), slot.why);
  const line = clip(mark + text, look.width);
  const word = stateWord(slot);
  const from = line.indexOf(word);
  if (from < 0) return line;
  const to = from + word.length;
  const tone = STATE_TONES[slot.state];
  return line.slice(0, from) + paint(word, tone, look.colour) + line.slice(to);
}

function cells(columns: readonly Column[], of: (column: Column) => string, last: string): string {
  const fixed = columns.map((column) => of(column).slice(0, column.width).padEnd(column.width));
  return [...fixed, last].join(" ").trimEnd();
}

/** What is known of one slot, the most telling first. */
export function detailLines(slot: SlotStatus): string[] {
  const { hold, heat, next, evidence } = slot;
  return [
    `${slot.slot}: ${next === null ? evidence : `${next}; ${evidence}`}`,
    ...(isUnheard(slot) ? [CLASS_WORDS[slot.class]] : []),
    ...(hold === null
      ? []
      : [`${hold.kind}: ${hold.reason || "no reason given"}, ${leftText(hold.left_ms)}`]),
    ...(heat === 0 ? [] : [`heat step ${heat} of 3: ${HEAT_WORDS[heat]}`]),
    `up ${slot.uptime_ms === null ? "-" : formatDuration(slot.uptime_ms)}, ${slot.boots} boots, ${slot.fences} fenced`,
  ];
}
