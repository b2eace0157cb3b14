// A full node that is mined from alone: runs a session over its RPC, and tells the owner what happens.

import { Alarm } from "../alarm.ts";
import type { PoolNode } from "../node.ts";
import type { Found } from "../stratum/desk.ts";
import type { Cause, ClientEvent, WorkClient } from "../stratum/work-client.ts";
import type { Fate } from "./block.ts";
import type { MinedBlock } from "./job.ts";
import { type Asked, askNode, type RpcOptions } from "./rpc-client.ts";
import { step, wakeAt } from "./session.ts";
import {
  type CallName,
  openSolo,
  type SoloConfig,
  type SoloInput,
  type SoloOutput,
  type SoloState,
} from "./session-state.ts";

export interface SoloOptions {
  readonly config: SoloConfig;
  readonly rpc: RpcOptions;
  /** Hands a block in everywhere; null where nobody said what became of it. Never rejects. */
  readonly handIn: (mined: MinedBlock) => Promise<Fate | null>;
}

type WithoutNow<T> = T extends unknown ? Omit<T, "now"> : never;

const NEVER = Number.POSITIVE_INFINITY;

export class SoloClient implements WorkClient {
  readonly #node: PoolNode;
  readonly #options: SoloOptions;
  readonly #onEvent: (event: ClientEvent) => void;
  readonly #alarm = new Alarm(() => this.#step({ type: "tick" }));
  readonly #asked = new Map<CallName, Asked>();
  #session: SoloState;
  #isOver = false;

  /** Asks its first question at once. */
  constructor(node: PoolNode, options: SoloOptions, onEvent: (event: ClientEvent) => void) {
    this.#node = node;
    this.#options = options;
    this.#onEvent = onEvent;
    this.#session = openSolo(performance.now());
    this.#step({ type: "open" });
  }

  ask(seat: string, rateHs: number): void {
    this.#step({ type: "ask", seat, rateHs });
  }

  submit(seat: string, ref: string, nonce: number): void {
    this.#step({ type: "submit", seat, ref, nonce });
  }

  hand(seat: string, found: Found): void {
    this.#step({ type: "hand", seat, found });
  }

  leave(seat: string): void {
    this.#step({ type: "leave", seat });
  }

  /** Somebody says that there is a new block: the node is asked at once. */
  poke(): void {
    this.#step({ type: "poke" });
  }

  close(): void {
    // Not at once: who opens it does not expect an end before it has it in hand.
    setImmediate(() => this.#end({ code: "stopped", detail: "closed by zerorig" }));
  }

  #step(input: WithoutNow<SoloInput>): void {
    if (this.#isOver) return;
    const { config } = this.#options;
    const { state, outputs } = step(config, this.#session, { ...input, now: performance.now() });
    this.#session = state;
    const at = wakeAt(config, state);
    this.#alarm.set(at === NEVER ? null : at);
    for (const output of outputs) this.#carryOut(output);
  }

  #carryOut(output: SoloOutput): void {
    switch (output.type) {
      case "call":
        void this.#call(output);
        break;
      case "block":
        void this.#handIn(output.block, output.mined);
        break;
      case "event":
        this.#onEvent(output.event);
        break;
      case "drop": {
        const { type: _, ...cause } = output;
        this.#end(cause);
        break;
      }
      default:
        output satisfies never;
    }
  }

  async #call({ call, ...question }: Extract<SoloOutput, { type: "call" }>): Promise<void> {
    const asked = askNode(this.#node, this.#options.rpc, question);
    this.#asked.set(call, asked);
    const answer = await asked.answer;
    if (this.#asked.get(call) === asked) this.#asked.delete(call);
    this.#step({ type: "answer", call, answer });
  }

  async #handIn(block: number, mined: MinedBlock): Promise<void> {
    const fate = await this.#options.handIn(mined);
    this.#step({ type: "judged", block, fate });
  }

  #end(cause: Cause): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#alarm.set(null);
    for (const { cancel } of this.#asked.values()) cancel();
    this.#onEvent({ type: "down", ...cause });
  }
}
