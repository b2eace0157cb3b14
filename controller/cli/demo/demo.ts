// `zerorig demo`: a whole rig of software, mining for real, watched from the outside like any other rig.

import type { WatchLine } from "../../shell/control-protocol.ts";
import { messageOf } from "../../shell/error.ts";
import { ask, watch } from "../control-client.ts";
import { CliError } from "../error.ts";
import { EXIT } from "../exit-codes.ts";
import { onStopSignal } from "../signals.ts";
import { endingText } from "./child.ts";
import { type DemoPool, openForeignPool, openPracticePool } from "./demo-pool.ts";
import type { PlannedFault } from "./fault.ts";
import { startJanitor } from "./janitor.ts";
import type { DemoOptions } from "./options.ts";
import { Recorder } from "./recorder.ts";
import { lineReporter, type Reporter, tableReporter } from "./reporter.ts";
import { answers, type Closers, type Rig, startRig } from "./rig.ts";
import { DEMO_RIG } from "./rig-files.ts";
import { summarise, type Verdict } from "./summary.ts";
import { makeTempDir, removeTempDir } from "./temp-dir.ts";

/** How long the end waits for verdicts that are still at the pool. */
const QUIESCE_MS = 5000;
const LAST_EVENTS_MS = 50;

interface Demo {
  readonly options: DemoOptions;
  readonly recorder: Recorder;
  readonly reporter: Reporter;
  readonly pool: DemoPool;
  readonly rig: Rig;
}

/** Runs a demo to its end and returns the exit code. Leaves no process and no file behind. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const signal = onStopSignal();
  const closers: Closers = [];
  try {
    const pool =
      options.pool === null
        ? await openPracticePool(options.seed, options.pace)
        : await openForeignPool(options.pool);
    closers.push(() => pool.close());
    const recorder = new Recorder();
    const reporter = openReporter(options, recorder);
    closers.push(() => reporter.close());
    const verdict = await play({ options, recorder, reporter, pool }, signal.stopped, closers);
    await closeAll(closers);
    if (verdict === null) return EXIT.interrupted;
    reporter.end(verdict);
    if (verdict.complaints.length === 0) return EXIT.done;
    throw new CliError("failed", verdict.complaints.join("; "));
  } finally {
    await closeAll(closers);
    signal.release();
  }
}

/** null when it was stopped before the controller had answered. */
async function play(
  parts: Omit<Demo, "rig">,
  stopped: Promise<unknown>,
  closers: Closers,
): Promise<Verdict | null> {
  const { options, recorder, reporter, pool } = parts;
  let isStopped = false;
  void stopped.then(() => {
    isStopped = true;
  });
  const dir = makeTempDir();
  const janitor = options.keep ? null : startJanitor(dir);
  const cleanUp = () => {
    if (!options.keep) removeTempDir(dir);
    janitor?.dismiss();
  };
  process.on("exit", cleanUp);
  closers.push(() => {
    cleanUp();
    process.off("exit", cleanUp);
  });
  const { zeros, seed, pace } = options;
  const where = `${pool.host}:${pool.port}`;
  reporter.event(recorder.own("demo.start", null, { zeros, seed, pace, pool: where, dir }));
  const rig = await startRig(dir, options, pool, closers);
  const demo: Demo = { ...parts, rig };
  const watching = await answers(rig.controller, () => {
    return watch(
      rig.paths.controlSocket,
      (line) => follow(demo, line),
      () => {},
    );
  });
  closers.push(() => watching.close());
  const started = await answers(rig.controller, () =>
    ask(rig.paths.controlSocket, { verb: "status" }),
  );
  recorder.sawStatus(started);
  if (isStopped) return null;
  const timers = options.faults.map((fault) =>
    setTimeout(() => void inject(demo, fault), fault.atMs - recorder.atMs),
  );
  const complaint = await untilTheEnd(demo, stopped);
  for (const timer of timers) clearTimeout(timer);
  return conclude(demo, complaint);
}

