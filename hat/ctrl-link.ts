// Talking to one USB board: a command and its answer, while no other program of ours talks to it.

import { setTimeout as realSleep } from "node:timers/promises";
import type { CtrlBus } from "./ctrl-bus.ts";
import type { CtrlKind } from "./ctrl-kinds.ts";
import {
  ANSWER_LENGTH,
  CTRL_LAYOUT,
  CTRL_REGISTER,
  type CtrlAnswer,
  type CtrlCommand,
  commandBytes,
  parseAnswer,
  statusFault,
} from "./ctrl-protocol.ts";
import { HatError, isHatError } from "./error.ts";
import { acquireLock, type HeldLock } from "./lock.ts";

export interface CtrlLinkOptions {
  readonly kind: CtrlKind;
  /** The board's order, by which people name it. */
  readonly order: number;
  /** Where it is plugged in: "1-1.2". */
  readonly usbPath: string;
  /** Opens the board's bus, whose number may be another after each time that the board was away. */
  readonly openBus: () => Promise<CtrlBus>;
  /** Another text after each time that the board was away. */
  readonly connection: () => Promise<string>;
  readonly lockPath: string;
  readonly sleep?: ((ms: number) => Promise<unknown>) | undefined;
}

/** What can be said and heard while a talk lasts. */
export interface CtrlTalk {
  /** Runs a command and waits for its end; the answer may tell of a fault. Sent again if a transfer fails: never for what must not run twice. */
  ask(command: CtrlCommand): Promise<CtrlAnswer>;
  /** The same for a command that has nothing to answer. Rejects with `unsupported` where the firmware refuses. */
  tell(command: CtrlCommand): Promise<void>;
  /** Sends a command once, and waits for nothing. */
  send(command: CtrlCommand): Promise<void>;
  read(register: number, length: number): Promise<readonly number[]>;
  write(register: number, value: number): Promise<void>;
}

/** Pauses between the tries of one transfer: while a command runs, the firmware acknowledges nothing. */
const PAUSES_MS = [5, 50, 200];
/** The longest command is the hub's, 2.6 s. */
const ANSWER_POLLS = 150;
const ANSWER_POLL_MS = 20;
/** A look at a board with all its lines takes about 0.3 s, at one HAT of an adapter 0.8 s. */
const TURN_TRIES = 250;
const TURN_PAUSE_MS = 20;

export class CtrlLink {
  readonly kind: CtrlKind;
  readonly usbPath: string;
  order: number;
  readonly sleep: (ms: number) => Promise<unknown>;
  readonly #options: CtrlLinkOptions;

  constructor(options: CtrlLinkOptions) {
    this.kind = options.kind;
    this.usbPath = options.usbPath;
    this.order = options.order;
    this.sleep = options.sleep ?? realSleep;
    this.#options = options;
  }

  connection(): Promise<string> {
    return this.#options.connection();
  }

  get description(): string {
    return `ClusterCTRL ${this.kind.name}, order ${this.order} (usb ${this.usbPath})`;
  }

  /**
   * Opens the bus, makes sure that it is still this board, and closes the bus afterwards. Reading is done by commands too, so
   * two talks at once would hear each other's answers: this waits for its turn.
   */
  async talk<T>(call: (talk: CtrlTalk) => Promise<T>): Promise<T> {
    const turn = await this.#turn();
    try {
      const bus = await this.#options.openBus();
      try {
        await this.#greet(bus);
        return await call(this.#talkOver(bus));
      } finally {
        await bus.close();
      }
    } finally {
      await turn.release();
    }
  }

  async #turn(): Promise<HeldLock> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await acquireLock(`${this.#options.lockPath}.talk`);
      } catch (error) {
        if (attempt >= TURN_TRIES || !isHatError(error, "locked")) throw error;
      }
      await this.sleep(TURN_PAUSE_MS);
    }
  }

  /** Throws unless it is this very board. */
  async #greet(bus: CtrlBus): Promise<void> {
    const [layout, slotCount, order, , type] = await this.#retrying(() =>
      bus.readBlock(CTRL_REGISTER.layout, 5),
    );
    if (layout !== CTRL_LAYOUT) {
      throw new HatError(
        "unknown-board",
        `the firmware of ${this.description} has register layout ${layout}, and this driver knows ${CTRL_LAYOUT} (firmware 1.0 to 1.8)`,
      );
    }
    if (slotCount !== this.kind.slotCount || type !== this.kind.type) {
      throw new HatError(
        "unknown-board",
        `${this.description} says that it has type ${type} and ${slotCount} power lines; a ${this.kind.name} has type ${this.kind.type} and ${this.kind.slotCount}`,
      );
    }
    if (order !== this.order) {
      throw new HatError(
        "no-board",
        `${this.description} is gone, a board with order ${order} is there: open the boards again`,
      );
    }
  }

  #talkOver(bus: CtrlBus): CtrlTalk {
    const send = (command: CtrlCommand) =>
      bus.writeBlock(CTRL_REGISTER.data1, commandBytes(command));
    const read = (register: number, length: number) =>
      this.#retrying(() => bus.readBlock(register, length));
    const ask = async (command: CtrlCommand) => {
      await this.#retrying(() => send(command));
      for (let poll = 0; poll < ANSWER_POLLS; poll += 1) {
        const answer = parseAnswer(await read(CTRL_REGISTER.data2, ANSWER_LENGTH));
        if (!answer.busy) return answer;
        await this.sleep(ANSWER_POLL_MS);
      }
      throw new HatError(
        "bus",
        `${this.description} is still busy after ${(ANSWER_POLLS * ANSWER_POLL_MS) / 1000} s: unplug it and plug it in again`,
      );
    };
    return {
      ask,
      send,
      read,
      tell: async (command) => {
        const fault = statusFault((await ask(command)).status);
        if (fault !== null) throw new HatError("unsupported", `${this.description} ${fault}`);
      },
      write: (register, value) => this.#retrying(() => bus.writeBlock(register, [value])),
    };
  }

  #retrying<T>(transfer: () => Promise<T>): Promise<T> {
    return retryingTransfer(transfer, this.sleep);
  }
}

/** Tries a transfer again while the board does not acknowledge. */
export async function retryingTransfer<T>(
  transfer: () => Promise<T>,
  sleep: (ms: number) => Promise<unknown> = realSleep,
): Promise<T> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await transfer();
    } catch (error) {
      if (!isHatError(error, "bus")) throw error;
    }
    await sleep(pauseMs);
  }
  return await transfer();
}
