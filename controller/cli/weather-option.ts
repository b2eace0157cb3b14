// `--weather latency=800ms,reset=0.01`: what may go wrong between the practice pool and its miners, as text.

import { InvalidArgumentError } from "commander";
import type { Weather } from "../pools/practice/weather.ts";
import { parseDuration } from "./duration.ts";

const TIMES: Readonly<Record<string, keyof Weather>> = { latency: "latencyMs", jitter: "jitterMs" };
const ODDS: Readonly<Record<string, keyof Weather>> = {
  split: "split",
  coalesce: "coalesce",
  reset: "reset",
  silent: "silentJob",
  drop: "drop",
  "half-open": "halfOpen",
};

/** What may be named. */
export const WEATHER_WORDS: readonly string[] = [...Object.keys(TIMES), ...Object.keys(ODDS)];

/** Parses the list: times as durations, the others as odds from 0 to 1. */
export function parseWeather(text: string): Partial<Weather> {
  return Object.fromEntries(
    text.split(",").map((part) => {
      const [name = "", value = ""] = part.split("=");
      const time = Object.hasOwn(TIMES, name) ? TIMES[name] : undefined;
      const odds = Object.hasOwn(ODDS, name) ? ODDS[name] : undefined;
      const number = time ? parseDuration(value) : /^\d?\.?\d+$/.test(value) ? Number(value) : null;
      const right = number !== null && number >= 0 && (time !== undefined || number <= 1);
      const key = time ?? odds;
      if (key !== undefined && right) return [key, number];
      throw new InvalidArgumentError(
        `Expected a list such as "latency=800ms,reset=0.01"; there are ${WEATHER_WORDS.join(", ")}.`,
      );
    }),
  );
}