function follow({ recorder, reporter }: Omit<Demo, "rig">, line: WatchLine): void {
  if ("status" in line) {
    recorder.sawStatus(line.status);
    reporter.status(line.status);
  } else {
    recorder.sawEvent(line.event);
    reporter.event(line.event);
  }
}

async function inject({ recorder, reporter, rig }: Demo, fault: PlannedFault): Promise<void> {
  const { kind, slot, durationMs } = fault;
  const atMs = recorder.atMs;
  recorder.injected({ kind, slot, atMs });
  try {
    await rig.hatClient.fault({
      kind,
      ...(slot === null ? {} : { slot }),
      ...(durationMs === null ? {} : { durationMs }),
    });
    const detail = { kind, duration_ms: durationMs };
    reporter.event({ ...recorder.own("fault.injected", slot, detail), at_ms: atMs });
  } catch (error) {
    reporter.event(recorder.own("fault.refused", slot, { kind, why: messageOf(error) }, "warn"));
  }
}

/** Resolves when time is up or someone said stop: null; or when a part died: the complaint. */
async function untilTheEnd(demo: Demo, stopped: Promise<unknown>): Promise<string | null> {
  const { options, recorder, rig } = demo;
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<null>((resolve) => {
    if (options.forMs === null) return;
    timer = setTimeout(() => resolve(null), options.forMs - recorder.atMs);
  });
  // Whoever reads our output may hang up: `zerorig demo | head`.
  const unread = new Promise<null>((resolve) => {
    process.stdout.on("error", () => resolve(null));
  });
  const deaths = [rig.controller, rig.hat].map(async (child) => {
    const ending = endingText(await child.ended);
    const words = child.lastWords();
    return `the ${child.name} died (${ending})${words === "" ? "" : `: ${words}`}`;
  });
  const complaint = await Promise.race([stopped.then(() => null), timeUp, unread, ...deaths]);
  clearTimeout(timer);
  return complaint;
}

/** Waits for outstanding verdicts, then compares the controller's books with the pool's. */
async function conclude(demo: Demo, complaint: string | null): Promise<Verdict> {
  const { recorder, reporter, pool, rig } = demo;
  const complaints = complaint === null ? [] : [complaint];
  if (complaint === null) {
    reporter.event(recorder.own("demo.stop", null, {}));
    try {
      const request = { verb: "quiesce", timeoutMs: QUIESCE_MS } as const;
      recorder.sawStatus(await ask(rig.paths.controlSocket, request, 2 * QUIESCE_MS));
      // The last events come by another socket than the answer.
      await new Promise((resolve) => setTimeout(resolve, LAST_EVENTS_MS));
    } catch (error) {
      complaints.push(`the controller's last status is missing: ${messageOf(error)}`);
    }
  }
  if (recorder.status === null) throw new CliError("failed", complaints.join("; "));
  // The pool went on counting after the last word of a controller that died.
  const counts = complaints.length === 0 ? pool.counts() : null;
  const verdict = summarise(recorder.status, counts, DEMO_RIG, recorder.figures());
  const all = [...complaints, ...verdict.complaints];
  return { summary: { ...verdict.summary, consistent: all.length === 0 }, complaints: all };
}

function openReporter(options: DemoOptions, recorder: Recorder): Reporter {
  if (options.json || !process.stdout.isTTY || process.env["TERM"] === "dumb") {
    return lineReporter(process.stdout);
  }
  const { zeros, forMs, pool, seed } = options;
  const where = pool === null ? "the practice pool" : `${pool.host}:${pool.port}`;
  return tableReporter(process.stdout, {
    title: `zerorig demo: ${zeros} virtual Zero${zeros === 1 ? "" : "s"} mining at ${where}, seed ${seed}`,
    endsAt: () =>
      forMs === null || recorder.startedAt === null ? null : recorder.startedAt + forMs,
  });
}

async function closeAll(closers: Closers): Promise<void> {
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) {
    try {
      await close();
    } catch (error) {
      process.stderr.write(`zerorig: while stopping: ${messageOf(error)}\n`);
    }
  }
}
