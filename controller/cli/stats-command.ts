// `zerorig stats`, and its export: averages, charts and rows of the rig and its workers.

import type { SlotId } from "../../hat/slots.ts";
import type { StatsChart, StatsSummary } from "../stats/answers.ts";
import type { Point, Range } from "../stats/points.ts";
import { CliError } from "./error.ts";
import { openPast, type PastOptions, type PastSource } from "./past-source.ts";
import { statsText } from "./stats-text.ts";

export interface StatsOptions extends PastOptions {
  readonly range: Range;
}

/** Prints averages of the rig and of these workers, or of all. */
export async function printStats(
  wanted: readonly SlotId[] | "all",
  options: StatsOptions,
): Promise<void> {
  const past = openPast(options);
  const { stats } = await past.ask({ verb: "stats" });
  const charts: StatsChart[] = [];
  for (const of of namesOf(stats, wanted)) {
    const { chart } = await past.ask({ verb: "stats-chart", of, range: options.range });
    charts.push(chart);
  }
  if (options.json) {
    const named = charts.map(({ of }) => [of, stats.series[of]]);
    print(`${JSON.stringify({ ...stats, series: Object.fromEntries(named), charts })}\n`);
    return;
  }
  print(statsText(stats, options.range, charts, process.stdout.isTTY === true));
}

/** The rig first, then its workers; throws a CliError for one that nothing is known of. */
function namesOf({ series }: StatsSummary, wanted: readonly SlotId[] | "all"): readonly string[] {
  const known = Object.keys(series);
  if (known.length === 0) throw new CliError("failed", "nothing was counted yet");
  if (wanted === "all") return known;
  const strange = wanted.filter((slot) => !known.includes(slot));
  if (strange.length === 0) return wanted;
  throw new CliError(
    "notFound",
    `there are no statistics of ${strange.join(", ")}; there are of ${known.join(", ")}`,
  );
}

export interface ExportOptions extends PastOptions {
  readonly format: "csv" | "json";
  /** Wall-clock ms; null from the first sample on. */
  readonly from: number | null;
  readonly to: number | null;
  readonly step: number;
}

/** Writes rows to stdout as they are read, a page at a time, series after series. */
export async function exportStats(
  wanted: readonly SlotId[] | "all",
  options: ExportOptions,
): Promise<void> {
  refuseBackwards(options);
  const past = openPast(options);
  const { stats } = await past.ask({ verb: "stats" });
  const write = writerOf(options.json ? "json" : options.format);
  // What is not written yet has its place to a few ms only.
  const first = options.from ?? Date.parse(stats.since ?? stats.at) - 1000;
  const to = new Date(options.to ?? Date.parse(stats.at) + 1).toISOString();
  for (const of of namesOf(stats, wanted)) {
    let from: string | null = new Date(first).toISOString();
    while (from !== null) {
      const page: Page = await past.ask({ verb: "stats-rows", of, from, to, stepMs: options.step });
      for (const row of page.rows) if (!(await write.row({ of, ...row }))) return;
      from = page.next;
    }
  }
  await write.end();
}

function refuseBackwards({ from, to }: ExportOptions): void {
  if (from === null || to === null || from < to) return;
  throw new CliError("usage", "--from has to be before --to", "For instance: --from 2h --to 1h.");
}

type Page = Awaited<ReturnType<typeof askRows>>;
function askRows(past: PastSource) {
  return past.ask({ verb: "stats-rows", of: "", from: "", to: "", stepMs: 0 });
}

type Row = Point & { readonly of: string };

/** `row` tells whether anybody still reads. */
function writerOf(format: ExportOptions["format"]) {
  let isFirst = true;
  return {
    row: async (row: Row): Promise<boolean> => {
      const names = Object.keys(row);
      const head = format === "csv" ? `${names.join(",")}\n` : "[\n";
      const between = isFirst ? head : format === "csv" ? "" : ",\n";
      isFirst = false;
      const values = Object.values(row).map((value) => value ?? "");
      return await write(
        between + (format === "csv" ? `${values.join(",")}\n` : JSON.stringify(row)),
      );
    },
    end: async () => {
      if (format === "json") await write(isFirst ? "[]\n" : "\n]\n");
    },
  };
}

/** Waits where the reader is slower than the file. False when nobody reads any more (`| head`). */
function write(text: string): Promise<boolean> {
  const { stdout } = process;
  if (stdout.destroyed) return Promise.resolve(false);
  if (stdout.write(text)) return Promise.resolve(true);
  return new Promise((resolve) => {
    const end = (isRead: boolean) => {
      stdout.off("drain", onDrain).off("close", onClose);
      resolve(isRead);
    };
    const onDrain = () => end(true);
    const onClose = () => end(false);
    stdout.once("drain", onDrain).once("close", onClose);
  });
}

function print(text: string): void {
  process.stdout.write(text);
}
