// Whether a pool greets at an address. No job is asked for, so the node counts no worker.

import { connect } from "node:net";
import { decodeBanner } from "../pools/duino/codec.ts";
import type { PoolNode } from "../pools/node.ts";

const BANNER_BYTES_MAX = 256;

/** Connects, waits for the greeting, and hangs up. Never rejects. */
export function poolGreets({ host, port }: PoolNode, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    let said = "";
    const end = (greets: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(greets);
    };
    const timer = setTimeout(() => end(false), timeoutMs);
    socket.setEncoding("latin1");
    socket.on("data", (text) => {
      said += String(text);
      if (decodeBanner(said) !== null) end(true);
      else if (said.length > BANNER_BYTES_MAX) end(false);
    });
    socket.on("error", () => end(false));
    socket.on("close", () => end(false));
  });
}
