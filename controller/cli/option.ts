// Parsers of option values. Each names what it expects, so that a typing mistake ends in a sentence and exit code 2.

import { InvalidArgumentError } from "commander";
import { isSlotId, type SlotId, slotId, slotIndex } from "../../hat/slots.ts";
import { isStratum, type PoolNode, parseNode } from "../pools/node.ts";
import { FOR_MAX_MS, IDENTIFY_MAX_MS, WATTS_MAX } from "../shell/control-limits.ts";
import { formatDuration, MAX_DURATION_MS, parseDuration } from "./duration.ts";

/** A parser for whole numbers within bounds. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
  };
}

/** What a pool says of a share: one printable line. */
export function poolWords(text: string): string {
  if (/^[ -~]{1,100}$/.test(text) && text.trim() !== "") return text;
  throw new InvalidArgumentError("Expected 1 to 100 printable characters of ASCII.");
}

/** The difficulty of a Stratum pool's shares. */
export function difficulty(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 1e-12 && value <= 1e12) return value;
  throw new InvalidArgumentError("Expected a number from 1e-12 to 1e12, such as 0.001.");
}

/** A probability. */
export function odds(text: string): number {
  const value = Number(text);
  if (/^\d?\.?\d+$/.test(text) && value <= 1) return value;
  throw new InvalidArgumentError('Expected odds from 0 to 1, such as "0.01".');
}

/** A duration in ms, above zero. */
export function duration(text: string): number {
  const value = parseDuration(text);
  if (value !== null && value > MAX_DURATION_MS) throw new InvalidArgumentError(tooLong(text));
  if (value !== null && value > 0) return value;
  throw new InvalidArgumentError('Expected a duration such as "500ms", "20s" or "1m30s".');
}

/** The time of `--wait`. The word after it is easily a slot. */
export function waitTime(text: string): number {
  if (!/^(p\d|all$)/.test(text)) return duration(text);
  throw new InvalidArgumentError("Name the slots before --wait.");
}

/** What to say of a duration that no timer can hold. */
export function tooLong(text: string): string {
  return `"${text}" is too long: ${formatDuration(MAX_DURATION_MS)} at most.`;
}

export interface DurationRange {
  readonly minMs: number;
  readonly maxMs: number;
}

/** What a boot may take: the graces that are made from it must stay within their own bounds in controller.toml. */
const RANGE_MAX_MS = 300_000;

/** `2s-5s`, or one duration for both ends; five minutes at most. */
export function durationRange(text: string): DurationRange {
  const [min, max, ...rest] = text.split("-").map(parseDuration);
  const range = { minMs: min ?? -1, maxMs: (max === undefined ? min : max) ?? -1 };
  const isRange = rest.length === 0 && range.minMs >= 0 && range.maxMs >= range.minMs;
  if (isRange && range.maxMs <= RANGE_MAX_MS) return range;
  throw new InvalidArgumentError('Expected a range such as "2s-5s", up to 5m.');
}

/** A point of a controller's run, in ms: since its start, or by its wall clock. */
export type Moment = { readonly sinceStartMs: number } | { readonly wallMs: number };

/** `1m30s` since the start, or a time of the clock such as `2026-03-01T12:00:05Z`. */
export function moment(text: string): Moment {
  const sinceStartMs = parseDuration(text);
  if (sinceStartMs !== null) return { sinceStartMs };
  const wallMs = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(wallMs)) return { wallMs };
  throw new InvalidArgumentError('Expected a time such as "1m30s" or "2026-03-01T12:00:05Z".');
}

/** `2h` for so long ago, or a time of the clock, in this machine's zone where it names none; in wall-clock ms. */
export function agoOrTime(text: string, nowMs: number): number {
  const agoMs = parseDuration(text);
  if (agoMs !== null) return nowMs - agoMs;
  const wallMs = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(wallMs)) return wallMs;
  throw new InvalidArgumentError('Expected a time such as "2h" (ago) or "2026-03-01T12:00:05Z".');
}

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** `host:port`, `[v6]:port`. */
export function hostPort(text: string): HostPort {
  const words = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:[\]]+)):(\d{1,5})$/.exec(text);
  const host = words?.[1] ?? words?.[2];
  const port = Number(words?.[3]);
  if (host !== undefined && port >= 1 && port <= 65_535) return { host, port };
  throw new InvalidArgumentError('Expected HOST:PORT such as "192.168.1.5:2811".');
}

/** `stratum+tcp://host:port`, or `stratum+ssl://`. */
export function stratumUrl(text: string): PoolNode {
  const node = isStratum(text) ? parseNode(text) : null;
  if (node !== null) return node;
  throw new InvalidArgumentError('Expected a pool such as "stratum+tcp://pool.example:3333".');
}

/** One slot's name. */
export function oneSlot(text: string): SlotId {
  if (isSlotId(text)) return text;
  throw new InvalidArgumentError(`"${text}" is no slot; expected a name such as p3.`);
}

/** How long something asked for is to last, in ms: above zero, 30 days at most. */
export function span(text: string): number {
  const value = parseDuration(text);
  if (value !== null && value > FOR_MAX_MS) {
    throw new InvalidArgumentError(`"${text}" is too long: 30 days at most.`);
  }
  if (value !== null && value > 0) return value;
  throw new InvalidArgumentError('Expected a time such as "90s", "30m", "2h" or "7d".');
}

/** How long an alert LED is to blink, in ms. */
export function blinkTime(text: string): number {
  const value = span(text);
  if (value <= IDENTIFY_MAX_MS) return value;
  throw new InvalidArgumentError(`"${text}" is too long: 10 minutes at most.`);
}

export function watts(text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value <= WATTS_MAX) return value;
  throw new InvalidArgumentError(`Expected watts from 0 to ${WATTS_MAX}, such as 2.5.`);
}

/** Watts, or null for `none`. */
export function wattsOrNone(text: string): number | null {
  return text === "none" ? null : watts(text);
}

/** A parser for words that others will read: one line. */
export function oneLine(maxChars: number): (text: string) => string {
  return (text) => {
    const line = text.trim();
    if (line.length <= maxChars && /^\P{Cc}*$/u.test(line)) return line;
    throw new InvalidArgumentError(
      `Expected one line of ${maxChars} characters at most, with no control characters.`,
    );
  };
}

/** Collects slot names; "all" stands alone. */
export function slotNames(texts: readonly string[]): readonly SlotId[] | "all" {
  if (texts.length === 1 && texts[0] === "all") return "all";
  return [...new Set(texts.flatMap(slotsOf))];
}

/** `p2`, or `p1-p3` with both ends. */
function slotsOf(text: string): readonly SlotId[] {
  const [first = "", last = first, ...rest] = text.split("-");
  if (rest.length === 0 && isSlotId(first) && isSlotId(last)) {
    const from = slotIndex(first);
    const count = slotIndex(last) - from + 1;
    if (count > 0) return Array.from({ length: count }, (_, index) => slotId(from + index));
  }
  throw new InvalidArgumentError(
    `"${text}" is no slot; expected names such as p1 p3, a range such as p1-p3, or all.`,
  );
}

/** A pool node's address as given; null for "auto". */
export function nodeOrAuto(text: string): string | null {
  if (text === "auto") return null;
  if (parseNode(text) !== null) return text;
  throw new InvalidArgumentError("Expected a node such as 192.0.2.1:2811, or auto.");
}
