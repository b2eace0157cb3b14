// A Zero on a serial line, driven as the official AVR miner drives a board: over a pair of pseudo-terminals that socat makes.

import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, constants, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { ReadStream } from "node:tty";
import { describe, expect, it, onTestFinished } from "vitest";
import { start, until, ZERO_AGENT } from "./programs.ts";
import { tempDir } from "./rig.ts";

function hasSocat(): boolean {
  try {
    execFileSync("socat", ["-V"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const SOCAT = hasSocat();
if (!SOCAT) process.stderr.write("SKIPPED: serial.test.ts needs socat (apt-get install socat)\n");

/** Two ends of one line: what is written into one comes out of the other. */
async function line() {
  const dir = tempDir();
  const [board, host] = [join(dir, "ttyGS0"), join(dir, "ttyACM0")];
  const end = (path: string) => `pty,raw,echo=0,link=${path}`;
  const begin = async () => {
    const socat = spawn("socat", [end(board), end(host)], { stdio: "ignore" });
    onTestFinished(() => void socat.kill("SIGKILL"));
    await until("both ends are there", () => existsSync(board) && existsSync(host));
    return socat;
  };
  return { board, host, begin };
}

/** The host's end: what AVR_Miner.py does with a board. */
function hostOf(path: string) {
  const fd = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  const port = new ReadStream(fd);
  port.setRawMode(true);
  let text = "";
  port.on("data", (data) => {
    text += String(data);
  });
  port.on("error", () => {});
  const close = () => {
    port.destroy();
    try {
      closeSync(fd);
    } catch {
      // The stream has closed it.
    }
  };
  onTestFinished(close);
  return {
    close,
    /** Writes a job and reads the line that answers it. */
    async ask(job: string): Promise<{ nonce: number; us: number; id: string }> {
      text = "";
      port.write(job);
      await until("the board answers", () => text.includes("\n"), 30_000, 5);
      const [nonce = "", us = "", id = ""] = text.trimEnd().split(",");
      return { nonce: Number.parseInt(nonce, 2), us: Number.parseInt(us, 2), id };
    },
  };
}

const SELF_TEST =
  "ba29a15896fd2d792d5c4b60668bf2b9feebc51d,d0beba883d7e8cd119ea2b0e09b78f60f29e0968,10,";

describe.skipIf(!SOCAT)("zero-agent --serial", { timeout: 120_000 }, () => {
  it("passes the self-test, solves jobs, and is there again after its host was gone", async () => {
    const { board, host, begin } = await line();
    const socat = await begin();
    const agent = start(ZERO_AGENT, ["--serial", board]);
    await until("it has opened the line", () => agent.out().includes('"serial.open"'));
    const first = hostOf(host);
    const tested = await first.ask(SELF_TEST);
    expect(tested).toMatchObject({ nonce: 50, id: expect.stringMatching(/^DUCOID[0-9A-F]{16}$/) });
    expect(tested.us).toBeGreaterThan(0);

    for (const [nonce, difficulty] of [
      [1, 1],
      [99_999, 1000],
      [65_500, 655],
    ] as const) {
      const target = createHash("sha1")
        .update(`${"c".repeat(40)}${nonce}`)
        .digest("hex");
      const answer = await first.ask(`${"c".repeat(40)},${target},${difficulty},`);
      expect(answer).toMatchObject({ nonce, id: tested.id });
    }
    expect(await first.ask(`${"c".repeat(40)},${"0".repeat(40)},5,`)).toMatchObject({ nonce: 0 });

    first.close();
    socat.kill("SIGKILL");
    await until("it sees the line go", () => agent.out().includes('"serial.closed"'));
    await begin();
    await until("it opens it again", () => agent.out().split('"serial.open"').length > 2);
    expect(await hostOf(host).ask(SELF_TEST)).toMatchObject({ nonce: 50, id: tested.id });

    agent.kill("SIGTERM");
    expect((await agent.ended).code).toBe(0);
  });

  it("waits for a device that is not there yet, and says so once", async () => {
    const path = join(tempDir(), "none");
    const agent = start(ZERO_AGENT, ["--serial", path]);
    await until("it says so", () => agent.out().includes('"serial.unusable"'));
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(agent.out().split('"serial.unusable"')).toHaveLength(2);
  });
});
