// zero-agent --serial DEVICE: a Zero as a board on a serial line, for the official AVR miner; no controller and no settings.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { kernelsFor } from "./kernels/all.ts";
import { chooseKernel } from "./kernels/choose.ts";
import { SerialBoard } from "./serial/board.ts";
import { SerialPort } from "./serial/port.ts";
import { nowMs } from "./shell/clock.ts";
import { EXIT } from "./shell/exit-codes.ts";
import { createLog } from "./shell/log.ts";
import { VERSION } from "./version.ts";

/** The same for each start: the pool wants it constant. The processor's serial number where there is one, else the machine's id. */
function chipId(): string {
  const cpu = read("/proc/cpuinfo");
  const serial = /^Serial\s*:\s*([0-9a-f]{16})$/m.exec(cpu)?.[1];
  const id = serial ?? createHash("sha1").update(read("/etc/machine-id")).digest("hex");
  return id.slice(0, 16).toUpperCase();
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** Serves the device until it is told to stop. Resolves with the exit code. */
export async function runSerial(path: string): Promise<number> {
  const log = createLog("info", "serial");
  const { best, failed } = chooseKernel(kernelsFor("auto"), nowMs);
  for (const { name, why } of failed) log.error({ ev: "kernel.failed", kernel: name, why });
  if (best === null) return EXIT.failed;
  const { kernel, hashrateHs } = best;
  const id = chipId();
  log.info({
    ev: "serial.start",
    version: VERSION,
    path,
    kernel: kernel.name,
    measuredHs: Math.round(hashrateHs),
    id,
  });
  const boardOf = (answer: (text: string) => void) =>
    new SerialBoard({
      kernel,
      id,
      answer,
      onJob: ({ difficulty }, nonce, elapsedMs) =>
        log.info({ ev: "serial.share", difficulty, nonce, elapsedMs: Math.round(elapsedMs) }),
    });
  new SerialPort({ path, boardOf, log: (ev, detail) => log.info({ ev, ...detail }) }).serve();
  await new Promise<void>((resolve) => {
    process.once("SIGTERM", () => resolve());
    process.once("SIGINT", () => resolve());
  });
  return EXIT.done;
}
