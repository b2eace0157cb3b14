// Cuts a socket's text into lines.

import type { Socket } from "node:net";
import { LINE_LIMIT_CHARACTERS } from "./protocol.ts";

/** Calls back for each whole line; a line beyond the limit destroys the socket. */
export function onLines(socket: Socket, callback: (line: string) => void): void {
  let rest = "";
  socket.setEncoding("utf8");
  socket.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line !== "") callback(line);
    }
    if (rest.length > LINE_LIMIT_CHARACTERS) socket.destroy();
  });
}
