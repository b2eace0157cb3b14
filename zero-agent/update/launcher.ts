// The first thing that an installed agent does: it sees whether an update is to run in its place, counts the start of one that is
// on trial, and goes back to what ran before when a trial came to nothing. It needs nobody for that, and no update replaces it.

import { readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { choose, failTrial, type UpdateRecord } from "./record.ts";
import { sha256Of, UpdateStore } from "./update-store.ts";

/** Wrong settings, by which the service manager does not start an agent again. */
const EXIT_USAGE = 2;
const EXIT_FAILED = 1;

type Say = (line: string) => void;

/** Whether this program came over a link: it lies where those lie. */
export function isUpdate(file: string, store: UpdateStore): boolean {
  try {
    return dirname(realpathSync(file)) === realpathSync(store.dir);
  } catch {
    return false;
  }
}

/**
 * Hands this process over to an update, if one is to run. `file`: the installed program, which is running. False where that is the
 * one to run.
 */
export function handOver(file: string, sysroot: string, say: Say): boolean {
  const store = new UpdateStore(sysroot);
  if (isUpdate(file, store) || store.read() === null) return false;
  const installed = sha256Of(readFileSync(file));
  try {
    return begin(store, installed, say);
  } catch (error) {
    // A card that can no more be written to, or read: what is installed is always there.
    say(`updates are left aside: ${(error as Error).message}`);
    return false;
  }
}

function begin(store: UpdateStore, installed: string, say: Say): boolean {
  const before = store.readFor(installed);
  let { record, run } = choose(before);
  if (before.trial !== null && record.trial === null) {
    say(`update taken back: ${record.failed?.why}`);
  }
  while (run !== installed && !store.has(run)) {
    say(`${store.programFile(run)} is not what it was: it is not run`);
    record = without(record, run, "its file did not stay whole");
    run = record.current;
  }
  store.write(record);
  if (record.trial !== null) watch(store, run, record.trial.limitMs, say);
  if (run === installed) return false;
  load(store, record, run, say);
  return true;
}

/** The record once this program cannot be run: what was confirmed before runs, and in the end what is installed. */
function without(record: UpdateRecord, run: string, why: string): UpdateRecord {
  if (record.trial?.sha256 === run) return failTrial(record, why);
  return { ...record, current: record.installed, previous: null, failed: { sha256: run, why } };
}

function load(store: UpdateStore, record: UpdateRecord, run: string, say: Say): void {
  const program = store.programFile(run);
  process.argv[1] = program;
  try {
    createRequire(program)(program);
  } catch (error) {
    const why = `it does not start: ${(error as Error).message.split("\n")[0]}`;
    say(`update taken back: ${why}`);
    store.write(without(record, run, why));
    // What it had begun by then must not go on beside what runs next.
    process.exit(EXIT_FAILED);
  }
}

/** One that is on trial has so long to be confirmed; and however it ends, it is started again. */
function watch(store: UpdateStore, program: string, limitMs: number, say: Say): void {
  const isOnTrial = () => store.read()?.trial?.sha256 === program;
  const timer = setTimeout(() => {
    const record = store.read();
    if (record === null || !isOnTrial()) return;
    const seconds = Math.round(limitMs / 1000);
    const why = `it was not confirmed within ${seconds} s`;
    say(`update taken back: ${why}`);
    store.write(failTrial(record, why));
    process.exit(EXIT_FAILED);
  }, limitMs);
  timer.unref();
  process.on("exit", (code) => {
    if (code === EXIT_USAGE && isOnTrial()) process.exitCode = EXIT_FAILED;
  });
}
