// A replay in words, for people: decisions, events, differences, each in a line or a few.

import { basename } from "node:path";
import type { Event } from "../../core/event.ts";
import type { RigState } from "../../core/state.ts";
import { view } from "../../core/view.ts";
import { type Decision, encode } from "../../shell/record-format.ts";
import { formatDuration } from "../duration.ts";
import type { Difference } from "./compare.ts";
import { slotOf, subjectsOf } from "./filter.ts";
import type { Replayed, SegmentBegun } from "./replay.ts";
import type { Summary } from "./summary.ts";

const PLAIN = /^[\w.:@/+-]+$/;

/** A plain word as it is, anything else as JSON. */
function word(value: unknown): string {
  return typeof value === "string" && PLAIN.test(value) ? value : encode(value);
}

/** A line that moves no cursor, whoever sent the recording. */
export function harmless(line: string): string {
  return line.replaceAll(/\p{Cc}/gu, "?");
}

/** `name=value name=value` of all fields but those that were said already. */
function fields(value: object, said: readonly string[]): string {
  return Object.entries(value)
    .filter(([name]) => !said.includes(name))
    .map(([name, field]) => `${name}=${word(field)}`)
    .join(" ");
}

/** The name, the reason code and the rest of a decision, in full or as its digest. */
function decisionCells(decision: Decision): readonly [what: string, why: string, rest: string] {
  const why = word(decision["why"] ?? "-");
  if (decision.type !== "report") {
    return [decision.type, why, fields(decision, ["type", "why", "slot"])];
  }
  const { detail, ev, level } = decision;
  const { from, to } = Object(detail) as Readonly<Record<string, unknown>>;
  const rest = ev === "slot.state" ? `${word(from)} -> ${word(to)}` : fields(Object(detail), []);
  return [word(ev), why, level === "info" ? rest : `${word(level)}: ${rest}`];
}

function row(at: string, slot: string | null, what: string, why: string, rest: string): string {
  return `${at}  ${(slot ?? "-").padEnd(3)}  ${what.padEnd(17)}  ${why.padEnd(16)}  ${rest}`.trimEnd();
}

/** The clock (UTC) and the seconds since the controller's start. */
export function timeText(wallMs: number, sinceStartMs: number): string {
  const clock = new Date(wallMs).toISOString().slice(11, 23);
  return `${clock} ${`+${(sinceStartMs / 1000).toFixed(3)}s`.padStart(11)}`;
}

/** `at` is the time in words. */
export function decisionText(
  at: string,
  decision: Decision,
  slot: string | null,
  on: Event,
): string {
  const [what, why, rest] = decisionCells(decision);
  return row(at, slot, what, why, `${rest}${rest === "" ? "" : "  "}(on ${on.type})`);
}

export function eventText(at: string, event: Event): string {
  const rest = fields(event, ["type", "now", "slot"]);
  return row(at, subjectsOf(event).join(",") || null, `< ${event.type}`, "", rest);
}

export function segmentText({ file, header, differs, torn }: SegmentBegun): string[] {
  const { run, segment, at, program } = header;
  return [
    `${basename(file)}: run ${run}, segment ${segment}, from ${at}, recorded by zerorig ${word(program)}`,
    ...(torn
      ? ["its last line is torn, as after a power cut or while it is written: left out"]
      : []),
    ...(differs.length === 0
      ? []
      : [
          "DIFFERENT the state at its start is not the one that was derived from the segment before:",
          ...differs.map((path) => `  ${path}`),
        ]),
  ];
}

/** The slots that a difference is about: those of its decisions, else that of the event. */
export function slotsConcerned({ event, before }: Replayed, difference: Difference): string[] {
  const named = [
    ...difference.recorded.map((decision) => decision["slot"]),
    ...difference.derived.map((effect) => slotOf(effect, before)),
    ...subjectsOf(event),
  ];
  return before.slots.map(({ id }) => id as string).filter((id) => named.includes(id));
}

export function differenceText(at: string, replayed: Replayed, difference: Difference): string[] {
  const { place, event, before } = replayed;
  const side = (name: string, decisions: readonly Decision[]) =>
    decisions.length === 0
      ? [`  ${name}  nothing`]
      : decisions.map((decision) => {
          const cells = decisionCells(decision).filter((cell) => cell !== "" && cell !== "-");
          return `  ${name}  ${[word(decision["slot"] ?? "-"), ...cells].join("  ")}`;
        });
  return [
    `DIFFERENT at ${at}, ${basename(place.file)}:${place.line}, on ${event.type} ${fields(event, ["type", "now"])}`.trimEnd(),
    ...side("recorded", difference.recorded),
    ...side("derived ", difference.derived),
    ...slotsBefore(before, slotsConcerned(replayed, difference), event.now),
  ];
}

function slotsBefore(state: RigState, ids: readonly string[], now: number): string[] {
  const around = { version: "", board: "" };
  return view(state, around, now)
    .slots.filter(({ slot }) => ids.includes(slot))
    .map(({ slot, state: shown, for_ms, why, evidence, next }) => {
      const then = next === null ? "" : `; ${next}`;
      return `  before    ${slot} was ${shown} for ${formatDuration(for_ms)}: ${word(why)} (${evidence})${then}`;
    });
}

export function summaryText(summary: Summary): string {
  const { segments, events, decisions, differences, span_ms, recorded_by, replayed_by } = summary;
  const files = segments === 1 ? "1 segment" : `${segments} segments`;
  const told = `${files}, ${formatDuration(span_ms)}: ${events} events, ${decisions} decisions`;
  const verdict =
    differences === 0
      ? "all the same"
      : `${differences} ${differences === 1 ? "difference" : "differences"}`;
  const others = recorded_by.filter((version) => version !== replayed_by);
  const by =
    others.length === 0
      ? ""
      : ` (recorded by ${others.map(word).join(", ")}, replayed by ${replayed_by})`;
  return `${told}; ${verdict}${by}`;
}
