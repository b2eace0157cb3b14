// WebSockets over TCP, of which one side stops to answer, or to read.

import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { guardReader, watchSockets } from "./socket-guard.ts";

/** Two ends of one connection: the one that is watched, and the other. */
async function pair(options: { readonly autoPong?: boolean } = {}) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  const near = new Promise<WebSocket>((resolve) => server.once("connection", resolve));
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const far = new WebSocket(`ws://127.0.0.1:${port}`, options);
  onTestFinished(() => {
    far.terminate();
    server.close();
  });
  await new Promise((resolve) => far.once("open", resolve));
  return { near: await near, far };
}

function closed(socket: WebSocket): Promise<unknown> {
  return new Promise((resolve) => socket.once("close", resolve));
}

const EVERY_MS = 30_000;

/** Turns the clock of the pings by hand, so that no machine is too slow. */
function turnByHand(): () => void {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  onTestFinished(() => void vi.useRealTimers());
  return () => vi.advanceTimersByTime(EVERY_MS);
}

function sign(socket: WebSocket, name: "ping" | "pong" | "message"): Promise<unknown> {
  return new Promise((resolve) => socket.once(name, resolve));
}

it("ends both sides when one answers no ping", async () => {
  const [source, target] = [await pair(), await pair({ autoPong: false })];
  const turn = turnByHand();
  watchSockets(source.near, target.near);
  const answered = sign(source.near, "pong");
  turn();
  await answered;
  const ends = Promise.all([closed(source.near), closed(target.near), closed(source.far)]);
  turn();
  await ends;
  turn();
});

it("leaves those alone that answer, or that say something", async () => {
  const [source, target] = [await pair(), await pair({ autoPong: false })];
  const turn = turnByHand();
  watchSockets(source.near, target.near);
  for (let count = 0; count < 5; count++) {
    const signs = [sign(source.near, "pong"), sign(target.near, "message")];
    turn();
    target.far.send("hi");
    await Promise.all(signs);
  }
  expect([source.near.readyState, target.near.readyState]).toEqual([
    WebSocket.OPEN,
    WebSocket.OPEN,
  ]);
});

it("ends both sides when one does not read", async () => {
  const [source, target] = [await pair(), await pair()];
  target.far.pause();
  const ends = Promise.all([closed(source.near), closed(target.near)]);
  const much = Buffer.alloc(1_000_000);
  for (let count = 0; count < 50 && target.near.readyState === WebSocket.OPEN; count++) {
    target.near.send(much);
    guardReader(source.near, target.near);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await ends;
});

it("takes nothing more from a side while the other is not open yet", async () => {
  const source = await pair();
  const target = new WebSocket("ws://127.0.0.1:1");
  target.on("error", () => {});
  guardReader(source.near, target);
  guardReader(source.near, target);
  expect(source.near.isPaused).toBe(true);
  target.emit("open");
  expect(source.near.isPaused).toBe(false);
});
