// The finder as it runs: what it asks, when, whom it tells, and what it keeps.

import { createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { Pick } from "../pools/duino/codec-picker.ts";
import { type PoolNode, parseNode } from "../pools/node.ts";
import { handClock } from "./hand-clock.ts";
import type { Untimed } from "./loop.ts";
import { PoolFinder, type PoolFinderParts } from "./pool-finder.ts";
import { poolGreets } from "./pool-greets.ts";
import { recallPool, rigGroup, savePool } from "./pool-memory.ts";

const A = parseNode("192.0.2.1:1") as PoolNode;
const B = parseNode("192.0.2.2:2") as PoolNode;

function started(parts: Partial<PoolFinderParts>) {
  const clock = handClock();
  const posted: Untimed[] = [];
  const notes: unknown[] = [];
  const finder = new PoolFinder({
    list: [],
    picker: "https://picker.example/getPool",
    memory: { good: [], chosen: null },
    clock,
    random: () => 0,
    askPicker: () => Promise.resolve({ ok: true, node: A }),
    greets: () => Promise.resolve(true),
    remember: () => {},
    post: (event) => posted.push(event),
    note: (ev, detail) => notes.push([ev, detail]),
    ...parts,
  });
  finder.start();
  return { clock, finder, posted, notes };
}

test("asks the picker until it names a node, and says what it hears meanwhile", async () => {
  const answers: Pick[] = [
    { ok: false, code: "blocked", detail: "HTTP 429" },
    { ok: true, node: A },
  ];
  const askPicker = () => Promise.resolve(answers.shift() as Pick);
  const { clock, finder, posted, notes } = started({ askPicker });
  expect(finder.node).toBeNull();
  expect(finder.status()).toMatchObject({ nodes: [], picker: { state: "asking", next_ms: null } });
  await clock.pass(500);
  expect(notes).toEqual([["pool.picker-failed", { code: "blocked", detail: "HTTP 429" }]]);
  expect(finder.status().picker).toEqual({
    state: "waiting",
    failures: 1,
    error: "blocked: HTTP 429",
    next_ms: 1500,
  });
  await clock.pass(1500);
  expect(finder.node).toEqual(A);
  const last = { type: "pool-node", node: "192.0.2.1:1", why: "picked", detail: null };
  expect(posted).toEqual([
    { ...last, node: null, why: "none", detail: "the picker is asked" },
    { ...last, node: null, why: "none", detail: "the picker says blocked: HTTP 429" },
    last,
  ]);
});

test("returns to the better node, and says how the nodes do", async () => {
  const { clock, finder, posted } = started({ list: [A, B] });
  expect(finder.node).toEqual(A);
  finder.bad(A, "banned", "User banned");
  finder.bad(A, "stopped", "closed by zerorig");
  finder.bad(A, "timeout", "no banner");
  finder.bad(A, "timeout", "no banner");
  expect(finder.node).toEqual(B);
  finder.good(B);
  await clock.pass(70_000);
  const unused = {
    failures: 0,
    good_ms: null,
    rests_ms: null,
    well_ms: null,
    name: "",
    from: "list",
  };
  expect(finder.status()).toEqual({
    nodes: [
      { ...unused, address: "192.0.2.1:1", well_ms: 10_000 },
      { ...unused, address: "192.0.2.2:2", good_ms: 70_000 },
    ],
    picker: null,
  });
  await clock.pass(600_000);
  expect(finder.node).toEqual(A);
  expect(posted.at(-1)).toMatchObject({ why: "returned" });
  finder.choose(B);
  expect(finder.node).toEqual(B);
  finder.stop();
  finder.choose(A);
  expect(finder.node).toEqual(B);
});

test("keeps good nodes over a restart; a full disk stops nothing", async () => {
  const kept = new Map<string, string>();
  const store = {
    readPool: (name: string) => kept.get(name) ?? null,
    writePool: (name: string, value: string) => void kept.set(name, value),
  };
  expect(recallPool(store)).toEqual({ good: [], chosen: null });
  const first = started({ remember: (memory) => savePool(store, memory) });
  await first.clock.pass(1);
  first.finder.good(A);
  expect(recallPool(store)).toEqual({ good: [A], chosen: null });
  const askPicker = () =>
    Promise.resolve({ ok: false, code: "timeout", detail: "silent" } as const);
  const second = started({ askPicker, memory: recallPool(store) });
  await second.clock.pass(1);
  expect(second.finder.node).toEqual(A);
  expect(second.posted.at(-1)).toMatchObject({ why: "cached" });
  for (const bad of ["", "{", "[]", '{"good":[{"host":"a b","port":1,"name":""}],"chosen":null}']) {
    kept.set("nodes", bad);
    expect(recallPool(store)).toEqual({ good: [], chosen: null });
  }
  const full = started({
    remember: () => {
      throw new Error("disk full");
    },
  });
  await full.clock.pass(1);
  full.finder.good(A);
  expect(full.notes).toEqual([["pool.not-remembered", { error: "disk full" }]]);
  expect(full.finder.node).toEqual(A);
});

test("another list, or another picker, is begun with at once; a person's choice stands", async () => {
  const asked: string[] = [];
  const askPicker = (url: URL) => {
    asked.push(url.href);
    return Promise.resolve({ ok: true, node: B } as const);
  };
  const { clock, finder, posted } = started({ list: [A], askPicker });
  expect(finder.node).toEqual(A);
  finder.relist([B, A], "https://picker.example/getPool");
  expect(finder.node).toEqual(B);
  finder.choose(A);
  finder.relist([B], "https://picker.example/getPool");
  expect(posted.at(-1)).toMatchObject({ node: "192.0.2.1:1", why: "manual" });
  finder.choose(null);
  finder.relist([], "https://other.example/");
  await clock.pass(1);
  expect(asked).toEqual(["https://other.example/"]);
  expect(posted.at(-1)).toMatchObject({ node: "192.0.2.2:2", why: "picked" });
});

test("the group of the rig is drawn once", () => {
  const kept = new Map<string, string>();
  const store = {
    readPool: (name: string) => kept.get(name) ?? null,
    writePool: (name: string, value: string) => void kept.set(name, value),
  };
  expect(rigGroup(store, () => 0.5)).toBe(1406);
  expect(rigGroup(store, () => 0.9)).toBe(1406);
  kept.set("group", "2812");
  expect(rigGroup(store, () => 0)).toBe(0);
  const writePool = () => {
    throw new Error("disk full");
  };
  expect(rigGroup({ readPool: () => null, writePool }, () => 0.1)).toBe(281);
});

test("a pool greets, or it does not", async () => {
  const says = async (speak: (socket: Socket) => void) => {
    const server = createServer(speak);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    return poolGreets({ host: "127.0.0.1", port, name: "" }, 400);
  };
  expect(await says((socket) => void socket.write("3.0\n"))).toBe(true);
  expect(await says((socket) => void socket.write("2.8"))).toBe(true);
  expect(await says((socket) => void socket.write("SSH-2.0-OpenSSH_9.2\r\n"))).toBe(false);
  expect(await says((socket) => void socket.write("x".repeat(300)))).toBe(false);
  expect(await says((socket) => socket.destroy())).toBe(false);
  expect(await says(() => {})).toBe(false);
  expect(await poolGreets({ host: "127.0.0.1", port: 1, name: "" }, 400)).toBe(false);
});
