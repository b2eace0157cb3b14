// The text of a recording: a first line with the whole state, then one line for each event with what was decided on it.

import { crc32 } from "node:zlib";
import type { Effect } from "../core/effect.ts";
import type { Event } from "../core/event.ts";
import type { RigState } from "../core/state.ts";

/** Rises when a reader of the old format could not read the new one. New fields of state, events or effects need no rise. */
const FORMAT = 1;

/** What JSON has no numbers for, by the name that stands in for it: `{"$number":"Infinity"}`. */
const ODD_NUMBERS: Readonly<Record<string, number>> = {
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
  NaN: Number.NaN,
  "-0": -0,
};
const TAG = "$number";

/** A recording that cannot be read; the message says why, and whoever knows the file adds its name and line. */
export class RecordError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "RecordError";
  }
}

/** The first line of a segment: from here on it can be replayed with nothing else. */
export interface RecordHeader {
  /** The version of zerorig that recorded. */
  readonly program: string;
  /** Runs of the controller in this folder and segments of a run, counted from 1. */
  readonly run: number;
  readonly segment: number;
  /** The wall clock (ISO 8601) at `now`, monotonic ms. */
  readonly at: string;
  readonly now: number;
  readonly state: RigState;
}

/** An effect as it is recorded: in full where people want to read it, else its name, whom it concerns, and a checksum. */
export type Decision = { readonly type: string } & Readonly<Record<string, unknown>>;

export interface RecordEntry {
  readonly event: Event;
  readonly decided: readonly Decision[];
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Array.isArray(value);
}

function replace(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  if (typeof value === "number") {
    if (Number.isFinite(value) && !Object.is(value, -0)) return value;
    return { [TAG]: Object.is(value, -0) ? "-0" : String(value) };
  }
  // A Map would silently become {}, a Date its text.
  const original = this[key];
  if (typeof original === "object" && original !== null && !isPlain(original)) {
    throw new RecordError(`a ${original.constructor.name} cannot be recorded`);
  }
  return value;
}

function revive(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, TAG)) return value;
  const name = (value as Readonly<Record<string, unknown>>)[TAG];
  const number = Object.hasOwn(ODD_NUMBERS, String(name)) ? ODD_NUMBERS[String(name)] : undefined;
  if (number === undefined) throw new RecordError(`no such number: ${JSON.stringify(name)}`);
  return number;
}

/** Plain data as one line of JSON, with every number kept: also those that JSON has no words for. */
export function encode(value: unknown): string {
  return JSON.stringify(value, replace);
}

/** The inverse of `encode`. Throws a RecordError. */
export function decode(text: string): unknown {
  try {
    return JSON.parse(text, revive);
  } catch (error) {
    if (error instanceof RecordError) throw error;
    throw new RecordError("this line is damaged: it is no JSON", error);
  }
}

const IN_FULL: ReadonlySet<Effect["type"]> = new Set<Effect["type"]>([
  "power",
  "write-intent",
  "close-intent",
  "report",
]);
const SUBJECTS: ReadonlySet<string> = new Set(["slot", "seat", "worker", "link"]);

/** What is recorded of an effect; two effects that differ in anything have different digests, but for one in 2^32. */
export function digest(effect: Effect): Decision {
  if (IN_FULL.has(effect.type)) return { ...effect };
  const subject = Object.entries(effect).filter(([name]) => SUBJECTS.has(name));
  return { type: effect.type, ...Object.fromEntries(subject), sum: crc32(encode(effect)) };
}

export function headerLine(header: RecordHeader): string {
  return `${encode({ format: FORMAT, ...header })}\n`;
}

export function entryLine(event: Event, effects: readonly Effect[]): string {
  const decided = effects.map(digest);
  return `${encode(decided.length === 0 ? { event } : { event, decided })}\n`;
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : {};
}

/** Reads the first line of a segment. Throws a RecordError. */
export function parseHeader(line: string): RecordHeader {
  const header = fieldsOf(decode(line));
  const { format, program, run, segment, at, now } = header;
  if (format === undefined) throw new RecordError("this is no recording of zerorig");
  if (format !== FORMAT) {
    throw new RecordError(
      `this recording is of format ${JSON.stringify(format)}, and this zerorig reads format ${FORMAT}`,
    );
  }
  const state = fieldsOf(header["state"]);
  const whole =
    [run, segment, now, state["startedAt"]].every((field) => Number.isFinite(field)) &&
    [program, at].every((field) => typeof field === "string") &&
    Number.isFinite(Date.parse(String(at))) &&
    [state["slots"], state["seats"], state["hosts"]].every(Array.isArray);
  if (!whole) throw new RecordError("this header is not complete");
  return header as unknown as RecordHeader;
}

/** Reads one line after the first. Throws a RecordError. */
export function parseEntry(line: string): RecordEntry {
  const entry = fieldsOf(decode(line));
  const event = fieldsOf(entry["event"]);
  const decided = entry["decided"] ?? [];
  const whole =
    typeof event["type"] === "string" &&
    Number.isFinite(event["now"]) &&
    Array.isArray(decided) &&
    decided.every((decision) => typeof fieldsOf(decision)["type"] === "string");
  if (!whole) throw new RecordError("this line holds no event");
  return { event: event as unknown as Event, decided: decided as readonly Decision[] };
}
