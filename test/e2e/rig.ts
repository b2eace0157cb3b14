// A whole rig of real processes: a virtual HAT with real agents, a practice pool over TCP, and the real controller,
// which a test may kill and start again while the rest lives on.

import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { onTestFinished } from "vitest";
import { ask } from "../../controller/cli/control-client.ts";
import { freePort } from "../../controller/cli/demo/free-port.ts";
import {
  type RigPaths,
  rigFiles,
  rigPaths,
  virtualHatArgs,
  writeRigFiles,
} from "../../controller/cli/demo/rig-files.ts";
import type { RigStatus } from "../../controller/core/status.ts";
import type { PracticeStats } from "../../controller/pools/practice/ledger.ts";
import {
  PracticePool,
  type PracticePoolOptions,
} from "../../controller/pools/practice/practice-pool.ts";
import type { ControlRequest, SpecialVerb } from "../../controller/shell/control-protocol.ts";
import { VirtualHatClient } from "../../hat/virtual/client.ts";
import { HATCTL, type Program, start, until, ZERO_AGENT, ZERORIG } from "./programs.ts";

const PACE_HS = 120_000;

export interface RigOptions {
  readonly zeros?: number;
  /** Changes to the lines of controller.toml: `key = value` by its old text. */
  readonly edit?: (toml: string) => string;
  /** The Zeros' agent; without it the one that is built. */
  readonly agent?: string;
  /** What the controller's environment has besides ours, also after a restart. */
  readonly env?: NodeJS.ProcessEnv;
  /** How its pool differs from the usual one. */
  readonly pool?: Partial<PracticePoolOptions>;
}

interface Edges {
  readonly slot: string;
  readonly cuts: number;
  readonly starts: number;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A folder of the test's own, gone at its end. */
export function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "zr-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));
  return dir;
}

export class Rig {
  readonly dir: string;
  readonly paths: RigPaths;
  readonly pool: PracticePool;
  /** Where that pool listens, as "127.0.0.1:4321". */
  readonly poolAddress: string;
  readonly hat: VirtualHatClient;
  readonly #env: NodeJS.ProcessEnv;
  controller: Program;

  private constructor(
    dir: string,
    paths: RigPaths,
    pool: PracticePool,
    poolAddress: string,
    hat: VirtualHatClient,
    env: NodeJS.ProcessEnv,
  ) {
    this.dir = dir;
    this.paths = paths;
    this.pool = pool;
    this.poolAddress = poolAddress;
    this.hat = hat;
    this.#env = env;
    this.controller = this.#startController();
  }

  static async start(options: RigOptions = {}): Promise<Rig> {
    const dir = tempDir();
    const paths = rigPaths(dir);
    const linkPort = await freePort();
    const pool = new PracticePool({
      seed: 7,
      expectedShareMs: 1000,
      startDifficulty: 2400,
      ...options.pool,
    });
    const { host, port } = await pool.listen();
    onTestFinished(() => pool.close());
    const shape = {
      zeros: options.zeros ?? 4,
      pace: PACE_HS,
      boot: { minMs: 1000, maxMs: 2000 },
      seed: 7,
    };
    const key = () => randomBytes(32).toString("hex");
    writeRigFiles(paths, rigFiles(paths, shape, { host, port, user: "e2e" }, linkPort, key));
    if (options.edit) {
      const toml = readFileSync(paths.controllerToml, "utf8");
      writeFileSync(paths.controllerToml, options.edit(toml));
    }
    start(HATCTL, virtualHatArgs(paths, shape, linkPort, options.agent ?? ZERO_AGENT));
    const hat = await until("the virtual HAT answers", () =>
      VirtualHatClient.connect(paths.hatSocket).catch(() => null),
    );
    // Its Zeros are processes of their own: they end with the board, not with us.
    onTestFinished(async () => {
      const agents = (await hat.truth()).flatMap(({ pid }) => pid ?? []);
      await hat.stop();
      await until("the Zeros have ended", () => agents.every((pid) => !isRunning(pid)));
    });
    const rig = new Rig(dir, paths, pool, `${host}:${port}`, hat, options.env ?? {});
    // Before its folder goes: it writes there until then.
    onTestFinished(() => rig.kill());
    await rig.answers();
    return rig;
  }

  #startController(): Program {
    return start(ZERORIG, ["run", "--config", this.paths.controllerToml], this.#env);
  }

  /** Starts the controller again after it ended. */
  async restart(): Promise<void> {
    this.controller = this.#startController();
    await this.answers();
  }

