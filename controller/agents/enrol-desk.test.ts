import { beforeEach, expect, it } from "vitest";
import {
  agreedKey,
  type Code,
  newKeyPair,
  parseCode,
  proveCode,
} from "../../zero-agent/protocol/enrolment.ts";
import { type HandClock, handClock } from "../shell/hand-clock.ts";
import { type Answer, CODE_LIFE_MS, EnrolDesk } from "./enrol-desk.ts";

let clock: HandClock;
let desk: EnrolDesk;
let enrolled: { slot: string; key: Buffer }[];
let notes: string[];

beforeEach(() => {
  clock = handClock();
  enrolled = [];
  notes = [];
  desk = new EnrolDesk({
    clock,
    enrolled: (slot, key) => enrolled.push({ slot, key }),
    note: (ev, slot, detail) => notes.push(`${ev} ${slot} ${detail["tries_left"]}`),
  });
});

function open(): Code {
  return parseCode(desk.open("p3")) as Code;
}

/** The whole exchange of a Zero that goes by this code. */
function tryWith(code: Code): { readonly answer: Answer; readonly key: Buffer | null } {
  const own = newKeyPair();
  const begun = desk.take({ slot: code.slot, publicKey: own.publicKey }, "127.0.0.1");
  if (begun.status !== 200) return { answer: begun, key: null };
  const { session, publicKey = "" } = begun.body;
  const exchange = { agent: own.publicKey, controller: publicKey };
  const mac = proveCode("agent", code, exchange);
  const key = agreedKey(own, publicKey, code, exchange);
  return { answer: desk.take({ session, mac }, "127.0.0.1"), key };
}

const wrong: Code = { slot: "p3", secret: "0".repeat(12) };

it("a code lets one Zero in, once", () => {
  const code = open();
  const { answer, key } = tryWith(code);
  expect(answer.status).toBe(200);
  expect(enrolled).toEqual([{ slot: "p3", key }]);
  expect(tryWith(code).answer.status).toBe(403);
});

it("three wrong ones, and the right one counts no more", () => {
  const code = open();
  for (let tries = 0; tries < 3; tries++) expect(tryWith(wrong).answer.status).toBe(403);
  expect(notes).toEqual([2, 1, 0].map((left) => `enroll.wrong-code p3 ${left}`));
  expect(tryWith(code).answer.status).toBe(403);
  expect(enrolled).toEqual([]);
});

it("counts for ten minutes, begun before or not", async () => {
  const code = open();
  await clock.pass(CODE_LIFE_MS - 1);
  const own = newKeyPair();
  const begun = desk.take({ slot: "p3", publicKey: own.publicKey }, "127.0.0.1");
  const { session = "", publicKey = "" } = begun.status === 200 ? begun.body : {};
  await clock.pass(1);
  const mac = proveCode("agent", code, { agent: own.publicKey, controller: publicKey });
  expect(desk.take({ session, mac }, "127.0.0.1").status).toBe(403);
  expect(tryWith(code).answer.status).toBe(403);
});

it("a newer code voids the one before, and so does a word", () => {
  const before = open();
  const code = open();
  expect(tryWith(before).answer.status).toBe(403);
  desk.close("p3");
  expect(tryWith(code).answer.status).toBe(403);
});

it("nobody is let in where no code is open, nor with what is no enrolment", () => {
  expect(tryWith(wrong).answer.status).toBe(403);
  expect(desk.take({ session: "0".repeat(32), mac: "0".repeat(64) }, "").status).toBe(403);
  open();
  for (const message of [null, {}, { slot: "p3" }, { slot: "p3", publicKey: "0".repeat(64) }]) {
    expect(desk.take(message, "").status).toBe(400);
  }
});

it("answers so many requests at most, from all together", async () => {
  open();
  const statuses = Array.from({ length: 21 }, () => desk.take(null, "").status);
  expect(statuses.slice(0, 20)).toEqual(Array(20).fill(400));
  expect(statuses[20]).toBe(429);
  await clock.pass(10_000);
  expect(desk.take(null, "").status).toBe(400);
});

it("remembers some exchanges that were begun, not all", () => {
  const code = open();
  const own = newKeyPair();
  const first = desk.take({ slot: "p3", publicKey: own.publicKey }, "");
  const { session = "", publicKey = "" } = first.status === 200 ? first.body : {};
  for (let more = 0; more < 8; more++) {
    desk.take({ slot: "p3", publicKey: newKeyPair().publicKey }, "");
  }
  const mac = proveCode("agent", code, { agent: own.publicKey, controller: publicKey });
  expect(desk.take({ session, mac }, "").status).toBe(403);
  expect(tryWith(code).answer.status).toBe(200);
});
