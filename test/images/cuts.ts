// Power cuts: a Zero's card in an emulated machine that is killed while the Zero hashes and writes wherever it can.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { randomStream } from "../../hat/virtual/random.ts";
import type { Entry } from "../../images/debian-package.ts";
import { type Machine, runMachine } from "../kernel-vm/emulator.ts";
import type { Emulator } from "../kernel-vm/new-qemu.ts";
import { putIntoCard, slowEntries, usb0Entry } from "./card-edit.ts";
import { writesAsked } from "./card-writes.ts";
import { faultsOf, sha256Of } from "./look.ts";
import { bootPartition, virtMachine } from "./virt.ts";
import { ZeroLink } from "./zero-link.ts";

export interface CutOptions {
  /** An arm64 Zero's, of slot p1; it is changed. */
  readonly image: string;
  readonly key: string;
  /** The numbers of the cuts. Several machines may draw from one list. */
  readonly numbers: Iterator<number>;
  /** The moment of each cut follows from it and the cut's number. */
  readonly seed: string;
  /** For what is made on the way. */
  readonly work: string;
  readonly qemu: Emulator;
  readonly say: (text: string) => void;
}

export interface Cut {
  /** The Zero hashed and wrote when its power went. */
  readonly hasWorked: boolean;
  /** Its file systems were in order. */
  readonly isClean: boolean;
  /** No byte of the card had changed. */
  readonly isSame: boolean;
  /** How often the card was asked to write before. */
  readonly writes: number;
  /** It came up once more, hashed and wrote. */
  readonly cameBack: boolean;
  readonly jobs: number;
}

const START_LIMIT_MS = 900_000;
/** Long enough that cuts fall before, in and after many a write. */
const WORK_MS = 20_000;
const WRITER_UNIT = `[Unit]
After=multi-user.target
[Service]
ExecStart=/bin/sh /writer.sh
`;
/** writer.sh says so after each of its rounds. */
const WRITTEN = "@@written";

/** Each time: start, work, cut at a moment of chance, and look at the card from outside; one start more at the end. The same card throughout. */
export async function cutPower(options: CutOptions): Promise<readonly Cut[]> {
  const { image, numbers, work } = options;
  const link = await ZeroLink.open(options.key);
  try {
    putIntoCard(image, entries(link));
    const before = await sha256Of(image);
    const from = bootPartition(image, work);
    const monitor = join(work, "monitor");
    const plain = virtMachine(options.qemu, from, image, START_LIMIT_MS);
    const args = [...plain.args, "-monitor", `unix:${monitor},server=on,wait=off`];
    // The cuts' moments are this machine's time: the Zero must come to something in it.
    const machine = { ...plain, args, isPatient: false };
    const cuts: Cut[] = [];
    for (let next = numbers.next(); next.done !== true; next = numbers.next()) {
      const waitMs = randomStream(options.seed, `cut ${next.value}`)() * WORK_MS;
      const cut = await cutOnce({ ...options, machine, link, monitor, before, waitMs }, next.value);
      const earlier = cuts.pop();
      if (earlier !== undefined) cuts.push({ ...earlier, cameBack: cut.hasWorked });
      cuts.push(cut);
      // It would not come up the next time either.
      if (!cut.hasWorked) return cuts;
    }
    const last = cuts.pop();
    if (last === undefined) return cuts;
    const { hasWorked, startedMs, consoleText } = await startOnce({
      machine,
      link,
      monitor,
      waitMs: 0,
    });
    const words = hasWorked
      ? `hashing and writing after ${seconds(startedMs)}`
      : `IT DID NOT COME UP\n${consoleText}`;
    options.say(`after its last cut: ${words}`);
    return [...cuts, { ...last, cameBack: hasWorked }];
  } finally {
    link.controller.close();
  }
}

interface Start {
  readonly machine: Machine;
  readonly link: ZeroLink;
  readonly monitor: string;
  /** From the moment at which it hashes and writes to its end. */
  readonly waitMs: number;
}

/** Starts the machine, waits until it hashes and writes, lets it work on, and kills it. */
async function startOnce({ machine, link, monitor, waitMs }: Start) {
  const began = performance.now();
  const stop = new AbortController();
  let [rounds, line, wrote] = [0, "", () => {}];
  const isWriting = new Promise<void>((resolve) => {
    wrote = resolve;
  });
  const onText = (text: string) => {
    // It may come letter by letter.
    const lines = `${line}${text}`.split("\n");
    line = lines.pop() ?? "";
    rounds += lines.filter((whole) => whole.includes(WRITTEN)).length;
    if (rounds > 0) wrote();
  };
  const run = runMachine({ ...machine, onText, stop: stop.signal });
  const hasWorked = await Promise.race([
    Promise.all([link.working(), isWriting]).then(
      () => true,
      () => false,
    ),
    run.then(() => false),
  ]);
  const startedMs = performance.now() - began;
  const [jobsBefore, roundsBefore] = [link.done, rounds];
  if (hasWorked) await sleep(waitMs);
  const writes = await writesAsked(monitor).catch(() => Number.NaN);
  const [jobs, written] = [link.done - jobsBefore, rounds - roundsBefore];
  stop.abort();
  const { consoleText, complaint } = await run;
  return {
    ...{ hasWorked, startedMs, writes, jobs, written },
    consoleText: `${complaint}${consoleText.slice(-4000)}`,
  };
}

interface Cutting extends Start {
  readonly image: string;
  readonly before: string;
  readonly say: (text: string) => void;
}

async function cutOnce(options: Cutting, number: number): Promise<Cut> {
  const { image, before, waitMs, say } = options;
  const { hasWorked, startedMs, writes, jobs, written, consoleText } = await startOnce(options);
  const began = performance.now();
  const faults = await faultsOf(image);
  const isSame = (await sha256Of(image)) === before;
  const words = [
    hasWorked ? `hashing and writing after ${seconds(startedMs)}` : "IT DID NOT COME UP",
    `cut ${seconds(waitMs)} later (${jobs} jobs, ${written} rounds of writing, ${writes} writes asked of the card)`,
    faults.length === 0 ? "file systems in order" : `NOT IN ORDER: ${faults.join("; ")}`,
    isSame ? "no byte changed" : "CHANGED",
    `looked at in ${seconds(performance.now() - began)}`,
  ];
  say(`cut ${number}: ${words.join(", ")}`);
  if (!hasWorked) say(consoleText);
  const isClean = faults.length === 0;
  return { hasWorked, isClean, isSame, writes, cameBack: false, jobs };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function entries(link: ZeroLink): readonly Entry[] {
  const wants = "etc/systemd/system/multi-user.target.wants";
  return [
    ...slowEntries(),
    { path: "etc/zerorig/agent.toml", text: link.agentSettings("p1") },
    usb0Entry("virtio_net"),
    { path: "writer.sh", text: readFileSync(join(import.meta.dirname, "writer.sh")) },
    { path: "etc/systemd/system/writer.service", text: WRITER_UNIT },
    { path: `${wants}/writer.service`, link: "/etc/systemd/system/writer.service" },
  ];
}
