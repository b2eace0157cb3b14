// The whole rig on one bench: four Zeros on simulated USB ports, a practice pool, and the real controller as a process.

import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ask } from "../../../controller/cli/control-client.ts";
import type { RigStatus } from "../../../controller/core/status.ts";
import { fairDifficulty } from "../../../controller/pools/practice/difficulty.ts";
import { PracticePool } from "../../../controller/pools/practice/practice-pool.ts";
import { BenchZero } from "./bench-zero.ts";
import { makeBridge } from "./gadget-link.ts";
import { until } from "./steps.ts";

const RUN = "/run/rig";
const ZERORIG = "/app/dist/zerorig.mjs";
const USER = "bench";
/** Slow, for there are five programs on an emulated processor; and yet the known answer of a new link takes two seconds. */
const HASHRATE_HS = 2500;
const SHARE_MS = 3000;
const WATCH_MS = 200;
const START_MS = 60_000;
/** A status costs both sides some 100 ms of an emulated processor: asked for seldom. */
const STATUS_MS = 1500;

export const SLOTS = ["p1", "p2", "p3", "p4"] as const;
export type Slot = (typeof SLOTS)[number];

export class Bench {
  readonly zeros: readonly BenchZero[];
  readonly pool: PracticePool;
  readonly #board: string;
  readonly #watch: NodeJS.Timeout;
  #controller: ChildProcess | null = null;

  private constructor(
    board: string,
    zeros: readonly BenchZero[],
    pool: PracticePool,
    levels: () => string,
  ) {
    this.#board = board;
    this.zeros = zeros;
    this.pool = pool;
    this.#watch = setInterval(() => {
      const now = levels();
      for (const [index, zero] of zeros.entries()) zero.power(now[index] === "1");
    }, WATCH_MS);
  }

  /** Cables, keys and agents for four Zeros. Once in a guest. */
  static async zeros(): Promise<readonly BenchZero[]> {
    mkdirSync(join(RUN, "keys"), { recursive: true });
    await makeBridge();
    const zeros: BenchZero[] = [];
    for (const [index, slot] of SLOTS.entries()) {
      const keyFile = join(RUN, "keys", `${slot}.key`);
      writeFileSync(keyFile, `${randomBytes(32).toString("hex")}\n`, { mode: 0o600 });
      zeros.push(
        await BenchZero.make({ id: index + 1, directory: RUN, keyFile, hashrateHs: HASHRATE_HS }),
      );
    }
    return zeros;
  }

  /** `levels`: the power lines of p1 to p4 as they are at the pins now, such as "1010". */
  static async start(
    board: string,
    zeros: readonly BenchZero[],
    levels: () => string,
  ): Promise<Bench> {
    const startDifficulty = fairDifficulty(HASHRATE_HS, SHARE_MS, 1);
    const pool = new PracticePool({ seed: 7, expectedShareMs: SHARE_MS, startDifficulty });
    const { host, port } = await pool.listen();
    const bench = new Bench(board, zeros, pool, levels);
    const directory = join(RUN, board);
    mkdirSync(directory, { recursive: true });
    const sections = {
      hat: { board },
      link: { keys_dir: join(RUN, "keys") },
      pool: { nodes: [`${host}:${port}`], user: USER, rig: "bench" },
      power: { restore: "all-on" },
      state: { dir: directory },
      control: { socket: bench.#path("control.sock") },
    };
    const lines = Object.entries(sections).flatMap(([section, values]) => [
      `[${section}]`,
      ...Object.entries(values).map(([name, value]) => `${name} = ${JSON.stringify(value)}`),
    ]);
    writeFileSync(bench.#path("controller.toml"), `${lines.join("\n")}\n`);
    return bench;
  }

  async startController(): Promise<void> {
    const log = openSync(this.#path("controller.log"), "a");
    const args = [ZERORIG, "run", "--config", this.#path("controller.toml")];
    this.#controller = spawn(process.execPath, args, { stdio: ["ignore", log, log] });
    await until(
      "the controller answers",
      START_MS,
      () => this.status().catch(() => null),
      STATUS_MS,
    );
  }

  /** Ends it by SIGTERM or SIGKILL; resolves when it is gone. */
  async endController(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const controller = this.#controller;
    if (controller === null) return;
    const ended = new Promise((resolve) => controller.once("exit", resolve));
    controller.kill(signal);
    await ended;
    this.#controller = null;
  }

  async status(): Promise<RigStatus> {
    return (await ask(this.#path("control.sock"), { verb: "status" }, 10_000)).status;
  }

  /** Waits for outstanding verdicts. */
  async settled(): Promise<RigStatus> {
    const request = { verb: "quiesce", timeoutMs: 8000 } as const;
    return (await ask(this.#path("control.sock"), request, 20_000)).status;
  }

  /** All Ready, and each has had a share accepted since this was called. */
  async minesOn(limitMs: number): Promise<void> {
    const before = new Map((await this.status()).slots.map((slot) => [slot.slot, slot.accepted]));
    const mine = async () => {
      const { slots } = await this.status();
      return slots.every(
        ({ slot, state, accepted }) => state === "Ready" && accepted > (before.get(slot) ?? 0),
      );
    };
    await until("all are Ready and mine", limitMs, mine, STATUS_MS);
  }

  /** The last lines of every log, for a failure. */
  tail(): string {
    const files = [
      this.#path("controller.log"),
      ...SLOTS.map((slot) => join(RUN, slot, "agent.log")),
    ];
    return files
      .map((file) => `${file}:\n${readFileSync(file, "utf8").split("\n").slice(-12).join("\n")}`)
      .join("\n");
  }

  /** The Zeros stay as they are. */
  async close(): Promise<void> {
    await this.endController("SIGKILL");
    await this.pool.close();
    clearInterval(this.#watch);
  }

  #path(name: string): string {
    return join(RUN, this.#board, name);
  }
}
