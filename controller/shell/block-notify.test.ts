// Who may tell of a new block, over HTTP and by datagram, and how often anybody is told.

import { createSocket } from "node:dgram";
import { request } from "node:http";
import { afterEach, describe, expect, it, vi } from "vitest";
import { BlockNotify, type BlockNotifyOptions } from "./block-notify.ts";
import { handClock } from "./hand-clock.ts";

const SECRET = "a-secret-of-the-tests";
const open: BlockNotify[] = [];

afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

async function listening(secret: string | null = null, more: Partial<BlockNotifyOptions> = {}) {
  const clock = handClock();
  const onBlock = vi.fn();
  const notify = new BlockNotify({
    listen: "127.0.0.1",
    port: 0,
    secret,
    clock,
    onBlock,
    note: () => {},
    ...more,
  });
  open.push(notify);
  return { clock, onBlock, port: await notify.listen() };
}

interface Call {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The status; 0 where the connection is cut. */
function ask(port: number, { method = "POST", path = "/blocknotify", headers = {}, body }: Call) {
  return new Promise<number>((resolve) => {
    const call = request({ host: "127.0.0.1", port, method, path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    call.on("error", () => resolve(0));
    call.end(body);
  });
}

async function send(port: number, text: string): Promise<void> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve, reject) => {
    socket.send(text, port, "127.0.0.1", (error) => (error === null ? resolve() : reject(error)));
  });
  socket.close();
}

describe("over HTTP", () => {
  it("anybody on this machine may tell, where there is no secret", async () => {
    const { port, onBlock } = await listening();
    expect(await ask(port, { body: "00".repeat(32) })).toBe(204);
    expect(onBlock).toHaveBeenCalledTimes(1);
  });

  it.each<readonly [Call, number]>([
    [{ path: "/" }, 404],
    [{ path: "/blocknotify/more" }, 404],
    [{ method: "GET" }, 405],
    [{ headers: { origin: "https://evil.example" } }, 403],
    [{ headers: { "sec-fetch-site": "same-site" } }, 403],
    [{ body: "x".repeat(5000) }, 0],
  ])("%j is refused", async (call, status) => {
    const { port, onBlock } = await listening();
    expect(await ask(port, call)).toBe(status);
    expect(onBlock).not.toHaveBeenCalled();
  });

  it("the secret is wanted where there is one", async () => {
    const { port, onBlock } = await listening(SECRET);
    expect(await ask(port, {})).toBe(401);
    expect(await ask(port, { headers: { authorization: `Bearer ${SECRET}x` } })).toBe(401);
    expect(onBlock).not.toHaveBeenCalled();
    expect(await ask(port, { headers: { authorization: `Bearer ${SECRET}` } })).toBe(204);
    expect(onBlock).toHaveBeenCalledTimes(1);
  });
});

describe("by datagram", () => {
  it("who knows the secret may tell, with whatever stands behind it", async () => {
    const { port, onBlock } = await listening(SECRET);
    for (const text of ["", "wrong", `${SECRET}x`, `x ${SECRET}`, `${SECRET} ${"y".repeat(600)}`]) {
      await send(port, text);
    }
    expect(onBlock).not.toHaveBeenCalled();
    await send(port, `${SECRET} ${"00".repeat(32)}\n`);
    await vi.waitFor(() => expect(onBlock).toHaveBeenCalledTimes(1), 20_000);
  });
});

it("tells at most five times a second, and the last is not lost", async () => {
  const { port, onBlock, clock } = await listening();
  for (let count = 0; count < 10; count++) await ask(port, {});
  expect(onBlock).toHaveBeenCalledTimes(1);
  await clock.pass(200);
  expect(onBlock).toHaveBeenCalledTimes(2);
  await clock.pass(10_000);
  expect(onBlock).toHaveBeenCalledTimes(2);
});

it("says where it cannot listen", async () => {
  const { port } = await listening();
  await expect(listening(null, { port })).rejects.toThrow("EADDRINUSE");
});
