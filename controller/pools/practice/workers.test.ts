import { get } from "node:http";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { expect, onTestFinished, test } from "vitest";
import { decodeBalance } from "../duino/codec-balance.ts";
import { decodePick } from "../duino/codec-picker.ts";
import { PracticeError } from "./practice-error.ts";
import { answerRest, serveRest } from "./rest.ts";
import type { PracticeShare } from "./session.ts";
import { efficiency, rewardOf, Workers } from "./workers.ts";

const SHARE: PracticeShare = {
  user: "me",
  rig: "pi-p1",
  software: "zerorig 0",
  verdict: "accepted",
  block: false,
  reason: null,
  difficulty: 7500,
  hashes: 375_000,
  hashrateHs: 240_000,
  shareMs: 1740,
  target: "",
  group: 7,
};
const AT = { host: "127.0.0.1", port: 2811 };

test("each further worker of an account keeps four fifths of what the one before it does", () => {
  expect([1, 2, 3, 8].map((k) => Number(efficiency(k).toFixed(3)))).toEqual([1, 0.8, 0.64, 0.21]);
});

test("a connection's first ten shares are not paid, and then every second one", () => {
  const paid = Array.from({ length: 14 }, (_, index) => rewardOf(index + 1, 240_000, 1) > 0);
  expect(paid.flatMap((is, index) => (is ? [index + 1] : []))).toEqual([12, 14]);
  expect(rewardOf(12, 240_000, 2)).toBeCloseTo(0.8 * rewardOf(12, 240_000, 1));
  expect(rewardOf(12, null, 1)).toBe(0);
});

function mined(shares: number): Workers {
  const workers = new Workers();
  const id = workers.joined("me", 3);
  for (let share = 0; share < shares; share++) workers.share(id, SHARE);
  workers.share(id, { ...SHARE, verdict: "rejected", reason: "Incorrect result" });
  return workers;
}

test("the API look-alike is read by our own readers of the real one", () => {
  const sources = { ...AT, workers: mined(12) };
  const balance = answerRest(sources, "/balances/me");
  expect(decodeBalance(balance.status, JSON.stringify(balance.body))).toEqual({
    ok: true,
    duco: rewardOf(12, 240_000, 3),
  });
  const pick = answerRest(sources, "/getPool?x=1");
  expect(decodePick(pick.status, JSON.stringify(pick.body), true)).toMatchObject({
    ok: true,
    node: AT,
  });
});

test("a miner's row is what dashboards know", () => {
  const { body } = answerRest({ ...AT, workers: mined(2) }, "/miners/me");
  expect(body["result"]).toEqual([
    {
      threadid: "1",
      username: "me",
      hashrate: 240_000,
      sharetime: 1.74,
      accepted: 2,
      rejected: 1,
      diff: 7500,
      software: "zerorig 0",
      identifier: "pi-p1",
      algorithm: "DUCO-S1",
      pool: "zerorig practice pool",
      wd: 7,
      ki: 3,
      efficiency: efficiency(3),
    },
  ]);
  expect(answerRest({ ...AT, workers: mined(2) }, "/users/me").body).toMatchObject({
    result: { balance: { username: "me" }, miners: [{ accepted: 2 }], transactions: [] },
  });
  expect(answerRest({ ...AT, workers: mined(0) }, "/statistics").body).toMatchObject({
    result: { "Active connections": 1 },
  });
});

test("one that has not handed in a share yet is there all the same", () => {
  const workers = new Workers();
  workers.joined("me", 1);
  const { body } = answerRest({ ...AT, workers }, "/miners/me");
  expect(body["result"]).toMatchObject([{ hashrate: 0, accepted: 0, identifier: "", wd: null }]);
});

test("what is not there is said as the API says it", () => {
  const workers = new Workers();
  for (const path of ["/balances/you", "/users/you", "/miners/you", "/%"]) {
    expect(answerRest({ ...AT, workers }, path).body).toMatchObject({ success: false });
  }
  expect(answerRest({ ...AT, workers }, "/").status).toBe(404);
});

test("one that left is no worker any more, and its user's coins stay", () => {
  const workers = new Workers();
  const id = workers.joined("me", 1);
  workers.left(id);
  workers.share(id, SHARE);
  expect([workers.count, workers.of("me"), workers.balanceOf("me")]).toEqual([0, [], 0]);
});

test("users beyond a thousand earn nothing, so that memory does not grow", () => {
  const workers = new Workers();
  for (let user = 0; user < 1000; user++) workers.left(workers.joined(`user${user}`, 1));
  const id = workers.joined("late", 1);
  for (let share = 0; share < 12; share++) workers.share(id, { ...SHARE, user: "late" });
  expect(workers.balanceOf("late")).toBe(null);
});

test("it is served over HTTP", async () => {
  const workers = mined(1);
  const server = await serveRest({ ...AT, workers }, { host: "127.0.0.1", port: 0 });
  onTestFinished(() => server.close());
  const text = await new Promise<string>((resolve) => {
    get(`http://127.0.0.1:${server.port}/balances/me`, (response) => {
      response.on("data", (data) => resolve(String(data)));
    });
  });
  expect(JSON.parse(text)).toMatchObject({ success: true });
  const refused = await new Promise<string>((resolve) => {
    const socket = connect(server.port, "127.0.0.1");
    socket.on("data", (data) => resolve(String(data)));
    socket.end("POST / HTTP/1.1\r\nHost: x\r\n\r\n");
  });
  expect(refused).toContain("405");
  const taken = serveRest({ ...AT, workers }, { host: "127.0.0.1", port: server.port });
  await expect(taken).rejects.toBeInstanceOf(PracticeError);
});

const HAS_IPV6 = Object.values(networkInterfaces())
  .flat()
  .some((each) => each?.family === "IPv6");

test.each<[listens: string, at: string, ip: string]>([
  ["0.0.0.0", "127.0.0.1", "127.0.0.1"],
  ...(HAS_IPV6 ? [["::", "127.0.0.1", "127.0.0.1"] as [string, string, string]] : []),
  ["192.0.2.7", "127.0.0.1", "192.0.2.7"],
])("a pool that listens on %s is said to one who asks at %s to be at %s", async (host, at, ip) => {
  const sources = { workers: new Workers(), host, port: 2811 };
  const server = await serveRest(sources, { host: host === "192.0.2.7" ? at : host, port: 0 });
  onTestFinished(() => server.close());
  const answer = await fetch(`http://${at}:${server.port}/getPool`);
  expect(await answer.json()).toMatchObject({ ip, port: 2811 });
});
