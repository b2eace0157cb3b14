// A rig that mines at a pool over real TCP, with the real core, loop, pool lane and store, and Zeros that only sleep: what a
// Zero would hash in a second and a half is found here in a millisecond, and handed over when the Zero would have found it.

import { performance } from "node:perf_hooks";
import type { EffectOf } from "../../controller/core/effect.ts";
import { DEFAULT_POLICY, type Policy } from "../../controller/core/policy.ts";
import type { RigState } from "../../controller/core/state.ts";
import { initialState } from "../../controller/core/state.ts";
import { awaitsVerdict } from "../../controller/core/view.ts";
import type { SessionLimits } from "../../controller/pools/duino/limits.ts";
import type { TraceEntry } from "../../controller/pools/duino/trace.ts";
import { systemClock } from "../../controller/shell/clock.ts";
import { executors, type Machinery } from "../../controller/shell/executors.ts";
import { Loop, type Untimed } from "../../controller/shell/loop.ts";
import { PoolLane } from "../../controller/shell/pool-lane.ts";
import { Store } from "../../controller/shell/store.ts";
import { type SlotId, slotId } from "../../hat/slots.ts";
import { referenceKernel } from "../../zero-agent/kernels/reference.ts";
import type { ControllerMessage, Hello, JobMessage } from "../../zero-agent/protocol/messages.ts";

export interface PoolRigOptions {
  readonly port: number;
  /** Where its store is. */
  readonly dir: string;
  readonly zeros: number;
  readonly connections: number;
  /** Of each Zero. */
  readonly rateHs: number;
  readonly policy?: Partial<Policy>;
  readonly limits?: Partial<SessionLimits>;
  /** Told of every segment of its pool connections. */
  readonly onWire?: (seat: string, dir: TraceEntry["dir"], text: string) => void;
  readonly onReport?: (ev: string, detail: Readonly<Record<string, unknown>>) => void;
}

/** Over USB, each way. */
const LINK_MS = 1;
const BEAT_MS = 2000;
const READ_MS = 1000;
const STOP_MS = 5000;

/** A Zero: what it searches, and for how long it has. */
class SleepyZero {
  readonly slot: SlotId;
  readonly link: number;
  hashes = 0;
  #busyMs = 0;
  #since: number | null = null;
  #elapsedMs = 0;
  #timer: NodeJS.Timeout | null = null;
  #job: JobMessage | null = null;

  constructor(slot: SlotId, link: number) {
    this.slot = slot;
    this.link = link;
  }

