// A virtual ClusterHAT behind its socket, opened as users open it.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBoard } from "../../hat/detect.ts";
import { type ExpanderRevision, powerBit, REGISTER } from "../../hat/expander.ts";
import { slotId } from "../../hat/slots.ts";
import { VirtualHatClient } from "../../hat/virtual/client.ts";
import { runVirtualHat } from "../../hat/virtual/run.ts";
import type { Subject } from "./subject.ts";

const ADDRESS = 0x20;

export async function socketSubject(revision: ExpanderRevision): Promise<Subject> {
  const directory = await mkdtemp(join(tmpdir(), "hat-socket-"));
  const socketPath = join(directory, "hat.sock");
  const hat = await runVirtualHat({
    socketPath,
    slotCount: 4,
    revision,
    model: "XRA1200P",
    seed: "contract",
    bootMs: { min: 20, max: 40 },
    link: { host: "127.0.0.1", port: 9 },
    directory,
    command: [],
    log: () => {},
  });
  const client = await VirtualHatClient.connect(socketPath);
  const bus = client.bus();
  return {
    open: (options) => openBoard({ board: `virtual:${socketPath}`, ...options }),
    pins: async () => (await client.truth()).map(({ powered }) => (powered ? "on" : "off")),
    foreign: async (index, line) => {
      const latch = await bus.readByte(ADDRESS, REGISTER.output);
      const bit = powerBit(index);
      await bus.writeByte(ADDRESS, REGISTER.output, line === "on" ? latch | bit : latch & ~bit);
    },
    losePower: async () => {
      await bus.writeByte(ADDRESS, REGISTER.direction, 0xff);
      await bus.writeByte(ADDRESS, REGISTER.output, 0xff);
    },
    stick: (index) => client.fault({ kind: "stuck-on", slot: slotId(index) }),
    dispose: async () => {
      await client.close();
      await hat.stop();
      await rm(directory, { recursive: true });
    },
  };
}
