// How much time the charts show: all of them the same, so that they can be compared.

import { signal } from "@preact/signals";

export const RANGES = ["1h", "24h", "30d"] as const;
export type Range = (typeof RANGES)[number];

export const RANGE_WORDS: Readonly<Record<Range, string>> = {
  "1h": "hour",
  "24h": "24 hours",
  "30d": "30 days",
};

const HOUR_MS = 3_600_000;
export const SPANS_MS: Readonly<Record<Range, number>> = {
  "1h": HOUR_MS,
  "24h": 24 * HOUR_MS,
  "30d": 30 * 24 * HOUR_MS,
};

export const range = signal<Range>("1h");
