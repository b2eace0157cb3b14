// npm run bench:jitter -- [--algorithm NAME] [--workers N] [--seconds N] [--core N] [--json]: does an agent beat in time while
// all its workers hash, on one core? A real agent, built for it, on a link with this process.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { loadavg } from "node:os";
import { Option } from "commander";
import type { Algorithm } from "../../zero-agent/kernels/kernel.ts";
import { ALGORITHMS } from "../../zero-agent/kernels/names.ts";
import type { JobMessage } from "../../zero-agent/protocol/messages.ts";
import { type Bundle, buildBundle, put } from "../../zero-agent/testing/bundle.ts";
import { FakeController, type FakeLink } from "../../zero-agent/testing/fake-controller.ts";
import { devCommand, positive, refuse, runCommand, whole } from "../flags.ts";
import { quantile } from "./contestant.ts";

const NAME = "bench:jitter";
const KEY = "5a".repeat(32);
/** Ten times as often as an agent is told to beat: more to count, and harder. */
const BEAT_MS = 200;
const CANCELS = 20;
const PING_MS = 2000;

interface Flags {
  readonly algorithm: Algorithm;
  readonly workers: number;
  readonly seconds: number;
  readonly core: number;
  readonly json?: true;
}

const program = devCommand(NAME, "Measures how late an agent's beats are while its workers hash.")
  .addOption(
    new Option("--algorithm <name>", "what they hash").choices(ALGORITHMS).default("duco-s1"),
  )
  .option("--workers <count>", "worker threads", whole, 4)
  .option("--seconds <count>", "for how long", positive, 30)
  .option("--core <number>", "the core that the agent has to itself, or shares", whole, 1)
  .option("--json", "the figures as JSON in the last line")
  .parse();
const flags = program.opts<Flags>();

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function jobOf(algorithm: Algorithm, id: string): JobMessage {
  const job = { type: "job", id, epoch: 1, from: 0, budgetMs: 3_600_000 } as const;
  const target = "0".repeat(algorithm === "duco-s1" ? 40 : 64);
  if (algorithm === "duco-s1") {
    return { ...job, algorithm, prefix: "0".repeat(40), target, to: Number.MAX_SAFE_INTEGER };
  }
  return { ...job, algorithm, header: "0".repeat(152), target, to: 2 ** 32 - 1 };
}

function start(bundle: Bundle, url: string): ChildProcess {
  const { algorithm, workers, core } = flags;
  const keyFile = put(bundle, "agent.key", `${KEY}\n`);
  const env = {
    PATH: process.env["PATH"] ?? "",
    ZERO_AGENT_SLOT: "p1",
    ZERO_AGENT_KEY_FILE: keyFile,
    ZERO_AGENT_CONTROLLER: url,
    ZERO_AGENT_WORKERS: `${workers}`,
    ZERO_AGENT_ALGORITHMS: [...new Set(["duco-s1", algorithm])].join(","),
    ZERO_AGENT_LOG_LEVEL: "silent",
  };
  const args = ["-c", `${core}`, process.execPath, bundle.file];
  return spawn("taskset", args, { env, stdio: ["ignore", "ignore", "inherit"] });
}

/** How much later than meant each beat came behind the one before, in ms. */
async function lateness(
  link: FakeLink,
  forMs: number,
): Promise<{ late: number[]; hashes: number }> {
  const late: number[] = [];
  const { hashes: before } = await link.next("beat");
  const startedAt = performance.now();
  for (let last = startedAt; ; ) {
    const { hashes } = await link.next("beat");
    const now = performance.now();
    late.push(Math.max(0, now - last - BEAT_MS));
    last = now;
    if (now - startedAt >= forMs) return { late, hashes: hashes - before };
  }
}

/** From a cancel, and a job of one nonce behind it, to that job's result, in ms. */
async function cancels(link: FakeLink): Promise<number[]> {
  const took: number[] = [];
  for (let i = 0; i < CANCELS; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100 + 7 * i));
    const now = performance.now();
    link.send({ type: "cancel", jobId: `long-${i}`, epoch: 1 });
    link.send({ ...jobOf(flags.algorithm, `short-${i}`), to: 0 });
    await link.next("result");
    took.push(performance.now() - now);
    link.send(jobOf(flags.algorithm, `long-${i + 1}`));
  }
  return took;
}

function figures(values: readonly number[]): Record<string, number> {
  const at = (share: number): number => Math.round(quantile(values, share) * 10) / 10;
  return { count: values.length, p50_ms: at(0.5), p99_ms: at(0.99), max_ms: at(1) };
}

await runCommand(NAME, async () => {
  execFileSync("taskset", ["-V"], { stdio: "ignore" });
  const { algorithm, workers, seconds, core } = flags;
  const bundle = await buildBundle();
  const controller = await FakeController.open();
  const agent = start(bundle, controller.url);
  try {
    const link = await controller.link();
    const hello = await link.welcome(Buffer.from(KEY, "hex"), BEAT_MS);
    // As the controller does: an agent that hears nothing for 15 s hangs up.
    const pings = setInterval(() => link.socket.ping(), PING_MS);
    link.socket.once("close", () => {
      agent.kill("SIGKILL");
      refuse(NAME, "the agent hung up");
    });
    const kernel = hello.kernels.find((known) => known.algorithm === algorithm)?.name ?? "none";
    link.send(jobOf(algorithm, "long-0"));
    while ((await link.next("beat")).hashes === 0);
    const { late, hashes } = await lateness(link, 1000 * seconds);
    const beats = figures(late);
    const cancel = figures(await cancels(link));
    const load = loadavg()[0]?.toFixed(1);
    say(
      `${workers} workers on core ${core}, ${algorithm} by ${kernel}, beats every ${BEAT_MS} ms, load ${load}`,
    );
    say(
      `a beat is late by ${beats["p50_ms"]} ms (middle), ${beats["p99_ms"]} (99 of 100), ${beats["max_ms"]} (all ${beats["count"]})`,
    );
    say(
      `from a cancel to the next job's result ${cancel["p50_ms"]} ms (middle), ${cancel["max_ms"]} (all ${cancel["count"]})`,
    );
    say(`${Math.round(hashes / seconds)} hashes a second meanwhile`);
    if (flags.json) say(JSON.stringify({ algorithm, kernel, workers, beats, cancel }));
    link.socket.removeAllListeners("close");
    clearInterval(pings);
  } finally {
    agent.kill("SIGKILL");
    controller.close();
    bundle.remove();
  }
});