  async kill(): Promise<void> {
    this.controller.kill("SIGKILL");
    await this.controller.ended;
  }

  async stop(): Promise<void> {
    this.controller.kill("SIGTERM");
    await this.controller.ended;
  }

  /** Rejects at once with what the controller said where it has ended. */
  async answers(): Promise<RigStatus> {
    const { controller } = this;
    const ended = controller.ended.then(({ code, stderr }): never => {
      throw new Error(`the controller ended with ${code}: ${stderr}`);
    });
    const answered = until("the controller answers", () =>
      this.ask({ verb: "status" }).catch(() => null),
    );
    // Where it ends later, nobody waits for it here any more.
    ended.catch(() => {});
    answered.catch(() => {});
    return await Promise.race([answered, ended]);
  }

  async ask(request: Exclude<ControlRequest, { readonly verb: SpecialVerb }>): Promise<RigStatus> {
    return (await ask(this.paths.controlSocket, request, 10_000)).status;
  }

  status(): Promise<RigStatus> {
    return this.ask({ verb: "status" });
  }

  async slot(id: string) {
    const slot = (await this.status()).slots.find((candidate) => candidate.slot === id);
    if (slot === undefined) throw new Error(`no slot ${id}`);
    return slot;
  }

  /** All Ready, and each has had a share accepted. */
  async mining(): Promise<void> {
    let last: RigStatus | null = null;
    const mine = async () => {
      last = await this.status();
      return last.slots.every(({ state, accepted }) => state === "Ready" && accepted > 0);
    };
    await until("all mine", mine).catch((error: unknown) => {
      const events = this.events().slice(-40);
      throw new Error(`${error}: ${JSON.stringify({ last, events }, null, 1)}`, { cause: error });
    });
  }

  /** All Ready, and each has had a share accepted since this was called; or one of them. */
  async minesOn(only?: string): Promise<void> {
    const before = new Map((await this.status()).slots.map((slot) => [slot.slot, slot.accepted]));
    await until("all mine on", async () => {
      const slots = (await this.status()).slots.filter(({ slot }) => slot === (only ?? slot));
      return slots.every(
        ({ slot, state, accepted }) => state === "Ready" && accepted > (before.get(slot) ?? 0),
      );
    });
  }

  /** Waits for outstanding verdicts, then compares the controller's counts with the pool's. */
  async settled(): Promise<{ readonly status: RigStatus; readonly pool: PracticeStats }> {
    const status = await this.ask({ verb: "quiesce", timeoutMs: 5000 });
    return { status, pool: this.pool.stats() };
  }

  /** The names of the controller's log events so far, in order, with their slots. */
  events(
    program: Program = this.controller,
  ): { time: string; ev: string; slot: string | null; to?: string }[] {
    return program
      .out()
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line));
  }

  /** How often each line truly went off and on. */
  async edges(): Promise<Edges[]> {
    const truth = await this.hat.truth();
    return truth.map(({ slot, cuts, starts }) => ({ slot, cuts, starts }));
  }

  /** Which boot each Zero is in, by its own kernel. */
  async bootIds(): Promise<string[]> {
    const truth = await this.hat.truth();
    return truth.map(({ slot }) =>
      readFileSync(join(this.paths.zerosDir, slot, "proc/sys/kernel/random/boot_id"), "utf8"),
    );
  }

  /** Solutions that were written down twice for one session, whoever the controller was: there must be none. */
  doubleShares(): unknown[] {
    return this.query(
      "SELECT count(*) AS n FROM shares GROUP BY prefix, target, nonce, seat HAVING n > 1",
    );
  }

  /** The last id in a table of the store; 0 if there is none. */
  last(table: "shares" | "events"): number {
    return this.query<{ id: number | null }>(`SELECT max(id) AS id FROM ${table}`)[0]?.id ?? 0;
  }

  /** The states that slots went into after this event, whoever the controller was. */
  statesAfter(event: number): ReadonlySet<string> {
    const sql = `SELECT detail->>'to' AS state FROM events WHERE ev = 'slot.state' AND id > ${event}`;
    return new Set(this.query<{ state: string }>(sql).map(({ state }) => state));
  }

  /** Reads the store, which other processes may have open. */
  query<T>(sql: string): T[] {
    const db = new Database(join(this.paths.stateDir, "zerorig.sqlite"), { readonly: true });
    try {
      return db.prepare<[], T>(sql).all();
    } finally {
      db.close();
    }
  }
}
