import { describe, expect, it } from "vitest";
import type { AgentMessage, ControllerMessage } from "../protocol/messages.ts";
import { jobMessage, WELCOME } from "../testing/identity.ts";
import { ACKS_MAX } from "./commands.ts";
import type { Effect } from "./effect.ts";
import { KEPT_MAX } from "./jobs.ts";
import { FAILURES_WINDOW_MS, STARTING_MS, STUCK_MS } from "./workers.ts";
import { stepWorkload, type WorkerEvent, type WorkloadEvent, workloadWakeAt } from "./workload.ts";
import { initialWorkload, type WorkloadConfig, type WorkloadState } from "./workload-state.ts";

type Bare<E> = E extends unknown ? Omit<E, "now"> : never;

/** Drives a workload; it starts linked, with workers that are up. */
class Drive {
  readonly config: WorkloadConfig;
  state: WorkloadState;
  now = 1000;

  constructor(workers = 1, chunkHashes = 100) {
    this.config = { workers, chunkHashes: { "duco-s1": chunkHashes, sha256d: 2 * chunkHashes } };
    this.state = initialWorkload(this.config);
    this.step({ type: "linked" });
    for (let worker = 0; worker < workers; worker++) this.step({ type: "worker-up", worker });
  }

  step(event: Bare<WorkloadEvent>): readonly Effect[] {
    const full = { ...event, now: this.now } as WorkloadEvent;
    const { state, effects } = stepWorkload(this.config, this.state, full);
    this.state = state;
    return effects;
  }

  message(message: ControllerMessage): readonly Effect[] {
    return this.step({ type: "message", message });
  }

  /** The worker ends its chunk. */
  done(nonce: number | null, worker = 0): readonly Effect[] {
    const chunk = this.state.workers[worker]?.chunk;
    if (!chunk) throw new Error(`worker ${worker} has no chunk`);
    const hashes = (nonce ?? chunk.to) - chunk.from + 1;
    return this.step({ type: "chunk-done", worker, chunkId: chunk.id, hashes, nonce });
  }

  report(hashes: number, worker = 0): readonly Effect[] {
    const chunkId = this.state.workers[worker]?.chunk?.id ?? 0;
    return this.step({ type: "progress", worker, chunkId, hashes });
  }

  /** Lets time pass in steps as the shell would, with workers that get on or not. */
  pass(ms: number, isReporting = false): readonly Effect[] {
    const effects: Effect[] = [];
    for (const end = this.now + ms; this.now < end; ) {
      this.now = Math.min(end, this.now + 1000);
      if (isReporting) effects.push(...this.report(1));
      effects.push(...this.step({ type: "tick" }));
    }
    return effects;
  }
}

function sent(effects: readonly Effect[]): AgentMessage[] {
  return effects.flatMap((effect) => (effect.type === "send" ? [effect.message] : []));
}

function searches(effects: readonly Effect[]): string[] {
  return effects.flatMap((effect) =>
    effect.type === "search" ? [`${effect.worker}: ${effect.chunk.from}..${effect.chunk.to}`] : [],
  );
}

function types(effects: readonly Effect[]): string[] {
  return effects.map(({ type }) => type);
}

