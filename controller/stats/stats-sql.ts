// The SQL of the statistics file, made from the list of its columns.

import { SUMMED, type Sums } from "./sums.ts";

const NAMES = [...SUMMED, "temp_min", "temp_max"] as const;

/** The columns of several rows as those of one. */
export const MERGED = [
  ...SUMMED.map((name) => `sum(${name}) AS ${name}`),
  "min(temp_min) AS temp_min",
  "max(temp_max) AS temp_max",
].join(", ");

function pickSql(of: "min" | "max", table: string, name: string): string {
  // min(x, NULL) is NULL.
  return `${name} = ${of}(coalesce(${table}.${name}, excluded.${name}), coalesce(excluded.${name}, ${table}.${name}))`;
}

/** What becomes of a row that is there already: the new one is added to it. */
function addedTo(table: string): string {
  return [
    ...SUMMED.map((name) => `${name} = ${table}.${name} + excluded.${name}`),
    pickSql("min", table, "temp_min"),
    pickSql("max", table, "temp_max"),
  ].join(", ");
}

/** Numbers are bound as reals, and a real division would keep the fraction. */
export const BUCKET = "at / CAST(@step AS INTEGER) * CAST(@step AS INTEGER)";

const PLACES = NAMES.map(() => "?").join(", ");

export const ADD_SAMPLE = `INSERT INTO samples (level, series, at, ${NAMES.join(", ")}) VALUES (0, ?, ?, ${PLACES})
  ON CONFLICT DO UPDATE SET ${addedTo("samples")}`;

export const ADD_TOTAL = `INSERT INTO totals (series, since, ${NAMES.join(", ")}) VALUES (?, ?, ${PLACES})
  ON CONFLICT DO UPDATE SET ${addedTo("totals")}`;

export const ADD_REASON = `INSERT INTO reasons VALUES (0, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET count = reasons.count + excluded.count`;

export const ADD_REASON_TOTAL = `INSERT INTO reason_totals VALUES (?, ?, ?)
  ON CONFLICT DO UPDATE SET count = reason_totals.count + excluded.count`;

/** The rows of a span: with an OR of two spans, all rows of the series would be looked at. */
const STALE = "level = @level AND series = @series AND at >= @from AND at < @to";

export const HAS_STALE = `SELECT 1 FROM samples WHERE ${STALE} LIMIT 1`;

export const FOLD_SAMPLES = `INSERT INTO samples (level, series, at, ${NAMES.join(", ")})
  SELECT @level + 1, @series, ${BUCKET} AS bucket, ${MERGED} FROM samples WHERE ${STALE} GROUP BY bucket
  ON CONFLICT DO UPDATE SET ${addedTo("samples")}`;

export const FOLD_REASONS = `INSERT INTO reasons
  SELECT @level + 1, @series, ${BUCKET} AS bucket, reason, sum(count) FROM reasons WHERE ${STALE} GROUP BY bucket, reason
  ON CONFLICT DO UPDATE SET count = reasons.count + excluded.count`;

export const DROP_SAMPLES = `DELETE FROM samples WHERE ${STALE}`;
export const DROP_REASONS = `DELETE FROM reasons WHERE ${STALE}`;

/** The values of a row, in the order of its columns. */
export function valuesOf(sums: Sums): readonly (number | null)[] {
  return NAMES.map((name) => sums[name]);
}

/** A row as it was read: its sums, and nothing else. */
export function sumsOf(row: Sums): Sums {
  return Object.fromEntries(NAMES.map((name) => [name, row[name]])) as unknown as Sums;
}
