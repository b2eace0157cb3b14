// A Stratum session under anything that pools and seats may do, in any order.

import fc from "fast-check";
import { expect, it } from "vitest";
import { DEFAULT_LIMITS } from "./limits.ts";
import { step, wakeAt } from "./session.ts";
import {
  openSession,
  type SessionConfig,
  type SessionInput,
  type SessionState,
} from "./session-state.ts";

const CONFIG: SessionConfig = {
  host: "pool.example.com",
  port: 3333,
  user: "me",
  password: "x",
  algorithm: "sha256d",
  agent: "zerorig/1.0",
  suggestDifficulty: null,
  rollsVersion: true,
  name: "1",
  limits: DEFAULT_LIMITS,
};
const HASH = "ab".repeat(32);

type Bare = SessionInput extends infer I
  ? I extends SessionInput
    ? Omit<I, "now">
    : never
  : never;

function line(message: object): Bare {
  return { type: "text", text: `${JSON.stringify(message)}\n` };
}

const seat = fc.constantFrom("p1", "p2", "h1");
/** Few values, so that the same work comes again under another name. */
const notify = fc
  .tuple(
    fc.nat(5),
    fc.constantFrom(HASH, "cd".repeat(32)),
    fc.constantFrom("01", "02"),
    fc.boolean(),
  )
  .map(([id, prevHash, coinb1, clean]) =>
    line({
      method: "mining.notify",
      params: [`j${id}`, prevHash, coinb1, "ff", [], "20000000", "1d00ffff", "495fab29", clean],
    }),
  );
const pool = fc.oneof(
  { weight: 6, arbitrary: notify },
  fc
    .constantFrom(0.001, 1, 512)
    .map((value) => line({ method: "mining.set_difficulty", params: [value] })),
  fc
    .constantFrom("aa", "bb")
    .map((value) => line({ method: "mining.set_extranonce", params: [value, 4] })),
  fc
    .constantFrom("00006000", "0")
    .map((mask) => line({ method: "mining.set_version_mask", params: [mask] })),
  fc.nat(12).map((id) => line({ id, result: true, error: null })),
  fc.nat(12).map((id) => line({ id, result: null, error: [21, "stale", null] })),
);
const seats: fc.Arbitrary<Bare> = fc.oneof(
  {
    weight: 4,
    arbitrary: seat.map((name) => ({ type: "ask", seat: name, rateHs: 1000 }) as const),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(seat, fc.nat(30))
      .map(([name, ref]) => ({ type: "submit", seat: name, ref: `1.${ref}`, nonce: 7 }) as const),
  },
  seat.map((name) => ({ type: "leave", seat: name }) as const),
  fc.constant({ type: "tick" } as const),
);
const anything: fc.Arbitrary<Bare> = fc.oneof(
  pool,
  seats,
  fc.string().map((text) => ({ type: "text", text }) as const),
  fc.json().map((text) => ({ type: "text", text: `${text}\n` }) as const),
  fc.constantFrom({ type: "connected" } as const, line({ method: "client.reconnect" })),
  fc.constant({ type: "ended", code: "closed", detail: "x" } as const),
);

function mining(): SessionState {
  const begun: readonly Bare[] = [
    { type: "connected" },
    line({ id: 1, result: [[], "aa", 4], error: null }),
    line({ id: 2, result: true, error: null }),
  ];
  return begun.reduce(
    (state, input) => step(CONFIG, state, { ...input, now: 0 } as SessionInput).state,
    openSession(0),
  );
}

it("never gives the same header out twice, nor a share to the pool that is not of work that holds", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(pool, seats), { maxLength: 60 }), (inputs) => {
      let state = mining();
      const headers = new Set<string>();
      /** What each seat has that the pool still takes, as it was told. */
      const holds = new Map<string, string>();
      const last = new Map<string, string>();
      for (const drawn of inputs) {
        // Mostly of what the seat had last, whether that holds or not.
        const known = drawn.type === "submit" ? last.get(drawn.seat) : undefined;
        const input =
          drawn.type === "submit" && known !== undefined ? { ...drawn, ref: known } : drawn;
        const { state: next, outputs } = step(CONFIG, state, { ...input, now: 1 } as SessionInput);
        state = next;
        const sent = outputs.filter(
          ({ type, ...more }) => type === "send" && JSON.stringify(more).includes("mining.submit"),
        );
        if (input.type === "submit") {
          expect(sent.length).toBe(holds.get(input.seat) === input.ref ? 1 : 0);
          if (sent.length === 1) holds.delete(input.seat);
        } else expect(sent).toEqual([]);
        if (input.type === "ask" || input.type === "leave") holds.delete(input.seat);
        for (const output of outputs) {
          if (output.type !== "event") continue;
          const { event } = output;
          if (event.type === "void") holds.delete(event.seat);
          if (event.type !== "job") continue;
          expect(headers.has(event.header)).toBe(false);
          headers.add(event.header);
          holds.set(event.seat, event.ref);
          last.set(event.seat, event.ref);
        }
      }
    }),
    { numRuns: 300 },
  );
});

it("throws at nothing, keeps no more than a line, and ends once", () => {
  fc.assert(
    fc.property(fc.array(anything, { maxLength: 40 }), fc.array(fc.nat(20_000)), (inputs, gaps) => {
      let state = openSession(0);
      let now = 0;
      let ends = 0;
      for (const [index, input] of inputs.entries()) {
        now += gaps[index] ?? 0;
        const next = step(CONFIG, state, { ...input, now } as SessionInput);
        state = next.state;
        ends += next.outputs.filter(({ type }) => type === "drop").length;
        expect(state.tail.length).toBeLessThanOrEqual(65_536);
        expect(wakeAt(CONFIG, state) === null).toBe(state.phase === "dropped");
      }
      expect(ends).toBe(state.phase === "dropped" ? 1 : 0);
    }),
    { numRuns: 500 },
  );
});
