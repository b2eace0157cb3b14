// A solo session under anything that a node and seats may do, in any order.

import fc from "fast-check";
import { expect, it } from "vitest";
import { transportFault } from "./codec.ts";
import { NETWORKS } from "./networks.ts";
import { step, wakeAt } from "./session.ts";
import {
  type CallName,
  DEFAULT_LIMITS,
  openSolo,
  type SoloConfig,
  type SoloInput,
  type SoloState,
} from "./session-state.ts";

const NETWORK = NETWORKS["bitcoin-regtest"];
const CONFIG: SoloConfig = {
  name: "1",
  algorithm: "sha256d",
  networkName: "bitcoin-regtest",
  network: NETWORK,
  payee: { script: "51", tag: "" },
  prefix: "00000000",
  limits: DEFAULT_LIMITS,
};
const HASHES = ["aa".repeat(32), "bb".repeat(32)] as const;

type Bare = SoloInput extends infer I ? (I extends SoloInput ? Omit<I, "now"> : never) : never;

const template = fc
  .tuple(fc.constantFrom(...HASHES), fc.nat(2), fc.constantFrom("l1", undefined))
  .map(([previousblockhash, curtime, longpollid]) => ({
    height: 7,
    version: 1,
    previousblockhash,
    bits: "207fffff",
    curtime,
    coinbasevalue: 1,
    transactions: [],
    rules: [],
    longpollid,
  }));
const call = fc.constantFrom<CallName>("genesis", "template", "news", "tip");
const node: fc.Arbitrary<Bare> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom<CallName>("template", "news"), template)
      .map(([name, result]) => ({
        type: "answer" as const,
        call: name,
        answer: { ok: true as const, result },
      })),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(...HASHES).map((result) => ({
      type: "answer" as const,
      call: "tip" as const,
      answer: { ok: true as const, result },
    })),
  },
  fc.tuple(call, fc.constantFrom(null, 5, "x", {}, [])).map(([name, result]) => ({
    type: "answer" as const,
    call: name,
    answer: { ok: true as const, result },
  })),
  fc
    .tuple(call, fc.constantFrom("transport" as const, "door" as const, "node" as const))
    .map(([name, from]) => ({
      type: "answer" as const,
      call: name,
      answer: { ok: false as const, fault: { ...transportFault("closed", "x"), from } },
    })),
);
const seat = fc.constantFrom("p1", "p2", "p3");
const seats: fc.Arbitrary<Bare> = fc.oneof(
  { weight: 4, arbitrary: seat.map((name) => ({ type: "ask", seat: name, rateHs: 9 }) as const) },
  fc
    .tuple(seat, fc.nat(20))
    .map(([name, ref]) => ({ type: "submit", seat: name, ref: `1.${ref}`, nonce: 7 }) as const),
  seat.map((name) => ({ type: "leave", seat: name }) as const),
  fc.constant({ type: "poke" } as const),
);
const time = fc.nat(20_000).map((ms) => ({ ms }));
const FATES = ["accepted", "duplicate", "inconclusive", "rejected"] as const;
const fate = fc.constantFrom(...FATES, ...FATES, null).map((word) => ({
  fate: word === null ? null : { fate: word, reason: word },
}));
/** Whoever has a piece finds a block in it. */
const find = seat.map((name) => ({ find: name }));
const run = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: node },
    { weight: 4, arbitrary: seats },
    { weight: 3, arbitrary: find },
    { weight: 2, arbitrary: fate },
    time,
  ),
  { minLength: 10, maxLength: 80 },
);

type Drawn = typeof run extends fc.Arbitrary<(infer I)[]> ? I : never;

/** What was drawn as what happens to this session now. */
function inputOf(drawn: Drawn, { given, pending }: SoloState): Bare {
  if ("ms" in drawn) return { type: "tick" };
  if ("find" in drawn) {
    const { find: owner } = drawn;
    return { type: "submit", seat: owner, ref: given.get(owner)?.ref ?? "", nonce: 7 };
  }
  if ("fate" in drawn) return { type: "judged", block: [...pending.keys()][0] ?? 0, ...drawn };
  return drawn;
}

it("throws at nothing, gives no header twice, judges each block once, and ends once and last", () => {
  let jobs = 0;
  let judged = 0;
  fc.assert(
    fc.property(run, (inputs) => {
      let now = 0;
      let state = openSolo(now);
      const headers = new Set<string>();
      const open = new Map<string, number>();
      let isOver = false;
      const begin: Bare[] = [
        { type: "open" },
        { type: "answer", call: "genesis", answer: { ok: true, result: NETWORK.genesis[0] } },
      ];
      for (const drawn of [...begin, ...inputs]) {
        if ("ms" in drawn) now += drawn.ms;
        const said = inputOf(drawn, state);
        const done = step(CONFIG, state, { ...said, now } as SoloInput);
        state = done.state;
        for (const output of done.outputs) {
          expect(isOver).toBe(false);
          if (output.type === "drop") isOver = true;
          if (output.type === "block") {
            const { seat: owner } = said as { seat: string };
            open.set(owner, (open.get(owner) ?? 0) + 1);
          }
          if (output.type !== "event") continue;
          const { event } = output;
          if (event.type === "job") {
            jobs++;
            expect(headers.has(event.header)).toBe(false);
            headers.add(event.header);
          }
          if (event.type === "verdict" && event.reason !== "stale: not sent") {
            judged++;
            expect(open.get(event.seat)).toBeGreaterThan(0);
            open.set(event.seat, (open.get(event.seat) ?? 0) - 1);
          }
        }
        if (said.type === "leave") open.delete(said.seat);
        // Nothing of what is due is put off: whoever wakes it then is not told to wake it at once again.
        if (said.type === "tick") expect(wakeAt(CONFIG, state)).toBeGreaterThan(now);
      }
    }),
    { numRuns: 400 },
  );
  // That it looked at something.
  expect(Math.min(jobs, judged)).toBeGreaterThan(50);
});
