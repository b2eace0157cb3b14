import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AgentMessage, ControllerMessage } from "../protocol/messages.ts";
import {
  AGENT_NONCE,
  CHALLENGE,
  IDENTITY,
  jobMessage,
  PROOF,
  WELCOME,
} from "../testing/identity.ts";
import {
  type AgentConfig,
  type AgentEvent,
  type AgentStep,
  initialAgent,
  stepAgent,
} from "./agent.ts";
import type { Effect } from "./effect.ts";

const CONFIG: AgentConfig = {
  identity: IDENTITY,
  workload: { workers: 2, chunkHashes: { "duco-s1": 100 } },
};

type Bare<E> = E extends unknown ? Omit<E, "now" | "random"> : never;

class Drive {
  state = initialAgent(CONFIG);
  now = 0;

  step(event: Bare<AgentEvent>, random = 0.5): AgentStep {
    const step = stepAgent(CONFIG, this.state, { ...event, now: this.now, random } as AgentEvent);
    this.state = step.state;
    return step;
  }

  message(message: ControllerMessage): AgentStep {
    return this.step({ type: "message", link: this.state.connection.link, message });
  }

  link(): this {
    this.step({ type: "start" });
    this.step({ type: "opened", link: 1, nonce: AGENT_NONCE });
    for (const message of [CHALLENGE, PROOF, WELCOME]) this.message(message);
    return this;
  }
}

function types(effects: readonly Effect[]): string[] {
  return effects.map(({ type }) => type);
}

describe("the agent's machine", () => {
  it("beats with what the workload does", () => {
    const drive = new Drive().link();
    drive.message(jobMessage());
    drive.step({ type: "progress", worker: 0, chunkId: 1, hashes: 42 });
    drive.now = 2000;
    const { effects, wakeAt } = drive.step({ type: "tick" });
    expect(effects).toEqual([{ type: "beat", seq: 1, hashes: 42, jobId: "j1" }]);
    expect(wakeAt).toBe(3000);
  });

  it("keeps working while the link is down, and tells the next", () => {
    const drive = new Drive().link();
    drive.message(jobMessage());
    drive.step({ type: "closed", link: 1, code: 1006, reason: "" });
    const found = { type: "chunk-done", worker: 0, chunkId: 1, hashes: 9, nonce: 8 } as const;
    expect(types(drive.step(found).effects)).toEqual(["abort"]);
    drive.now = 250;
    drive.step({ type: "tick" });
    drive.step({ type: "opened", link: 2, nonce: AGENT_NONCE });
    drive.message(CHALLENGE);
    drive.message(PROOF);
    const { effects } = drive.message(WELCOME);
    expect(types(effects)).toEqual(["log", "announce", "send", "beat"]);
    expect(effects[2]).toMatchObject({ message: { type: "result", nonce: 8 } });
  });

  it("says which program runs on each new link, and leaves it to the shell to take another", () => {
    const sha256 = "a".repeat(64);
    const updates: ControllerMessage[] = [
      { type: "offer", sha256, size: 1, signer: sha256, signature: "0".repeat(128), mac: sha256 },
      { type: "chunk", sha256, offset: 0, data: "AAAA" },
      { type: "switch", sha256, trialMs: 1000 },
      { type: "confirm", sha256 },
      { type: "revert", why: "" },
      { type: "rekey", sealed: "0".repeat(120) },
    ];
    const drive = new Drive().link();
    for (const message of updates) {
      expect(drive.message(message).effects).toEqual([{ type: "update", message }]);
    }
    const left = drive.step({ type: "stop", why: "another program", reason: "restart" });
    expect(left.effects.at(-1)).toMatchObject({ type: "exit", reason: "restart" });
  });

  it("says goodbye on the link before it ends, and then nothing", () => {
    const drive = new Drive().link();
    const how = "reboot";
    const step = drive.message({ type: "shutdown", commandId: "s", deadlineMs: 0, how });
    expect(types(step.effects)).toEqual(["send", "close", "exit"]);
    expect(step.wakeAt).toBeNull();
    expect(drive.step({ type: "tick" })).toMatchObject({ effects: [], wakeAt: null });
  });

  it("ends without a goodbye when there is no link", () => {
    const drive = new Drive();
    const died = { type: "worker-died", worker: 0, why: "gone" } as const;
    expect(drive.step(died).wakeAt).toBeNull();
    drive.step(died);
    expect(types(drive.step(died).effects)).toEqual(["log", "exit"]);
  });
});

