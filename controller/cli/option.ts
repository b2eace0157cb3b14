// Parsers of option values. Each names what it expects, so that a typing mistake ends in a sentence and exit code 2.

import { InvalidArgumentError } from "commander";
import { isSlotId, type SlotId } from "../../hat/slots.ts";
import { parseDuration } from "./duration.ts";

/** A parser for whole numbers within bounds. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
  };
}

/** A duration in ms, above zero. */
export function duration(text: string): number {
  const value = parseDuration(text);
  if (value !== null && value > 0) return value;
  throw new InvalidArgumentError('Expected a duration such as "500ms", "20s" or "1m30s".');
}

export interface DurationRange {
  readonly minMs: number;
  readonly maxMs: number;
}

/** `2s-5s`, or one duration for both ends. */
export function durationRange(text: string): DurationRange {
  const [min, max, ...rest] = text.split("-").map(parseDuration);
  const range = { minMs: min ?? -1, maxMs: (max === undefined ? min : max) ?? -1 };
  if (rest.length === 0 && range.minMs >= 0 && range.maxMs >= range.minMs) return range;
  throw new InvalidArgumentError('Expected a range such as "2s-5s".');
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

/** Collects slot names; "all" stands alone. */
export function slotNames(texts: readonly string[]): readonly SlotId[] | "all" {
  if (texts.length === 1 && texts[0] === "all") return "all";
  const unknown = texts.find((text) => !isSlotId(text));
  if (unknown !== undefined) {
    throw new InvalidArgumentError(
      `"${unknown}" is no slot; expected names such as p1 p3, or all.`,
    );
  }
  return [...new Set(texts.filter(isSlotId))];
}
