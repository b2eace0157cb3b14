import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeRequest } from "./codec.ts";
import { step } from "./session.ts";
import { openWindow, retarget, withShare } from "./session-difficulty.ts";
import { DEFAULT_MINER_LIMITS, type MinerInput, openMiner } from "./session-state.ts";
import type { ServedWork } from "./work.ts";

const NOTICE = {
  jobId: "a",
  prevHash: "00".repeat(32),
  coinb1: "01",
  coinb2: "02",
  branch: [],
  version: "20000000",
  bits: "1d00ffff",
  time: "504e86b9",
  clean: true,
};

const hex = (bytes: number) =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .map((all) => Buffer.from(all).toString("hex"));
const method = fc.constantFrom(
  ...["mining.subscribe", "mining.authorize", "mining.submit", "mining.configure"],
  ...["mining.suggest_difficulty", "mining.extranonce.subscribe", "mining.ping", "x"],
);
const submit = fc.tuple(
  fc.constant("me"),
  fc.integer({ min: 0, max: 30 }).map((id) => id.toString(16)),
  fc.oneof(hex(4), hex(2)),
  fc.constant("504e86b9"),
  hex(4),
);
const line = fc.oneof(
  fc.json(),
  fc.string(),
  fc
    .tuple(
      method,
      fc.oneof(submit, fc.array(fc.jsonValue()), fc.constant(["me", "d=1"])),
      fc.jsonValue(),
    )
    .map(([name, params, id]) => JSON.stringify({ id, method: name, params })),
);
const event = fc.oneof(
  { weight: 5, arbitrary: line.map((text) => ({ type: "line", line: text }) as const) },
  fc.constantFrom(
    ...([
      { type: "tick" },
      { type: "gone" },
      { type: "flooded" },
      { type: "work", clean: true },
      { type: "work", clean: false },
    ] as const),
  ),
);

it("whatever comes, in whatever order: no throw, whole lines out, little is kept, hangs up last", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(event, fc.nat(20_000), fc.integer({ min: 2, max: 4 })), { maxLength: 60 }),
      fc.constantFrom(null, 5000),
      (inputs, shareEveryMs) => {
        const rules = {
          startDifficulty: 1,
          minDifficulty: 1e-6,
          shareEveryMs,
          limits: DEFAULT_MINER_LIMITS,
        };
        let now = 0;
        let work: ServedWork | null = null;
        let state = openMiner(
          { rules, work, extranonce2Bytes: 4, lastDifficulty: () => null },
          "0001",
          now,
        );
        for (const [input, later, extranonce2Bytes] of inputs) {
          now += later;
          if (input.type === "work") {
            work = { notice: NOTICE, extranonce2Bytes, mask: 0x1fffe000, wanted: null };
          }
          if (input.type === "gone") work = null;
          const scene = { rules, work, extranonce2Bytes: 4, lastDifficulty: () => 3 };
          const next = step(scene, state, { ...input, now } as MinerInput);
          state = next.state;
          expect(state.jobs.length).toBeLessThanOrEqual(16);
          expect(state.users.length).toBeLessThanOrEqual(16);
          expect(new Set(state.jobs.map(({ id }) => id)).size).toBe(state.jobs.length);
          for (const output of next.outputs) {
            if (output.type === "send") expect(JSON.parse(output.text)).toBeTypeOf("object");
            if (output.type === "claim") {
              expect(state.jobs).toContain(output.claim.job);
              expect(output.claim.found.extranonce2).toMatch(/^[0-9a-f]+$/);
            }
          }
          if (next.outputs.some(({ type }) => type === "drop")) {
            expect(next.outputs.at(-1)?.type).toBe("drop");
            return;
          }
        }
      },
    ),
    { numRuns: 500 },
  );
});

it("a request is read or not, and never throws", () => {
  fc.assert(
    fc.property(line, (text) => void decodeRequest(text)),
    { numRuns: 500 },
  );
});

/** A miner that finds shares at random, from a seed. */
function mined(perHashMs: number, start: number, seed: number) {
  const every = 10_000;
  let random = seed + 1;
  const draw = () => {
    random = (random * 48_271) % 2_147_483_647;
    return random / 2_147_483_647;
  };
  let [now, difficulty, window] = [0, start, openWindow(0)];
  const gaps: number[] = [];
  while (now < 7_200_000) {
    const nextShare = now - Math.log(draw()) * perHashMs * difficulty;
    for (;;) {
      const tick = now + 1000;
      now = Math.min(tick, nextShare);
      if (now === nextShare) window = withShare(window, difficulty);
      const next = retarget(difficulty, window, every, now);
      if (next !== null) {
        difficulty = next;
        window = openWindow(now);
        break;
      }
      if (now === nextShare) break;
    }
    if (now > 3_600_000) gaps.push(perHashMs * difficulty);
  }
  return gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
}

it("whatever a miner can do and wherever it starts, its shares come about as often as wanted in the end", () => {
  fc.assert(
    fc.property(
      fc.double({ min: -6, max: 9, noNaN: true }),
      fc.double({ min: -6, max: 3, noNaN: true }),
      fc.nat(2 ** 30),
      (speed, start, seed) => {
        const meanMs = mined(10_000 * 10 ** speed, 10 ** start, seed);
        expect(meanMs).toBeGreaterThan(5000);
        expect(meanMs).toBeLessThan(25_000);
      },
    ),
    { numRuns: 200 },
  );
});
