// Splits a byte stream into lines, with a bound on how long one may grow.

import type { Readable } from "node:stream";

/** Calls `onLine` for each complete line. Destroys the stream when a line exceeds `maxChars`. */
export function onLines(stream: Readable, maxChars: number, onLine: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") onLine(line);
    if (rest.length > maxChars) stream.destroy(new Error("a line is too long"));
  });
}
