// Kinds of values: what is right, how to say so to a person, and how an environment variable's text is read.

import { isIP } from "node:net";
import * as v from "valibot";
import { parseNode } from "../pools/node.ts";

export interface Kind<T> {
  readonly schema: v.GenericSchema<unknown, T>;
  /** Completes "expected ...". */
  readonly expected: string;
  /** What a text from an environment variable or a flag means, before it is checked. */
  readonly fromText: (text: string) => unknown;
  /** What exactly is wrong with a value, where that takes more than to say what was expected; null if nothing is. */
  readonly fault?: (value: unknown) => string | null;
}

/** A whole number within bounds; `unit` is for the message. */
export function wholeNumber(min: number, max: number, unit = ""): Kind<number> {
  return {
    schema: v.pipe(v.number(), v.safeInteger(), v.minValue(min), v.maxValue(max)),
    expected: `a whole number${unit && ` of ${unit}`} from ${min} to ${max}`,
    fromText: numberOrText,
  };
}

/** A whole number within bounds that is none of a few. */
export function wholeNumberBut(min: number, max: number, taken: readonly number[]): Kind<number> {
  const { expected, fromText } = wholeNumber(min, max);
  return {
    schema: v.pipe(
      v.number(),
      v.safeInteger(),
      v.minValue(min),
      v.maxValue(max),
      v.check((value) => !taken.includes(value)),
    ),
    expected: `${expected} and none of ${taken.join(", ")}`,
    fromText,
  };
}

/** Whole milliseconds within bounds. */
export function milliseconds(min: number, max: number): Kind<number> {
  return wholeNumber(min, max, "milliseconds");
}

/** A number within bounds, fractions allowed. */
export function fraction(min: number, max: number, unit = ""): Kind<number> {
  return {
    schema: v.pipe(v.number(), v.finite(), v.minValue(min), v.maxValue(max)),
    expected: `a number${unit && ` of ${unit}`} from ${min} to ${max}`,
    fromText: numberOrText,
  };
}

/** Yes or no. */
export const trueOrFalse: Kind<boolean> = {
  schema: v.boolean(),
  expected: "true or false",
  fromText: (value) => (value === "true" || value === "false" ? value === "true" : value),
};

/** One of a few words. */
export function oneOf<const T extends string>(words: readonly T[]): Kind<T> {
  const quoted = words.map((word) => `"${word}"`);
  return {
    schema: v.picklist(words),
    expected: `one of ${quoted.join(", ")}`,
    fromText: (text) => text,
  };
}

/** A text that a test accepts. */
export function text(expected: string, accepts: (value: string) => boolean): Kind<string> {
  return { schema: v.pipe(v.string(), v.check(accepts)), expected, fromText: (value) => value };
}

/** An absolute path. Unix sockets have a limit of their own, in bytes. */
export function absolutePath(what: string, maxBytes = 4096): Kind<string> {
  const limit = maxBytes < 4096 ? ` of ${maxBytes} bytes at most` : "";
  return text(
    `the absolute path of ${what}${limit}`,
    (value) =>
      value.startsWith("/") && !value.includes("\0") && Buffer.byteLength(value) <= maxBytes,
  );
}

/** A list of networks, at least one. */
export const cidrs: Kind<readonly string[]> = {
  schema: v.pipe(
    v.array(v.pipe(v.string(), v.check(isCidr))),
    v.minLength(1),
    v.maxLength(64),
    v.readonly(),
  ),
  expected: 'a list of networks such as ["172.19.181.0/24"]',
  fromText: (value) => value.split(",").map((part) => part.trim()),
};

/** Places of USB devices as the kernel names them, one for each HAT; none is enough. */
export const usbPaths: Kind<readonly string[]> = {
  schema: v.pipe(
    v.array(v.pipe(v.string(), v.regex(/^\d{1,3}-\d{1,3}(\.\d{1,3}){0,6}$/))),
    v.maxLength(8),
    v.readonly(),
  ),
  expected: 'a list of USB paths such as ["1-1.2"]',
  fromText: (value) => (value === "" ? [] : value.split(",").map((part) => part.trim())),
};

/** Pool nodes; none is enough. */
export const poolNodes: Kind<readonly string[]> = {
  schema: v.pipe(
    v.array(
      v.pipe(
        v.string(),
        v.check((value) => parseNode(value) !== null),
      ),
    ),
    v.maxLength(8),
    v.check((nodes) => new Set(nodes).size === nodes.length),
    v.readonly(),
  ),
  expected: 'a list of up to 8 different nodes such as ["192.0.2.1:2811", "pool.example:2811"]',
  fromText: (value) => (value === "" ? [] : value.split(",").map((part) => part.trim())),
};

/** Names of this machine; none is enough. */
export const hostNames: Kind<readonly string[]> = {
  schema: v.pipe(
    v.array(v.pipe(v.string(), v.regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/))),
    v.maxLength(32),
    v.readonly(),
  ),
  expected: 'a list of names in small letters, such as ["rig.example"]',
  fromText: (value) => (value === "" ? [] : value.split(",").map((part) => part.trim())),
};

function isCidr(value: string): boolean {
  const [address = "", bits = "", ...rest] = value.split("/");
  const family = isIP(address);
  const max = family === 4 ? 32 : 128;
  return family !== 0 && rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= max;
}

function numberOrText(value: string): unknown {
  return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
}
