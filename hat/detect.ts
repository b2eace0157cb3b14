// Finds out which boards there are, and opens each with the one driver that it needs.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PowerBoard } from "./board.ts";
import {
  FIRST_ADDRESS,
  isBoardSpec,
  type PartSpec,
  parseBoardSpec,
  unknownBoard,
} from "./board-spec.ts";
import { HatError } from "./error.ts";
import { type ExpanderRevision, isExpanderRevision } from "./expander.ts";
import { joinBoards } from "./joined-board.ts";
import { lockPathOf } from "./lock.ts";

export interface OpenBoardOptions {
  /** `auto`, `v2.3`, `v2.3@0x20,v2.3@0x21`, `virtual:PATH`: see board-spec.ts. */
  readonly board: string;
  /** Be the one writer until close, as the controller does. By default the lock is taken for each write. */
  readonly hold?: boolean;
  /** The USB path of each HAT's hub, in the order of the slots, where the hubs' ids do not tell which is which. */
  readonly hubPaths?: readonly string[];
  /** What stands before /proc, /sys and /run: for tests. */
  readonly root?: string;
}

const PRODUCT = "ZC4:ClusterHAT";
const I2C_BUS = 1;

/**
 * Opens a board, or several as one; no line changes. Rejects with `no-board` (nothing found: the message names what was looked for
 * and read), `unknown-board`, `no-driver`, `permission`, `locked` or `bus`. Never falls back to a virtual board.
 */
export async function openBoard(options: OpenBoardOptions): Promise<PowerBoard> {
  const { board, hold = false, root = "/", hubPaths = [] } = options;
  const spec = parseBoardSpec(board);
  if (spec.kind === "virtual") {
    const { openVirtualBoard } = await import("./virtual/board.ts");
    return await openVirtualBoard(spec.socketPath, hold);
  }
  const parts = await Promise.all(spec.parts.map((part) => resolvePart(part, root)));
  const opened: PowerBoard[] = [];
  try {
    for (const group of grouped(parts)) {
      const firstSlot = opened.reduce((count, { info }) => count + info.slots.length, 0);
      const place = { hold, root, firstSlot, hubPaths: hubPaths.slice(firstSlot / 4) };
      opened.push(await openGroup(group, place));
    }
  } catch (error) {
    for (const board of opened) await board.close();
    throw error;
  }
  return joinBoards(opened);
}

type Found = Exclude<PartSpec, { kind: "auto" }>;

/** What `auto` stands for on this machine. */
async function resolvePart(part: PartSpec, root: string): Promise<Found> {
  if (part.kind !== "auto") return part;
  const revision = await detectRevision(root);
  if (isExpanderRevision(revision)) return { kind: "expander", revision, address: FIRST_ADDRESS };
  if (isBoardSpec(revision)) return { kind: "gpio", revision };
  throw unknownBoard(revision);
}

/** Chips on the same bus, named one after the other, are one board with one lock. */
function grouped(parts: readonly Found[]): readonly (readonly Found[])[] {
  const groups: Found[][] = [];
  for (const part of parts) {
    const last = groups.at(-1);
    if (part.kind === "expander" && last?.[0]?.kind === "expander") last.push(part);
    else groups.push([part]);
  }
  return groups;
}

interface Place {
  readonly hold: boolean;
  readonly root: string;
  readonly firstSlot: number;
  readonly hubPaths: readonly string[];
}

async function openGroup(group: readonly Found[], place: Place): Promise<PowerBoard> {
  const [first] = group;
  if (first?.kind === "gpio") return await openGpio(first.revision, place);
  return await openExpanders(
    group.filter((part) => part.kind === "expander"),
    place,
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

async function openExpanders(
  chips: readonly { readonly revision: ExpanderRevision; readonly address: number }[],
  { hold, root, firstSlot, hubPaths }: Place,
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
    chips,
    firstSlot,
    usb: sysfsUsbPorts({
      hubs: chips.map(({ revision }, index) => ({
        portOrder: portOrderOf(revision),
        path: hubPaths[index],
      })),
      root,
    }),
    supply: firmwareSupply(root),
    lockPath: lockPathOf(root, `i2c-${I2C_BUS}`),
    hold,
    descriptions: chips.map(
      ({ revision, address }) =>
        `ClusterHAT ${revision} (i2c-${I2C_BUS} 0x${address.toString(16)})`,
    ),
    virtual: false,
  });
}

async function openGpio(
  revision: string,
  { hold, root, firstSlot, hubPaths }: Place,
): Promise<PowerBoard> {
  const { openGpioBoard } = await import("./gpio-board.ts");
  return await openGpioBoard({
    revision,
    hold,
    root,
    firstSlot,
    hubPath: hubPaths[0],
    lockPath: lockPathOf(root, "gpio"),
  });
}
