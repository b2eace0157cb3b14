// The controller that a Zero's image is tested against: it takes the agent's link and keeps it hashing.

import type { JobMessage } from "../../zero-agent/protocol/messages.ts";
import { FakeController, type FakeLink } from "../../zero-agent/testing/fake-controller.ts";

const HASHES = 5000;
const BEAT_MS = 2000;
/** A job of Duino-Coin whose answer lies outside the range. */
const JOB: JobMessage = {
  type: "job",
  id: "0",
  epoch: 1,
  algorithm: "duco-s1",
  prefix: "ba29a15896fd2d792d5c4b60668bf2b9feebc51d",
  target: "d0beba883d7e8cd119ea2b0e09b78f60f29e0968",
  from: 51,
  to: 50 + HASHES,
  budgetMs: 600_000,
};

export class ZeroLink {
  readonly controller: FakeController;
  readonly #key: Buffer;
  /** Jobs that were hashed to their end, of all links. */
  done = 0;

  private constructor(controller: FakeController, key: Buffer) {
    this.controller = controller;
    this.#key = key;
  }

  static async open(key: string): Promise<ZeroLink> {
    return new ZeroLink(await FakeController.open(), Buffer.from(key, "hex"));
  }

  /** Where the guest finds it, whose gateway is this machine. */
  agentSettings(slot: string): string {
    const { port } = new URL(this.controller.url);
    return `slot = "${slot}"\ncontroller = "ws://172.19.181.254:${port}/link"\nkernel = "plain"\n`;
  }

  /** Resolves when the next Zero has hashed a job; it goes on with others until its power is cut. */
  async working(): Promise<void> {
    for (;;) {
      const link = await this.controller.link();
      const { isOpen, closed } = lifeOf(link);
      // One whose power is cut, or that dials anew, leaves a link behind that answers nothing.
      const hasWorked = isOpen() && (await Promise.race([this.#first(link), closed]));
      if (!hasWorked) continue;
      void this.#goOn(link, isOpen);
      return;
    }
  }

  async #first(link: FakeLink): Promise<true> {
    await link.welcome(this.#key, BEAT_MS);
    link.send(JOB);
    await link.next("result");
    this.done += 1;
    return true;
  }

  async #goOn(link: FakeLink, isOpen: () => boolean): Promise<void> {
    for (let id = 1; isOpen(); id++) {
      link.send({ ...JOB, id: String(id) });
      await link.next("result");
      this.done += 1;
    }
  }
}

function lifeOf({ socket }: FakeLink) {
  const isOpen = () => socket.readyState === socket.OPEN;
  const closed = new Promise<false>((resolve) => socket.once("close", () => resolve(false)));
  return { isOpen, closed };
}
