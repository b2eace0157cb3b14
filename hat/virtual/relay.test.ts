import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { eventually } from "../../test/contract/eventually.ts";
import { Relay } from "./relay.ts";

let controller: Server;
let accepted: { socket: Socket; text: string; closed: boolean }[];
let relay: Relay;
let port: number;
let zeros: Socket[];

beforeEach(async () => {
  accepted = [];
  zeros = [];
  controller = createServer((socket) => {
    const entry = { socket, text: "", closed: false };
    accepted.push(entry);
    socket.on("data", (chunk) => {
      entry.text += chunk;
      socket.write(`echo ${chunk}`);
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      entry.closed = true;
    });
  });
  controller.listen(0, "127.0.0.1");
  await once(controller, "listening");
  relay = new Relay({ host: "127.0.0.1", port: (controller.address() as AddressInfo).port });
  port = await relay.listen();
});
afterEach(() => {
  for (const zero of zeros) zero.destroy();
  relay.close();
  controller.close();
  for (const { socket } of accepted) socket.destroy();
});

async function dial(): Promise<{ socket: Socket; heard: () => string }> {
  const socket = connect(port, "127.0.0.1");
  zeros.push(socket);
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk;
  });
  socket.on("error", () => {});
  await once(socket, "connect");
  return { socket, heard: () => text };
}

/** Long enough for loopback to deliver what it would deliver. */
const settle = () => sleep(60);

it("passes bytes and the end, both ways", async () => {
  const zero = await dial();
  zero.socket.write("hello");
  await eventually(() => expect(zero.heard()).toBe("echo hello"));
  zero.socket.end();
  await eventually(() => expect(accepted[0]?.closed).toBe(true));
  const other = await dial();
  await eventually(() => expect(accepted.length).toBe(2));
  accepted[1]?.socket.destroy();
  await eventually(() => expect(other.socket.closed).toBe(true));
});

it("goes silent on hold, with new connects, and flows on after", async () => {
  const zero = await dial();
  zero.socket.write("one");
  await eventually(() => expect(zero.heard()).toBe("echo one"));
  relay.hold("a");
  relay.hold("b");
  zero.socket.write("two");
  accepted[0]?.socket.write("three");
  const late = await dial();
  late.socket.write("late");
  relay.release("a");
  await settle();
  expect([accepted.length, accepted[0]?.text, zero.heard()]).toEqual([1, "one", "echo one"]);
  relay.release("b");
  await eventually(() => expect(accepted[0]?.text).toBe("onetwo"));
  await eventually(() => expect(late.heard()).toBe("echo late"));
});

it("tells the controller of a close under hold only afterwards", async () => {
  const zero = await dial();
  zero.socket.write("one");
  await eventually(() => expect(zero.heard()).toBe("echo one"));
  relay.hold("a");
  zero.socket.destroy();
  await settle();
  expect(accepted[0]?.closed).toBe(false);
  relay.release("a");
  await eventually(() => expect(accepted[0]?.closed).toBe(true));
});

it("says nothing when the Zero is cut, and resets the old link when it is up again", async () => {
  const zero = await dial();
  zero.socket.write("one");
  await eventually(() => expect(zero.heard()).toBe("echo one"));
  relay.cut();
  await eventually(() => expect(zero.socket.closed).toBe(true));
  await settle();
  expect(accepted[0]?.closed).toBe(false);
  relay.up();
  await eventually(() => expect(accepted[0]?.closed).toBe(true));
});

it("hangs up on a Zero when no controller listens", async () => {
  const target = { host: "127.0.0.1", port: (controller.address() as AddressInfo).port };
  controller.close();
  const lonely = new Relay(target);
  port = await lonely.listen();
  const zero = await dial();
  await eventually(() => expect(zero.socket.closed).toBe(true));
  lonely.close();
});
