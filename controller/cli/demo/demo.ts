// `zerorig demo`: a whole rig of software, mining for real, watched from the outside like any other rig.

import type { WatchLine } from "../../shell/control-protocol.ts";
import { messageOf } from "../../shell/error.ts";
import { ask, watch } from "../control-client.ts";
import { CliError } from "../error.ts";
import { EXIT } from "../exit-codes.ts";
import { onStopSignal } from "../signals.ts";
import { endingText } from "./child.ts";
import { type DemoPool, openForeignPool, openPracticePool } from "./demo-pool.ts";
import { faultText, type PlannedFault } from "./fault.ts";
import { startJanitor } from "./janitor.ts";
import { killLeftovers } from "./leftovers.ts";
import type { DemoOptions } from "./options.ts";
import { Recorder } from "./recorder.ts";
import { lineReporter, type Reporter, tableReporter } from "./reporter.ts";
import { answers, type Closers, type Rig, startRig } from "./rig.ts";
import { DEMO_RIG, rigPaths } from "./rig-files.ts";
import { summarise, type Verdict } from "./summary.ts";
import { makeTempDir, removeTempDir } from "./temp-dir.ts";

/** How long the end waits for verdicts that are still at the pool. */
const QUIESCE_MS = 5000;
/** The last events come by another socket than the last status: how long the end waits for them. */
const LAST_EVENTS_MS = 2000;
const LOOK_MS = 20;

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
    const wrong = [...verdict.complaints, ...verdict.refusals];
    if (wrong.length === 0) return EXIT.done;
    throw new CliError("failed", wrong.join("; "));
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
  const dir = openDir(parts, closers);
  const { zeros, seed, pace } = options;
  const where = `${pool.host}:${pool.port}`;
  const control = rigPaths(dir).controlSocket;
  reporter.event(
    recorder.own("demo.start", null, { zeros, seed, pace, pool: where, dir, control }),
  );
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
  recorder.sawStatus(started.status);
  reporter.event(recorder.own("demo.page", null, { ...rig.page }));
  if (isStopped) return null;
  const timers = options.faults.map((fault) =>
    setTimeout(() => void inject(demo, fault), fault.atMs - recorder.atMs),
  );
  const complaint = await untilTheEnd(demo, stopped);
  for (const timer of timers) clearTimeout(timer);
  return conclude(demo, complaint);
}

/** The demo's directory, which goes when the demo ends, however it does, unless it is to be kept. */
function openDir({ options, recorder, reporter }: Omit<Demo, "rig">, closers: Closers): string {
  const { keep } = options;
  const dir = makeTempDir(keep);
  const janitor = keep ? null : startJanitor(dir);
  const cleanUp = () => {
    killLeftovers(rigPaths(dir).zerosDir);
    if (keep) process.stderr.write(`zerorig: the demo's files and logs are in ${dir}\n`);
    else removeTempDir(dir);
    janitor?.dismiss();
  };
  process.on("exit", cleanUp);
  closers.push(() => {
    process.off("exit", cleanUp);
    if (keep) reporter.event(recorder.own("demo.kept", null, { dir }));
    // What is said from here on must not be on a screen that is taken away.
    reporter.close();
    cleanUp();
  });
  return dir;
}

function follow({ recorder, reporter }: Omit<Demo, "rig">, line: WatchLine): void {
  if ("status" in line) {
    recorder.verdicts.begin(line.status);
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
  try {
    await rig.hatClient.fault({
      kind,
      ...(slot === null ? {} : { slot }),
      ...(durationMs === null ? {} : { durationMs }),
    });
    recorder.injected({ kind, slot, atMs });
    const detail = { kind, duration_ms: durationMs };
    reporter.event({ ...recorder.own("fault.injected", slot, detail), at_ms: atMs });
  } catch (error) {
    const why = messageOf(error);
    recorder.refused(`the fault ${faultText(fault)} did not strike: ${why}`);
    reporter.event(recorder.own("fault.refused", slot, { kind, why }, "warn"));
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
      const { status } = await ask(rig.paths.controlSocket, request, 2 * QUIESCE_MS);
      recorder.sawStatus(status);
      await untilAllSeen(recorder);
    } catch (error) {
      complaints.push(`the controller's last status is missing: ${messageOf(error)}`);
    }
  }
  if (recorder.status === null) throw new CliError("failed", complaints.join("; "));
  // The pool went on counting after the last word of a controller that died.
  const whole = complaints.length === 0;
  const witnesses = whole
    ? { pool: pool.counts(), verdicts: recorder.verdicts }
    : { pool: null, verdicts: null };
  const { status, refusals } = recorder;
  const verdict = summarise(status, witnesses, DEMO_RIG, recorder.figures(), refusals);
  const all = [...complaints, ...verdict.complaints];
  const summary = { ...verdict.summary, consistent: all.length === 0 };
  return { ...verdict, summary, complaints: all };
}

/** Waits until every verdict in the last status was seen as an event too; not for ever. */
async function untilAllSeen(recorder: Recorder): Promise<void> {
  const deadline = performance.now() + LAST_EVENTS_MS;
  // Each second the watch brings a later status.
  while (recorder.status !== null && recorder.verdicts.complaints(recorder.status).length > 0) {
    if (performance.now() > deadline) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
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
