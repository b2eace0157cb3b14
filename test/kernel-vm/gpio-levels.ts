// The levels of an emulated Pi's GPIO pins, read by the emulator's monitor: what a wire would have, not what our kernel says.

import { connect, type Socket } from "node:net";

/** GPLEV0 of the BCM2837 (peripherals at 0x3f000000). */
const GPLEV0 = 0x3f200034;
const POLL_MS = 25;

export class GpioLevels {
  readonly #mask: number;
  readonly #seen: number[] = [];
  #socket: Socket | null = null;
  #timer: NodeJS.Timeout | null = null;

  /** `bits`: the BCM numbers to look at. */
  constructor(bits: readonly number[]) {
    this.#mask = bits.reduce((mask, bit) => mask | (1 << bit), 0);
  }

  /** Each different set of levels that was seen, in order, as hex. */
  get seen(): readonly string[] {
    return this.#seen.map((levels) => `0x${levels.toString(16)}`);
  }

  /** Watches through the monitor at this socket, which the emulator makes when it starts. */
  watch(path: string): void {
    const socket = connect(path);
    this.#socket = socket;
    let text = "";
    socket.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
      const found = [...text.matchAll(/3f200034: (0x[0-9a-f]{8})/g)];
      for (const [, word] of found) this.#add(Number(word) & this.#mask);
      if (found.length > 0) text = "";
    });
    socket.on("error", () => {
      // Not there yet, or gone with the emulator.
      socket.destroy();
      if (this.#timer === null) this.#timer = setTimeout(() => this.#retry(path), POLL_MS);
    });
    socket.on("connect", () => {
      this.#timer = setInterval(() => socket.write(`xp /1wx ${GPLEV0}\n`), POLL_MS);
    });
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#socket?.destroy();
  }

  #retry(path: string): void {
    this.#timer = null;
    this.watch(path);
  }

  #add(levels: number): void {
    if (this.#seen.at(-1) !== levels) this.#seen.push(levels);
  }
}