describe("a job", () => {
  it("is searched in chunks until the nonce is found", () => {
    const drive = new Drive();
    expect(searches(drive.message(jobMessage({ to: 150 })))).toEqual(["0: 0..99"]);
    drive.now += 20;
    expect(searches(drive.done(null))).toEqual(["0: 100..150"]);
    drive.now += 20;
    drive.report(10);
    const chunkId = drive.state.workers[0]?.chunk?.id ?? 0;
    const found = { type: "chunk-done", worker: 0, chunkId, hashes: 11, nonce: 120 } as const;
    expect(sent(drive.step(found))).toEqual([
      { type: "result", jobId: "j1", epoch: 1, nonce: 120, hashes: 121, elapsedMs: 40 },
    ]);
    expect(drive.state.hashes).toBe(121);
    expect(workloadWakeAt(drive.state)).toBeNull();
  });

  const header = { header: "0".repeat(152), target: "f".repeat(64) };

  it("of another algorithm is searched in chunks of its own size", () => {
    const drive = new Drive();
    const { prefix: _, ...fields } = jobMessage({ to: 299 });
    const effects = drive.message({ ...fields, ...header, algorithm: "sha256d" });
    expect(searches(effects)).toEqual(["0: 0..199"]);
    expect(effects).toMatchObject([{ chunk: { job: { algorithm: "sha256d", ...header } } }]);
    expect(searches(drive.done(null))).toEqual(["0: 200..299"]);
  });

  it("of an algorithm that it has no kernel for is given back", () => {
    const drive = new Drive();
    const { prefix: _, ...fields } = jobMessage();
    const effects = drive.message({ ...fields, ...header, algorithm: "scrypt" });
    expect(sent(effects)).toEqual([{ type: "nack", jobId: "j1", epoch: 1, why: "no-kernel" }]);
    expect(searches(effects)).toEqual([]);
  });

  it("is shared out among the workers, and the first to find it calls off the rest", () => {
    const drive = new Drive(3, 1000);
    const effects = drive.message(jobMessage({ to: 299 }));
    expect(searches(effects)).toEqual(["0: 0..99", "1: 100..166", "2: 167..211"]);
    const late = drive.state.workers[0]?.chunk?.id ?? 0;
    const found = drive.done(150, 1);
    expect(found.filter(({ type }) => type === "abort")).toEqual([
      { type: "abort", worker: 0 },
      { type: "abort", worker: 2 },
    ]);
    expect(sent(found)).toMatchObject([{ type: "result", nonce: 150 }]);
    const stray = { worker: 0, chunkId: late, hashes: 7 };
    expect(drive.step({ type: "progress", ...stray })).toEqual([]);
    expect(drive.step({ type: "chunk-done", ...stray, nonce: 3 })).toEqual([]);
    expect(drive.state.hashes).toBe(51 + 7 + 7);
  });

  it("ends with no nonce when its range is exhausted, even an empty one", () => {
    const drive = new Drive(2, 50);
    drive.message(jobMessage({ to: 99 }));
    drive.done(null, 0);
    while (drive.state.workers.some(({ chunk }) => chunk !== null) && drive.state.active) {
      const worker = drive.state.workers.findIndex(({ chunk }) => chunk !== null);
      const messages = sent(drive.done(null, worker));
      if (messages.length > 0) expect(messages).toMatchObject([{ nonce: null, hashes: 100 }]);
    }
    expect(drive.state.active).toBeNull();
    expect(sent(drive.message(jobMessage({ id: "none", from: 5, to: 4 })))).toMatchObject([
      { jobId: "none", nonce: null, hashes: 0 },
    ]);
  });

  it("waits in a queue of two; more are refused, and duplicates ignored", () => {
    const drive = new Drive();
    for (const id of ["j1", "j2", "j3", "j2"]) drive.message(jobMessage({ id }));
    const refused = sent(drive.message(jobMessage({ id: "j4" })));
    expect(refused).toEqual([{ type: "nack", jobId: "j4", epoch: 1, why: "busy" }]);
    const next = drive.done(5);
    expect(sent(next)).toMatchObject([{ jobId: "j1" }]);
    expect(searches(next)).toEqual(["0: 0..99"]);
    expect(drive.state.active?.job.id).toBe("j2");
  });

  it("is dropped when cancelled, active or queued, by its very epoch", () => {
    const drive = new Drive();
    drive.message(jobMessage());
    drive.message(jobMessage({ id: "j2" }));
    drive.message({ type: "cancel", jobId: "j1", epoch: 2 });
    drive.message({ type: "cancel", jobId: "j2", epoch: 1 });
    expect(drive.state.active?.job.id).toBe("j1");
    expect(drive.state.queue).toEqual([]);
    const effects = drive.message({ type: "cancel", jobId: "j1", epoch: 1 });
    expect(types(effects)).toEqual(["abort", "log"]);
    expect(drive.state.active).toBeNull();
  });

  it("is dropped when a newer epoch begins", () => {
    const drive = new Drive();
    drive.message(jobMessage());
    drive.message(jobMessage({ id: "j2", epoch: 2 }));
    expect(drive.state.active?.job.id).toBe("j2");
    drive.message(jobMessage({ id: "j3", epoch: 1 }));
    expect(drive.state.queue.map(({ job }) => job.id)).toEqual(["j3"]);
  });

  it("is dropped in silence when its time is over", () => {
    const drive = new Drive();
    drive.message(jobMessage({ budgetMs: 5000 }));
    drive.message(jobMessage({ id: "j2", budgetMs: 500 }));
    expect(workloadWakeAt(drive.state)).toBe(drive.now + 500);
    const effects = drive.pass(6000, true);
    expect(types(effects)).toEqual(["log", "abort", "log"]);
    expect(drive.state.active).toBeNull();
  });

  it("leaves its result for the next link, unless it is cancelled then", () => {
    const drive = new Drive();
    drive.message(jobMessage());
    drive.message(jobMessage({ id: "j2" }));
    drive.step({ type: "unlinked" });
    expect(sent(drive.done(7))).toEqual([]);
    expect(sent(drive.done(8))).toEqual([]);
    drive.message({ type: "cancel", jobId: "j1", epoch: 1 });
    drive.message({ type: "cancel", jobId: "j2", epoch: 9 });
    expect(sent(drive.step({ type: "linked" }))).toMatchObject([{ jobId: "j2", nonce: 8 }]);
    expect(sent(drive.step({ type: "linked" }))).toEqual([]);
  });

  it("leaves only the last few results", () => {
    const drive = new Drive();
    drive.step({ type: "unlinked" });
    for (let i = 0; i < KEPT_MAX + 3; i++) {
      drive.message(jobMessage({ id: `j${i}` }));
      drive.done(1);
    }
    expect(sent(drive.step({ type: "linked" }))).toHaveLength(KEPT_MAX);
  });
});