const command = fc.record({ commandId: fc.constantFrom("c1", "c2", "c3"), deadlineMs: fc.nat(9) });
const message: fc.Arbitrary<ControllerMessage> = fc.oneof(
  fc.constantFrom(CHALLENGE, PROOF, WELCOME),
  fc
    .record({
      id: fc.constantFrom("j1", "j2", "j3", "j4"),
      epoch: fc.nat(3),
      to: fc.nat(2000),
      budgetMs: fc.nat(30_000),
    })
    .map(jobMessage),
  fc
    .record({ jobId: fc.constantFrom("j1", "j2"), epoch: fc.nat(3) })
    .map((cancel) => ({ type: "cancel" as const, ...cancel })),
  command.map((rest) => ({ type: "drain" as const, ...rest })),
  command.map((rest) => ({ type: "restart" as const, what: "worker" as const, ...rest })),
);
const link = fc.integer({ min: 1, max: 4 });
const worker = fc.nat(2);
const chunkId = fc.integer({ min: 1, max: 30 });
const hashes = fc.nat(100);
const event: fc.Arbitrary<Bare<AgentEvent>> = fc.oneof(
  {
    weight: 8,
    arbitrary: message.chain((m) =>
      link.map((l) => ({ type: "message" as const, link: l, message: m })),
    ),
  },
  fc.constant({ type: "start" as const }),
  fc.constant({ type: "tick" as const }),
  link.map((l) => ({ type: "opened" as const, link: l, nonce: AGENT_NONCE })),
  link.map((l) => ({ type: "heard" as const, link: l })),
  link.map((l) => ({ type: "bad-frame" as const, link: l, why: "not JSON" })),
  fc
    .tuple(link, fc.constantFrom(1000, 1006, 4409, 4429))
    .map(([l, code]) => ({ type: "closed" as const, link: l, code, reason: "" })),
  fc.record({ type: fc.constant("progress" as const), worker, chunkId, hashes }),
  fc.record({
    type: fc.constant("chunk-done" as const),
    worker,
    chunkId,
    hashes,
    nonce: fc.option(fc.nat(2000)),
  }),
  fc.record({ type: fc.constant("worker-died" as const), worker, why: fc.constant("gone") }),
);

describe("in any order of events", () => {
  it("never throws, hands each chunk out once, answers no job twice, and counts upwards", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(event, fc.nat(4000)), { maxLength: 80 }),
        fc.boolean(),
        (events, isLinked) => {
          const drive = isLinked ? new Drive().link() : new Drive();
          const chunks = new Set<number>();
          let held = 0;
          for (const [next, afterMs] of events) {
            drive.now += afterMs;
            const before = drive.state.workload.hashes;
            const { effects, wakeAt } = drive.step(next);
            const { workload, connection } = drive.state;
            for (const effect of effects) {
              if (effect.type !== "search") continue;
              expect(chunks.has(effect.chunk.id)).toBe(false);
              chunks.add(effect.chunk.id);
            }
            const messages = effects.flatMap((e): AgentMessage[] =>
              e.type === "send" ? [e.message] : [],
            );
            const nacked = messages.filter(({ type }) => type === "nack").length;
            expect(nacked).toBeLessThanOrEqual(held + 1);
            held = workload.queue.length + (workload.active === null ? 0 : 1);
            expect(held).toBeLessThanOrEqual(3);
            expect(workload.hashes).toBeGreaterThanOrEqual(before);
            expect(workload.kept.length).toBeLessThanOrEqual(4);
            expect(workload.linked).toBe(connection.phase.name === "linked");
            // Work is never held by nobody: some worker has a chunk of the active job.
            const isSearching = workload.workers.some(({ chunk }) => chunk !== null);
            expect(isSearching).toBe(workload.active !== null);
            if (drive.state.ended || connection.phase.name === "idle") continue;
            expect(wakeAt).not.toBeNull();
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});
