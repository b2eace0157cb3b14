// Finds out which board there is, and opens it with the one driver that it needs.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PowerBoard } from "./board.ts";
import { HatError } from "./error.ts";
import { EXPANDER_REVISIONS, type ExpanderRevision, isExpanderRevision } from "./expander.ts";

export interface OpenBoardOptions {
  /** `auto`, `virtual:PATH`, or a revision to take as given: see `isBoardSpec`. */
  readonly board: string;
  /** Be the one writer until close, as the controller does. By default the lock is taken for each write. */
  readonly hold?: boolean;
  /** What stands before /proc, /sys and /run: for tests. */
  readonly root?: string;
}

/** What `board` may be, for messages and help texts. */
export const BOARD_SPECS = `auto, v1 (any v1.x), ${EXPANDER_REVISIONS.join(", ")}, virtual:PATH`;

const VIRTUAL = "virtual:";
const PRODUCT = "ZC4:ClusterHAT";
const I2C_BUS = 1;
const I2C_ADDRESS = 0x20;

/** Whether a text may stand for a board. The one place that knows; whether the board is there is another matter. */
export function isBoardSpec(text: string): boolean {
  const socketPath = virtualSocketOf(text);
  if (socketPath !== null) return socketPath !== "";
  return text === "auto" || isGpioRevision(text) || isExpanderRevision(text);
}

/** The socket of the virtual board that a text stands for; null for a real one. */
export function virtualSocketOf(text: string): string | null {
  return text.startsWith(VIRTUAL) ? text.slice(VIRTUAL.length) : null;
}

function isGpioRevision(text: string): boolean {
  return /^v1(\.\d+)?$/.test(text);
}

/**
 * Opens a board; no line changes. Rejects with `no-board` (nothing found: the message names what was looked for and read),
 * `unknown-board`, `no-driver`, `permission`, `locked` or `bus`. Never falls back to a virtual board.
 */
export async function openBoard(options: OpenBoardOptions): Promise<PowerBoard> {
  const { board, hold = false, root = "/" } = options;
  if (!isBoardSpec(board)) throw noDriverFor(board);
  const socketPath = virtualSocketOf(board);
  if (socketPath !== null) {
    const { openVirtualBoard } = await import("./virtual/board.ts");
    return await openVirtualBoard(socketPath, hold);
  }
  const revision = board === "auto" ? await detectRevision(root) : board;
  if (isGpioRevision(revision)) return await openGpio(revision, hold, root);
  if (isExpanderRevision(revision)) return await openExpander(revision, hold, root);
  throw noDriverFor(revision);
}

function noDriverFor(board: string): HatError {
  return new HatError(
    "unknown-board",
    `there is no driver for a board "${board}": known are ${BOARD_SPECS}`,
  );
}

/** The revision that the HAT's EEPROM names ("v2.3"), as the firmware puts it in the device tree. */
export async function detectRevision(root: string): Promise<string> {
  const directory = join(root, "proc/device-tree/hat");
  const read = async (name: string) =>
    (await readFile(join(directory, name), "utf8").catch(() => "")).replaceAll("\0", "").trim();
  const product = await read("product");
  const version = await read("product_ver");
  if (product !== PRODUCT) {
    const found = product === "" ? "nothing is there" : `the HAT there is "${product}"`;
    throw new HatError(
      "no-board",
      `no ClusterHAT: looked for the product "${PRODUCT}" in ${directory}, but ${found}. If a HAT is fitted, seat it and reboot`,
    );
  }
  const number = Number.parseInt(version, 16);
  const major = number >> 4;
  if (major >= 1 && major <= 3 && number <= 0x3f) return `v${major}.${number & 0xf}`;
  throw new HatError(
    "unknown-board",
    `the ClusterHAT in ${directory} has product_ver "${version}", which no driver knows (0x10 to 0x3f)`,
  );
}

async function openExpander(
  revision: ExpanderRevision,
  hold: boolean,
  root: string,
): Promise<PowerBoard> {
  const [
    { openExpanderBoard },
    { openI2cBus },
    { portOrderOf, sysfsUsbPorts },
    { firmwareSupply },
  ] = await Promise.all([
    import("./expander-board.ts"),
    import("./i2c.ts"),
    import("./usb-ports.ts"),
    import("./supply.ts"),
  ]);
  return await openExpanderBoard({
    bus: await openI2cBus(I2C_BUS),
    chips: [{ address: I2C_ADDRESS, revision }],
    usb: sysfsUsbPorts({
      slotCount: 4,
      portOrder: portOrderOf(revision),
      root: join(root, "sys/bus/usb/devices"),
    }),
    supply: firmwareSupply(root),
    lockPath: lockPath(root, `i2c-${I2C_BUS}`),
    hold,
    description: `ClusterHAT ${revision} (i2c-${I2C_BUS} 0x${I2C_ADDRESS.toString(16)})`,
    virtual: false,
  });
}

async function openGpio(revision: string, hold: boolean, root: string): Promise<PowerBoard> {
  const { openGpioBoard } = await import("./gpio-board.ts");
  return await openGpioBoard({ revision, hold, root, lockPath: lockPath(root, "gpio") });
}

/** Where every program of this machine looks for the lock of this board. */
function lockPath(root: string, bus: string): string {
  const directory = join(root, "run/lock");
  return join(existsSync(directory) ? directory : tmpdir(), `zerorig-hat-${bus}.lock`);
}
