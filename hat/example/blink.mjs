// Blinks the alert LED of a ClusterHAT five times, and touches no power line: `node blink.mjs [BOARD]`.

import { setTimeout as sleep } from "node:timers/promises";
import { isHatError, openBoard } from "zerorig/hat";

const BLINKS = 5;
const HALF_MS = 300;

try {
  const board = await openBoard({ board: process.argv[2] ?? "auto" });
  try {
    for (let blink = 0; blink < BLINKS; blink += 1) {
      await board.setSwitch("alert", true);
      await sleep(HALF_MS);
      await board.setSwitch("alert", false);
      await sleep(HALF_MS);
    }
    process.stdout.write(`blinked ${BLINKS} times: ${board.info.description}\n`);
  } finally {
    await board.close();
  }
} catch (error) {
  if (!isHatError(error)) throw error;
  process.stderr.write(`${error.code}: ${error.message}\n`);
  process.exitCode = 1;
}
