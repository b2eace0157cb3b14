// What the parts with a Zero take for a working one.

import { once } from "node:events";
import { afterEach, beforeEach, expect, it } from "vitest";
import { WebSocket } from "ws";
import { decodeControllerFrame, encode } from "../../zero-agent/protocol/codec.ts";
import { prove } from "../../zero-agent/protocol/handshake.ts";
import { SUBPROTOCOL } from "../../zero-agent/protocol/messages.ts";
import { AGENT_NONCE, IDENTITY } from "../../zero-agent/testing/identity.ts";
import { ZeroLink } from "./zero-link.ts";

const KEY = "5a".repeat(32);

let link: ZeroLink;

beforeEach(async () => {
  link = await ZeroLink.open(KEY);
});
afterEach(() => link.controller.close());

/** A Zero in slot p2 that proves its key, and answers `jobs` jobs once it is welcomed as what it is. */
function zero(jobs: number): WebSocket {
  const socket = new WebSocket(link.controller.url, SUBPROTOCOL);
  let left = jobs;
  let isWelcome = false;
  socket.on("message", (data) => {
    const decoded = decodeControllerFrame(data.toString());
    if (!decoded.ok) throw new Error(decoded.why);
    const { message } = decoded;
    if (message.type === "challenge") {
      const nonces = { controller: message.nonce, agent: AGENT_NONCE };
      const mac = prove("agent", Buffer.from(KEY, "hex"), "p2", nonces);
      socket.send(encode({ type: "auth", slot: "p2", nonce: AGENT_NONCE, mac }));
      socket.send(encode(IDENTITY.hello));
    }
    if (message.type === "welcome") isWelcome = message.slot === "p2";
    if (message.type !== "job" || !isWelcome || left === 0) return;
    left -= 1;
    const { id: jobId, epoch } = message;
    socket.send(encode({ type: "result", jobId, epoch, nonce: null, hashes: 1, elapsedMs: 1 }));
  });
  return socket;
}

it("counts a Zero as working once it has hashed a job, and keeps it at it", async () => {
  const socket = zero(3);
  await link.working();
  expect(link.done).toBeGreaterThanOrEqual(1);
  await expect.poll(() => link.done).toBe(3);
  socket.terminate();
});

it("takes the next Zero where one is gone before it has hashed", async () => {
  const gone = zero(0);
  await once(gone, "open");
  const working = link.working();
  gone.terminate();
  const socket = zero(1);
  await working;
  expect(link.done).toBe(1);
  socket.terminate();
});

it("takes no link for a Zero's that was dead before it was asked for", async () => {
  const gone = zero(1);
  await once(gone, "open");
  gone.terminate();
  await once(gone, "close");
  const socket = zero(1);
  await link.working();
  await expect.poll(() => link.done).toBe(1);
  socket.terminate();
});
