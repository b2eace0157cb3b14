// The screen of `zerorig top` as lines of text: a pure function of what is known, the size of the terminal and the time.

import type { RigEvent, RigStatus } from "../../core/status.ts";
import { formatDuration } from "../duration.ts";
import { paint, type Tone } from "../paint.ts";
import { leftText } from "../power-text.ts";
import { formatRate } from "../status-text.ts";
import { clip } from "../terminal-text.ts";
import { boardText, poolNoun } from "../words.ts";
import { helpLines, KEY_LINE, READ_ONLY_LINE } from "./help.ts";
import { type Model, shownSlots } from "./model.ts";
import { detailLines, slotTable } from "./table.ts";

export interface Size {
  readonly width: number;
  readonly height: number;
}

interface Line {
  readonly text: string;
  readonly tone?: Tone;
}

/** A status comes each second: after this it is old. */
const STALE_MS = 3500;
/** Lower than this, one line below the table has to do. */
const ROOMY_HEIGHT = 14;
const DETAILS_ROOMY = 4;

const LEVEL_TONES: Readonly<Record<RigEvent["level"], Tone>> = {
  info: "plain",
  warn: "yellow",
  error: "red",
};

/** The screen: never more lines than it is high, none wider than it is wide. `now` is by the clock of `heardAt`. */
export function draw(
  model: Model,
  { width, height }: Size,
  now: number,
  colour: boolean,
): string[] {
  const head = headLines(model, now);
  const foot = footLines(model, height);
  const room = Math.max(0, height - head.length - foot.length);
  const line = ({ text, tone = "plain" }: Line) => paint(clip(text, width), tone, colour);
  const body =
    model.mode.kind === "help"
      ? helpLines(model.isReadOnly).map((text) => line({ text }))
      : bodyLines(model, width, room, now, colour);
  const filled = [
    ...body.slice(0, room),
    ...Array<string>(Math.max(0, room - body.length)).fill(""),
  ];
  return [...head.map(line), ...filled, ...foot.map(line)].slice(0, height);
}

function isStale({ status, heardAt }: Model, now: number): boolean {
  return status !== null && now - heardAt > STALE_MS;
}

function headLines(model: Model, now: number): Line[] {
  const { status } = model;
  if (status === null) return [{ text: "zerorig top", tone: "bold" }];
  const { totals, pool, power } = status;
  const rate = status.slots.reduce((sum, slot) => sum + slot.hashrate_hs, 0);
  const limit = power.watts === null ? "" : ` of ${power.watts} W`;
  const figures = [
    formatRate(rate),
    `accepted ${totals.accepted}/${totals.accepted + totals.rejected}`,
    `${status.watts.toFixed(1)} W${limit}`,
    `fenced ${totals.fences}`,
    `${poolNoun(pool.address)} ${pool.connected} up (${pool.address ?? "none"})`,
  ];
  return [
    { text: `up ${formatDuration(status.uptime_ms)}, ${boardText(status)}`, tone: "bold" },
    { text: figures.join("  ") },
    ...alerts(status).map((text): Line => ({ text, tone: "yellow" })),
    ...(isStale(model, now)
      ? [{ text: staleText(now - model.heardAt), tone: "red" } as const]
      : []),
  ];
}

function staleText(ageMs: number): string {
  return `nothing heard of the controller for ${formatDuration(ageMs)}: this is old`;
}

/** What holds for the whole rig and is not as usual. */
function alerts({ storm, automation, pause, power }: RigStatus): string[] {
  return [
    ...(automation === null ? [] : [`automation stopped: ${automation}`]),
    ...(storm === "normal" ? [] : [`${storm}: many Zeros were lost at once; nothing is cut now`]),
    ...(pause === null ? [] : [`paused: ${pause.reason}, ${leftText(pause.left_ms)}`]),
    ...(power.zeros === null ? [] : [`brown-out: the supply sags; ${power.zeros} Zeros at most`]),
  ];
}

function bodyLines(
  model: Model,
  width: number,
  room: number,
  now: number,
  colour: boolean,
): string[] {
  if (model.status === null) return ["", "waiting for the controller ..."];
  const line = ({ text, tone = "plain" }: Line) => paint(clip(text, width), tone, colour);
  const shown = shownSlots(model);
  const isRoomy = room >= ROOMY_HEIGHT - 4;
  const selected = shown.find(({ slot }) => slot === model.selected);
  const details = selected === undefined ? [] : detailLines(selected);
  const detailRoom = isRoomy ? DETAILS_ROOMY : 1;
  const kept = details.slice(0, Math.max(0, Math.min(detailRoom, room - 2)));
  const look = { width, colour: colour && !isStale(model, now), selected: model.selected };
  const table = slotTable(shown, look, Math.max(1, room - 1 - kept.length));
  const none =
    shown.length > 0 ? [] : [`no slot has "${model.filter}" in its name, state or reason`];
  const above = [
    ...table,
    ...none,
    ...kept.map((text) => line({ text: `  ${text}`, tone: "dim" })),
  ];
  const eventRoom = room - above.length - 1;
  const events = eventRoom < 1 ? [] : model.events.slice(-eventRoom);
  const told = events.map((event) =>
    line({ text: eventText(event), tone: LEVEL_TONES[event.level] }),
  );
  return [...above, ...(told.length > 0 ? ["", ...told] : [])];
}

function eventText({ at, slot, ev, why, detail }: RigEvent): string {
  const { from, to, ...rest } = detail;
  const details = Object.entries(rest).filter(([, value]) => value !== null);
  const states = ev === "slot.state" ? `${from} -> ${to}` : ev;
  return [
    new Date(at).toTimeString().slice(0, 8),
    (slot ?? "").padEnd(3),
    states,
    ...(why === null ? [] : [`(${why})`]),
    ...details.map(([name, value]) => `${name}=${value}`),
  ].join(" ");
}

/** The question, the note or the filter, and the keys; on a low screen the first that there is. */
function footLines(model: Model, height: number): Line[] {
  const { mode, note, filter, isReadOnly } = model;
  const keys: Line = { text: isReadOnly ? READ_ONLY_LINE : KEY_LINE, tone: "dim" };
  const asked = questionOf(model);
  const said: Line | null =
    asked !== null
      ? { text: asked, tone: "bold" }
      : note !== ""
        ? { text: note, tone: "cyan" }
        : filter !== "" || mode.kind === "filter"
          ? { text: `filter: ${filter}  (/ changes it, Esc takes it away)`, tone: "cyan" }
          : null;
  if (height >= ROOMY_HEIGHT) return [said ?? { text: "" }, keys];
  return [said ?? keys];
}

const QUESTIONS = {
  on: (slot: string) => `switch ${slot} on?`,
  off: (slot: string) => `shut ${slot} down and cut its power?`,
  cycle: (slot: string) => `shut ${slot} down, cut its power, and bring it back?`,
  uncordon: (slot: string) => `end the cordon, drain or maintenance of ${slot}?`,
} as const;

function questionOf({ mode, filter }: Model): string | null {
  switch (mode.kind) {
    case "confirm":
      return `${QUESTIONS[mode.verb](mode.slot)} y/n`;
    case "reason":
      return `drain ${mode.slot}, because (Enter does it, Esc not): ${mode.text}_`;
    case "filter":
      return `/${filter}_`;
    case "look":
    case "help":
      return null;
  }
}
