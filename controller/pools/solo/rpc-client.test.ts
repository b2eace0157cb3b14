// Questions to a full node over real HTTP: who is asked as whom, and every way in which no answer comes.

import { createServer, type Socket } from "node:net";
import { afterEach, expect, it } from "vitest";
import type { PoolNode } from "../node.ts";
import { askNode, type RpcOptions } from "./rpc-client.ts";
import { ScriptedNode } from "./scripted-node.ts";

const OPTIONS: RpcOptions = { credentials: () => "me:pass:word", userAgent: "zerorig/1", ca: null };
const QUESTION = { method: "getblockcount", params: [1, "a"], timeoutMs: 30_000 };
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function scripted(script: ScriptedNode["script"]) {
  const node = new ScriptedNode(script);
  closing.push(() => node.close());
  return { node, at: await node.listen() };
}

/** A server that says this to everybody, and hangs up or not. */
async function raw(text: string | Buffer, hangsUp: boolean): Promise<PoolNode> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.write(text);
    if (hangsUp) socket.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  return { host: "127.0.0.1", port: Object(address).port, name: "", rpc: true };
}

it("asks as its user, and takes the answer", async () => {
  const { node, at } = await scripted(() => ({ result: 5, error: null }));
  expect(await askNode(at, OPTIONS, QUESTION).answer).toEqual({ ok: true, result: 5 });
  expect(node.heard).toEqual([
    {
      method: "getblockcount",
      params: [1, "a"],
      authorization: `Basic ${Buffer.from("me:pass:word").toString("base64")}`,
      agent: "zerorig/1",
    },
  ]);
  await askNode(at, { ...OPTIONS, credentials: () => null }, QUESTION).answer;
  expect(node.heard.at(-1)?.authorization).toBeUndefined();
});

it("reads what stands in an answer of any status", async () => {
  const { node, at } = await scripted(() => ({ error: { code: -28, message: "Loading" } }));
  node.status = 500;
  expect(await askNode(at, OPTIONS, QUESTION).answer).toMatchObject({
    fault: { from: "node", rpcCode: -28 },
  });
  node.status = 401;
  expect(await askNode(at, OPTIONS, QUESTION).answer).toMatchObject({
    fault: { from: "door", code: "denied" },
  });
});

it("says why there is no answer, and never the password", async () => {
  const { node, at } = await scripted(() => undefined);
  const slow = askNode(at, OPTIONS, { ...QUESTION, timeoutMs: 100 });
  expect(await slow.answer).toMatchObject({
    fault: { from: "transport", code: "timeout", detail: "no answer to getblockcount in 0.1 s" },
  });
  const cancelled = askNode(at, OPTIONS, QUESTION);
  cancelled.cancel();
  expect(await cancelled.answer).toMatchObject({ fault: { code: "stopped" } });
  await node.close();
  const refused = await askNode(at, OPTIONS, QUESTION).answer;
  expect(refused).toMatchObject({ fault: { from: "transport", code: "refused" } });
  expect(JSON.stringify(refused)).not.toContain("word");
});

it("bears what is no node", async () => {
  const short = await raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", true);
  expect(await askNode(short, OPTIONS, QUESTION).answer).toMatchObject({
    fault: { from: "transport", code: "closed" },
  });
  const pool = await raw('{"id":null,"method":"mining.notify"}\n', false);
  expect(await askNode(pool, OPTIONS, QUESTION).answer).toMatchObject({
    fault: { from: "transport", code: "closed" },
  });
  const page = await raw("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>", false);
  expect(await askNode(page, OPTIONS, QUESTION).answer).toMatchObject({
    fault: { from: "door", code: "nonsense" },
  });
  const flood = Buffer.concat([
    Buffer.from("HTTP/1.1 200 OK\r\nContent-Length: 40000000\r\n\r\n"),
    Buffer.alloc(33_000_000, "x"),
  ]);
  expect(await askNode(await raw(flood, false), OPTIONS, QUESTION).answer).toMatchObject({
    fault: { code: "nonsense" },
  });
});

it("does not ask without what it should say who it is", async () => {
  const { node, at } = await scripted(() => ({ result: 5 }));
  const credentials = () => {
    throw new Error("cannot read the cookie");
  };
  expect(await askNode(at, { ...OPTIONS, credentials }, QUESTION).answer).toEqual({
    ok: false,
    fault: { from: "door", code: "denied", detail: "cannot read the cookie", rpcCode: null },
  });
  expect(node.heard).toEqual([]);
});
