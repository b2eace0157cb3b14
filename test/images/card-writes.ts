// What a machine has asked of its card so far, as the emulator counts it: whether anything depends on what a card does with writes when its
// power goes.

import { connect } from "node:net";

/** A guard against hanging: it answers at once. */
const LIMIT_MS = 60_000;

/** How often the machine asked its card to write, by the emulator's monitor at this socket. Rejects if the emulator is gone. */
export function writesAsked(monitor: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(monitor);
    let text = "";
    socket.on("connect", () => socket.write("info blockstats\n"));
    socket.on("error", reject);
    socket.setTimeout(LIMIT_MS, () => socket.destroy());
    socket.on("close", () => reject(new Error(`the emulator's monitor said only:\n${text}`)));
    socket.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
      const found = /^card: .*\bwr_operations=(\d+)\s/m.exec(text);
      if (found === null) return;
      resolve(Number(found[1]));
      socket.destroy();
    });
  });
}
