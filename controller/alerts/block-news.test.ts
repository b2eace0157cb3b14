// News of found blocks, from what the office says to what goes out.

import { expect, it } from "vitest";
import { NOTHING_REMEMBERED } from "../core/memory.ts";
import { DEFAULT_POLICY } from "../core/policy.ts";
import { initialState } from "../core/state.ts";
import { view } from "../core/view.ts";
import { handClock } from "../shell/hand-clock.ts";
import { ALERT_KINDS, type AlertKind } from "./alert-kind.ts";
import { AlertLane } from "./alert-lane.ts";
import { BlockNews, matterOf } from "./block-news.ts";
import type { Letter } from "./receiver.ts";

const HASH = "00".repeat(4) + "ab".repeat(28);
const BLOCK = { height: "840000", hash: HASH };
const settled = (fate: string, reason = "") => ({
  ev: "block.settled",
  detail: { ...BLOCK, fate, node: "http://h:1", reason },
});
const TAKEN = settled("accepted");
const REFUSED = settled("rejected", "high-hash");
const KEPT = { ...REFUSED, detail: { ...REFUSED.detail, file: "/s/blocks/b.block" } };
const LOST = { ev: "block.lost", detail: { ...BLOCK, file: "/s/blocks/b.block", todo: "" } };

it.each([
  ["info", "and taken by http://h:1", TAKEN],
  ["info", "and taken by http://h:1", settled("duplicate", "duplicate")],
  ["warn", "another was faster (http://h:1)", settled("inconclusive", "inconclusive")],
  ["error", "and refused by http://h:1: high-hash", REFUSED],
  [
    "error",
    "high-hash; another node was not heard: hand it in by hand with `bitcoin-cli -stdin",
    KEPT,
  ],
  ["error", "`bitcoin-cli -stdin submitblock < /s/blocks/b.block`", LOST],
])("is told as %s: %s", (level, words, event) => {
  const matter = matterOf(event);
  expect(matter).toMatchObject({ kind: "block", slot: null, of: HASH, level });
  expect(matter?.text).toContain("block 840000 was found");
  expect(matter?.text).toContain(HASH);
  expect(matter?.text).toContain(words);
});

it.each(["found", "accepted", "rejected", "not-heard", "again"])(
  "is none while block.%s says not all that will be known",
  (ev) => {
    expect(matterOf({ ev: `block.${ev}`, detail: BLOCK })).toBeNull();
  },
);

it("waits for who asks, the newest of it, and is given once", () => {
  const news = new BlockNews();
  for (let n = 0; n < 150; n++) news.hear({ ...TAKEN, detail: { ...TAKEN.detail, hash: `h${n}` } });
  const taken = news.take();
  expect(taken).toHaveLength(100);
  expect(taken.at(-1)?.of).toBe("h149");
  expect(news.take()).toEqual([]);
});

/** A lane whose rig is well but for the blocks. */
function lane(kinds: readonly AlertKind[]) {
  const clock = handClock();
  const shape = { slots: ["p1"], hostWorkers: 0 } as const;
  const state = initialState(shape, DEFAULT_POLICY, NOTHING_REMEMBERED, 0);
  const status = view(state, { version: "1", board: "x" }, 0);
  const news = new BlockNews();
  const letters: Letter[] = [];
  const logged: string[] = [];
  const subject = new AlertLane(
    { rig: "attic", kinds, repeatMs: 60_000, noSharesMs: 60_000 },
    {
      clock,
      status: () => status,
      diskFree: async () => 1e12,
      news: () => news.take(),
      deliver: (letter) => letters.push(letter),
      log: (level, ev) => logged.push(`${level} ${ev}`),
    },
  );
  subject.start();
  return { clock, news, letters, logged };
}

it("goes out once for each block, what came before anybody listened too", async () => {
  const { clock, news, letters, logged } = lane(ALERT_KINDS);
  news.hear(TAKEN);
  await clock.pass(4000);
  news.hear({ ...LOST, detail: { ...LOST.detail, hash: "other" } });
  await clock.pass(300_000);
  expect(letters.map(({ kind, state, level }) => `${kind} ${state} ${level}`)).toEqual([
    "block raised info",
    "block raised error",
  ]);
  expect(logged).toEqual(["info alert.raised", "error alert.raised"]);
});

it("goes out to nobody who does not want it", async () => {
  const { clock, news, letters } = lane(["fenced"]);
  news.hear(TAKEN);
  await clock.pass(10_000);
  expect(letters).toEqual([]);
});
