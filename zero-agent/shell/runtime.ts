// The shell's loop: events of socket, workers, clock and signals into the machine, its effects out to them.

import { randomBytes } from "node:crypto";
import {
  type AgentConfig,
  type AgentEvent,
  type AgentState,
  initialAgent,
  stepAgent,
} from "../core/agent.ts";
import type { Effect, ExitReason } from "../core/effect.ts";
import { decodeControllerFrame, encode } from "../protocol/codec.ts";
import type { ServiceNotice } from "../service/service-notice.ts";
import type { Outcome, Updater } from "../update/updater.ts";
import { Alarm, nowMs } from "./clock.ts";
import type { HashWorkerData } from "./hash-worker.ts";
import { Link } from "./link.ts";
import type { Logger } from "./log.ts";
import { readTelemetry } from "./sensors.ts";
import { WorkerPool } from "./worker-pool.ts";

export interface RuntimeOptions {
  readonly agent: AgentConfig;
  readonly controller: string;
  readonly sysroot: string;
  /** The program file, for the worker threads. */
  readonly file: string;
  readonly worker: HashWorkerData;
  readonly log: Logger;
  readonly updater: Updater;
  /** Null where no service manager wants to know. */
  readonly notice: ServiceNotice | null;
}

export interface Ending {
  readonly reason: ExitReason;
  readonly why: string;
}

/** An event before the clock and the dice are added. */
type Bare<E> = E extends unknown ? Omit<E, "now" | "random"> : never;
type Executors = {
  readonly [T in Effect["type"]]: (effect: Extract<Effect, { type: T }>) => void;
};

/** How long a goodbye may take. */
const GOODBYE_MS = 1000;

export class Runtime {
  readonly #options: RuntimeOptions;
  readonly #link: Link;
  readonly #pool: WorkerPool;
  readonly #alarm: Alarm;
  readonly #inbox: AgentEvent[] = [];
  readonly #execute: Executors;
  #agent: AgentConfig;
  #state: AgentState;
  #isStepping = false;
  #end: (ending: Ending) => void = () => {};

  constructor(options: RuntimeOptions) {
    this.#options = options;
    this.#agent = options.agent;
    this.#state = initialAgent(options.agent);
    this.#alarm = new Alarm(() => this.#post({ type: "tick" }));
    this.#link = new Link(options.controller, {
      onOpen: (link) =>
        this.#post({ type: "opened", link, nonce: randomBytes(16).toString("hex") }),
      onFrame: (link, frame) => this.#receive(link, frame),
      onPing: (link) => this.#post({ type: "heard", link }),
      onClose: (link, code, reason) => this.#post({ type: "closed", link, code, reason }),
    });
    this.#pool = new WorkerPool({
      file: options.file,
      workers: options.agent.workload.workers,
      data: options.worker,
      onEvent: (event) => this.#post(event),
    });
    this.#execute = this.#executors();
  }

  /** Runs until the agent ends; resolves with why, when link and workers are closed. */
  async run(): Promise<Ending> {
    const ending = await new Promise<Ending>((resolve) => {
      this.#end = resolve;
      this.#post({ type: "start" });
      this.#options.notice?.ready();
    });
    this.#alarm.clear();
    const goodbye = setTimeout(() => this.#link.drop(), GOODBYE_MS);
    await this.#link.closed();
    clearTimeout(goodbye);
    await this.#pool.close();
    return ending;
  }

  stop(why: string): void {
    this.#post({ type: "stop", why, reason: "stopped" });
  }

  /** The key to prove from the next link on. */
  rekey(key: Buffer): void {
    this.#agent = { ...this.#agent, identity: { ...this.#agent.identity, key } };
  }

  #receive(link: number, frame: string | null): void {
    const decoded =
      frame === null ? ({ ok: false, why: "binary frame" } as const) : decodeControllerFrame(frame);
    if (decoded.ok) this.#post({ type: "message", link, message: decoded.message });
    else this.#post({ type: "bad-frame", link, why: decoded.why });
  }

  /** Queues the event, and steps unless a step's own effect caused it. */
  #post(event: Bare<AgentEvent>): void {
    this.#inbox.push({ ...event, now: nowMs(), random: Math.random() } as AgentEvent);
    if (this.#isStepping) return;
    this.#isStepping = true;
    for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift()) {
      const { state, effects, wakeAt } = stepAgent(this.#agent, this.#state, next);
      this.#state = state;
      for (const effect of effects) this.#perform(effect);
      this.#alarm.set(this.#soonEnough(wakeAt));
      if (next.type === "tick") this.#options.notice?.turned();
    }
    this.#isStepping = false;
  }

  /** A watched loop looks around at least as often as its watchdog wants to see. */
  #soonEnough(wakeAt: number | null): number | null {
    const intervalMs = this.#options.notice?.intervalMs ?? null;
    if (wakeAt === null || intervalMs === null) return wakeAt;
    return Math.min(wakeAt, nowMs() + intervalMs);
  }

  #perform<T extends Effect["type"]>(effect: Extract<Effect, { type: T }>): void {
    (this.#execute[effect.type as T] as (effect: Extract<Effect, { type: T }>) => void)(effect);
  }

  #conclude({ reply, leave }: Outcome): void {
    if (reply !== null) this.#link.send(encode(reply));
    if (leave !== null) this.#post({ type: "stop", why: leave, reason: "restart" });
  }

  #executors(): Executors {
    const { log, sysroot, updater } = this.#options;
    return {
      dial: ({ link }) => this.#link.dial(link),
      send: ({ message }) => this.#link.send(encode(message)),
      beat: ({ seq, hashes, jobId }) => {
        const telemetry = readTelemetry(sysroot);
        this.#link.send(encode({ type: "beat", seq, hashes, jobId, ...telemetry }));
      },
      announce: () => this.#link.send(encode(updater.announce())),
      update: ({ message }) => this.#conclude(updater.take(message)),
      close: ({ code, reason }) => this.#link.close(code, reason),
      drop: () => this.#link.drop(),
      search: ({ worker, chunk }) => this.#pool.search(worker, chunk),
      abort: ({ worker }) => this.#pool.abort(worker),
      "restart-worker": ({ worker }) => this.#pool.restart(worker),
      log: ({ level, ev, why }) => log[level]({ ev, why }),
      exit: ({ reason, why }) => this.#end({ reason, why }),
    };
  }
}
