// The emulator's monitor, as it answers.

import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { writesAsked } from "./card-writes.ts";

let folder: string;
let server: Server;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "zr-monitor-"));
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

/** Says these pieces when it is asked, and then hangs up or not. */
async function monitor(pieces: readonly string[], hangsUp = false): Promise<string> {
  server = createServer((socket) => {
    socket.on("error", () => {});
    socket.write("QEMU 10.0.2 monitor - type 'help' for more information\r\n(qemu) ");
    socket.once("data", () => {
      for (const piece of pieces) socket.write(piece);
      if (hangsUp) socket.end();
    });
  });
  const path = join(folder, "monitor");
  server.listen(path);
  await once(server, "listening");
  return path;
}

// As QEMU 10.0.2 said it: it writes what it is asked letter by letter, with moves of the cursor.
const ECHO = "i\u001b[K\u001b[Din\u001b[K\u001b[D\u001b[Dinfo blockstats\u001b[K\r\n";
const LINE =
  "card: rd_bytes=1024 wr_bytes=8192 rd_operations=2 wr_operations=16 flush_operations=3 wr_total_time_ns=0\r\n";

it("reads the count of writes out of the monitor's line", async () => {
  expect(await writesAsked(await monitor([ECHO, LINE, "(qemu) "]))).toBe(16);
});

it("waits for the whole of the number", async () => {
  const at = LINE.indexOf("wr_operations=1") + "wr_operations=1".length;
  expect(await writesAsked(await monitor([ECHO, LINE.slice(0, at), LINE.slice(at)]))).toBe(16);
});

it("says what it heard where the monitor hangs up without it", async () => {
  await expect(writesAsked(await monitor([ECHO], true))).rejects.toThrow(
    /said only:[\s\S]*blockstats/,
  );
});

it("fails where there is no emulator", async () => {
  server = createServer();
  await expect(writesAsked(join(folder, "none"))).rejects.toThrow(/ENOENT/);
});