describe("a worker", () => {
  it("that reports nothing for 10 s is restarted with the same chunk", () => {
    const drive = new Drive();
    drive.message(jobMessage());
    expect(drive.pass(STUCK_MS - 1)).toEqual([]);
    const effects = drive.pass(1);
    expect(types(effects)).toEqual(["log", "send", "restart-worker", "search"]);
    expect(searches(effects)).toEqual(["0: 0..99"]);
    expect(drive.pass(40_000, true)).toEqual([]);
  });

  it("whose thread still starts is given more time, and has its 10 s from when it is up", () => {
    const drive = new Drive();
    drive.message(jobMessage({ budgetMs: 300_000 }));
    expect(types(drive.pass(STUCK_MS))).toContain("restart-worker");
    expect(drive.pass(STARTING_MS - 1)).toEqual([]);
    drive.step({ type: "worker-up", worker: 0 });
    expect(drive.pass(STUCK_MS - 1)).toEqual([]);
    expect(types(drive.pass(1))).toContain("restart-worker");
    expect(types(drive.pass(STARTING_MS))).toContain("exit");
  });

  it("that was never heard of is not up", () => {
    const drive = new Drive();
    const before = drive.state;
    drive.step({ type: "worker-up", worker: 9 });
    expect(drive.state.workers).toEqual(before.workers);
  });

  it("is not blamed for a pause of the whole process", () => {
    const drive = new Drive();
    drive.message(jobMessage());
    drive.now += 30_000;
    expect(drive.step({ type: "tick" })).toEqual([]);
    expect(drive.pass(STUCK_MS - 1)).toEqual([]);
    expect(types(drive.pass(1))).toContain("restart-worker");
  });

  it("without work is never stuck", () => {
    expect(new Drive().pass(60_000)).toEqual([]);
    const drive = new Drive(2);
    drive.message(jobMessage({ to: 0 }));
    expect(workloadWakeAt(drive.state)).toBe(drive.now + 1000);
    expect(drive.pass(30_000, true)).toEqual([]);
  });

  const died: WorkerEvent = { type: "worker-died", worker: 0, why: "out of memory" };

  it("that fails for the third time in 5 min ends the agent, and the work is given back", () => {
    const drive = new Drive();
    expect(types(drive.step(died))).toEqual(["log", "send", "restart-worker"]);
    drive.message(jobMessage());
    drive.message(jobMessage({ id: "j2" }));
    expect(types(drive.step(died))).toContain("search");
    const effects = drive.step(died);
    expect(sent(effects).filter(({ type }) => type === "nack")).toEqual([
      { type: "nack", jobId: "j1", epoch: 1, why: "worker-failed" },
      { type: "nack", jobId: "j2", epoch: 1, why: "worker-failed" },
    ]);
    expect(effects.at(-1)).toMatchObject({ type: "exit", reason: "failed" });
  });

  it("may fail now and then", () => {
    const drive = new Drive();
    for (let i = 0; i < 10; i++) {
      drive.now += FAILURES_WINDOW_MS / 2;
      expect(types(drive.step(died))).not.toContain("exit");
    }
  });

  it("that is none of ours changes nothing but the count", () => {
    const drive = new Drive();
    drive.message(jobMessage());
    drive.step({ type: "progress", worker: 9, chunkId: 1, hashes: 5 });
    expect(drive.state.hashes).toBe(5);
    expect(drive.state.active?.hashes).toBe(0);
    expect(types(drive.step({ ...died, worker: 9 }))).not.toContain("search");
  });
});

