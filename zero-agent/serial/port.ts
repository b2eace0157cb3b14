// The serial device: raw, and opened again whenever the host at its other end goes and comes.

import { closeSync, constants, openSync } from "node:fs";
import { ReadStream } from "node:tty";
import type { SerialBoard } from "./board.ts";

const REOPEN_MS = 1000;

export interface SerialPortOptions {
  readonly path: string;
  /** Makes the board; it answers through what it is given. */
  readonly boardOf: (answer: (text: string) => void) => SerialBoard;
  readonly log: (ev: string, detail: Readonly<Record<string, unknown>>) => void;
}

/** Serves the device until the process ends. */
export class SerialPort {
  readonly #options: SerialPortOptions;
  /** The fault that was told last: the same one is not told each second. */
  #told = "";

  constructor(options: SerialPortOptions) {
    this.#options = options;
  }

  serve(): void {
    const { path, boardOf, log } = this.#options;
    let stream: ReadStream;
    try {
      stream = open(path);
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#told = "";
    log("serial.open", { path });
    const board = boardOf((text) => stream.write(text));
    stream.on("data", (data) => board.hear(String(data)));
    stream.on("error", (error) => {
      log("serial.failed", { path, why: error.message });
      stream.destroy();
    });
    stream.on("end", () => stream.destroy());
    stream.on("close", () => {
      board.forget();
      log("serial.closed", { path });
      setTimeout(() => this.serve(), REOPEN_MS);
    });
  }

  #fail(error: unknown): void {
    const { path, log } = this.#options;
    const why = (error as Error).message;
    if (why !== this.#told) log("serial.unusable", { path, why });
    this.#told = why;
    setTimeout(() => this.serve(), REOPEN_MS);
  }
}

/** Without the modem's lines, and not as this process's own terminal. Throws what the system says. */
function open(path: string): ReadStream {
  const fd = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  try {
    const stream = new ReadStream(fd);
    stream.setRawMode(true);
    stream.setEncoding("latin1");
    return stream;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}