  /** How long it has searched up to now. */
  get busyUntilNow(): number {
    if (this.#since === null) return this.#busyMs;
    return this.#busyMs + Math.max(0, Math.min(performance.now() - this.#since, this.#elapsedMs));
  }

  /** It began to search when the job arrived, however late this process gets to know of it; so with its end. */
  take(job: JobMessage, since: number, rateHs: number, post: (event: Untimed) => void): void {
    if (job.algorithm !== "duco-s1") return;
    const { prefix, target, from, to } = job;
    const { nonce, hashes } = referenceKernel.search(
      { algorithm: "duco-s1", prefix, target },
      from,
      to,
      to - from + 1,
    );
    const elapsedMs = (hashes / rateHs) * 1000;
    [this.#job, this.#since, this.#elapsedMs] = [job, since, elapsedMs];
    this.#timer = setTimeout(
      () => {
        this.#rest();
        this.hashes += hashes;
        const { id: jobId, epoch } = job;
        const { slot: worker, link } = this;
        const result = {
          type: "result",
          worker,
          link,
          jobId,
          epoch,
          nonce,
          hashes,
          elapsedMs,
        } as const;
        post(result);
      },
      since + elapsedMs + LINK_MS - performance.now(),
    );
  }

  cancel(jobId: string): void {
    if (this.#job?.id === jobId) this.#rest();
  }

  #rest(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#busyMs = this.busyUntilNow;
    [this.#timer, this.#since, this.#job] = [null, null, null];
  }
}

export class PoolRig {
  readonly zeros: readonly SleepyZero[];
  readonly store: Store;
  readonly #options: PoolRigOptions;
  readonly #loop: Loop;
  readonly #lane: PoolLane;
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(options: PoolRigOptions) {
    const { port, dir, zeros, connections, policy, limits, onWire, onReport } = options;
    this.#options = options;
    const slots = Array.from({ length: zeros }, (_, index) => slotId(index));
    this.zeros = slots.map((slot, index) => new SleepyZero(slot, index + 1));
    this.store = new Store(dir, () => new Date());
    const post = (event: Untimed) => this.#loop.post(event);
    const node = { host: "127.0.0.1", port, name: "practice" };
    const seatOptionsOf = (seat: string) => ({
      user: "bench",
      tier: "LOW" as const,
      miningKey: null,
      rig: `rig-${seat}`,
      group: 1,
      version: "0",
      ...(limits === undefined ? {} : { limits }),
      ...(onWire === undefined
        ? {}
        : { onWire: (dir: TraceEntry["dir"], text: string) => onWire(seat, dir, text) }),
    });
    this.#lane = new PoolLane(seatOptionsOf, { node, good() {}, bad() {} }, post);
    // Of the rest nothing is asked for here: no line is switched, no host hashes.
    const used: Omit<Machinery, "board" | "links" | "addresses" | "hosts"> = {
      clock: systemClock,
      store: this.store,
      pool: this.#lane,
      askerOf: () => ({ iot: "", rateHs: this.#options.rateHs }),
      orderEnded() {},
      post,
      report: ({ ev, detail }: EffectOf<"report">) => onReport?.(ev, detail),
    };
    const links = {
      send: (link: number, message: ControllerMessage) => this.#deliver(link, message),
    };
    const execute = executors({ ...used, links } as unknown as Machinery);
    const rig = { ...DEFAULT_POLICY, connectionsPerZero: connections, ...policy };
    const shape = { slots, hostWorkers: 0 };
    const state = initialState(shape, rig, this.store.recall(), systemClock.now());
    this.#loop = new Loop(state, systemClock, execute);
  }

  get state(): RigState {
    return this.#loop.state;
  }

  /** The Zeros are found on, dial in and prove themselves; then they mine. */
  start(): void {
    this.#post({ type: "pool-node", node: "practice", why: "first", detail: null });
    this.#every(READ_MS, () => {
      const slots = this.zeros.map(
        ({ slot }) => ({ slot, line: "on", driven: true, usb: "present" }) as const,
      );
      this.#post({ type: "board-read", reading: { slots, underVoltage: false } });
      this.#post({ type: "link-server-proved" });
    });
    for (const { slot, link } of this.zeros) {
      this.#post({ type: "link-up", slot, link, hello: helloOf(slot, this.#options.rateHs) });
    }
    let seq = 0;
    this.#every(BEAT_MS, () => {
      for (const zero of this.zeros) this.#beat(zero, seq);
      seq++;
    });
  }

  /** Asks for no more work, waits for the verdicts that are owed, hangs up. */
  async stop(): Promise<void> {
    this.#post({ type: "quiesce" });
    const until = performance.now() + STOP_MS;
    do await new Promise((resolve) => setTimeout(resolve, 20));
    while (awaitsVerdict(this.state) && performance.now() < until);
    this.#lane.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    this.#loop.stop();
    for (const timer of this.#timers) clearInterval(timer);
    for (const zero of this.zeros) zero.cancel("");
    this.store.close();
  }

  #post(event: Untimed): void {
    this.#loop.post(event);
  }

  #every(ms: number, run: () => void): void {
    run();
    this.#timers.push(setInterval(run, ms));
  }

  #beat({ slot, link, hashes }: SleepyZero, seq: number): void {
    const idle = { jobId: null, tempC: 40, throttled: 0, load: 1, memoryFreeBytes: 1e8 };
    const beat = {
      type: "beat",
      seq,
      hashes: hashes + seq,
      uptimeMs: seq * BEAT_MS,
      ...idle,
    } as const;
    this.#post({ type: "beat", slot, link, beat });
  }

  #deliver(link: number, message: ControllerMessage): void {
    const zero = this.zeros[link - 1];
    if (zero === undefined) return;
    if (message.type === "cancel") zero.cancel(message.jobId);
    if (message.type !== "job") return;
    // The known answer takes no time worth counting.
    const rateHs = message.id.startsWith("t") ? 1e9 : this.#options.rateHs;
    zero.take(message, performance.now() + LINK_MS, rateHs, (event) => this.#post(event));
  }
}

function helloOf(slot: SlotId, hashrateHs: number): Hello {
  return {
    type: "hello",
    agentVersion: "0",
    protocol: { min: 1, max: 1 },
    bootId: `boot-${slot}`,
    model: "Raspberry Pi Zero W",
    cpu: { model: "none", cores: 1, arch: "arm" },
    kernels: [{ name: "sleep", algorithm: "duco-s1", hashrateHs }],
  };
}