describe("a command", () => {
  const drain: ControllerMessage = { type: "drain", commandId: "d", deadlineMs: 5000 };
  const restart: ControllerMessage = {
    type: "restart",
    commandId: "r",
    deadlineMs: 1000,
    what: "worker",
  };

  it("to drain lets held jobs finish and refuses others, until a new link", () => {
    const drive = new Drive();
    drive.message(jobMessage());
    expect(sent(drive.message(drain))).toMatchObject([{ type: "ack", commandId: "d", ok: true }]);
    expect(sent(drive.message(jobMessage({ id: "j2" })))).toMatchObject([{ why: "draining" }]);
    expect(sent(drive.done(1))).toMatchObject([{ type: "result" }]);
    drive.step({ type: "linked" });
    expect(searches(drive.message(jobMessage({ id: "j2" })))).toHaveLength(1);
  });

  it("to drain gives back what is not done in time", () => {
    const drive = new Drive();
    drive.message(jobMessage());
    drive.message(drain);
    expect(sent(drive.pass(4000, true))).toEqual([]);
    expect(workloadWakeAt(drive.state)).toBe(drive.now + 1000);
    expect(sent(drive.pass(1000, true))).toEqual([
      { type: "nack", jobId: "j1", epoch: 1, why: "draining" },
    ]);
    expect(drive.pass(2000)).toEqual([]);
  });

  it("to restart the workers gives them their chunks again", () => {
    const drive = new Drive(2);
    drive.message(jobMessage({ to: 59 }));
    const effects = drive.message(restart);
    expect(types(effects).filter((type) => type === "restart-worker")).toHaveLength(2);
    expect(searches(effects)).toEqual(["0: 0..29", "1: 30..44"]);
  });

  it("is done once and answered each time, as far as memory goes", () => {
    const drive = new Drive();
    drive.message(restart);
    expect(types(drive.message(restart))).toEqual(["send"]);
    for (let i = 0; i < ACKS_MAX; i++) drive.message({ ...drain, commandId: `d${i}` });
    expect(drive.state.acks).toHaveLength(ACKS_MAX);
    expect(types(drive.message(restart))).toContain("restart-worker");
  });

  it("may end the agent", () => {
    const ends: [ControllerMessage, string][] = [
      [{ ...restart, what: "agent" }, "restart"],
      [{ type: "shutdown", commandId: "s", deadlineMs: 0, how: "poweroff" }, "poweroff"],
      [{ type: "shutdown", commandId: "s", deadlineMs: 0, how: "reboot" }, "reboot"],
    ];
    for (const [command, reason] of ends) {
      const effects = new Drive().message(command);
      expect(sent(effects)).toMatchObject([{ type: "ack", ok: true }]);
      expect(effects.at(-1)).toMatchObject({ type: "exit", reason });
    }
  });

  it("is not the handshake's", () => {
    expect(new Drive().message(WELCOME)).toEqual([]);
  });
});
