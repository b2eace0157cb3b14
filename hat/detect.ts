// Finds out which boards there are, and opens each with the one driver that it needs.

import type { PowerBoard } from "./board.ts";
import {
  FIRST_ADDRESS,
  isBoardSpec,
  type PartSpec,
  parseBoardSpec,
  unknownBoard,
} from "./board-spec.ts";
import type { CtrlFound, OpenCtrlBus } from "./ctrl-find.ts";
import { readHatFacts, revisionOf } from "./device-tree.ts";
import { HatError, isHatError } from "./error.ts";
import { type ExpanderRevision, isExpanderRevision } from "./expander.ts";
import { joinBoards } from "./joined-board.ts";
import { lockPathOf } from "./lock.ts";

export interface OpenBoardOptions {
  /** `auto`, `v2.3`, `v2.3@0x20,v2.3@0x21`, `usb`, `virtual:PATH`: see board-spec.ts. */
  readonly board: string;
  /** Be the one writer until close, as the controller does. By default the lock is taken for each write. */
  readonly hold?: boolean;
  /** The USB path of each HAT's hub, in the order of the slots, where the hubs' ids do not tell which is which. */
  readonly hubPaths?: readonly string[];
  /** What stands before /proc, /sys and /run: for tests. */
  readonly root?: string;
  /** How the bus of a USB board is opened: for tests. */
  readonly openUsbBus?: OpenCtrlBus;
}

const I2C_BUS = 1;
const NO_USB_BOARD =
  "there is no USB board: looked for the USB devices 3171:0011 to 3171:0016, and none is plugged in";

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
  const opened: PowerBoard[] = [];
  try {
    let firstSlot = 0;
    let hats = 0;
    for (const group of grouped(await resolveParts(spec.parts, options))) {
      const place = { ...options, hold, root, firstSlot, hubPaths: hubPaths.slice(hats) };
      const board = await openGroup(group, place);
      opened.push(board);
      const [{ kind } = { kind: "none" }] = group;
      hats += kind === "usb" ? 0 : board.info.parts.length;
      firstSlot += numbersOf(group, board);
    }
  } catch (error) {
    for (const board of opened) await board.close();
    throw error;
  }
  return joinBoards(opened);
}

type Found =
  | Exclude<PartSpec, { kind: "auto" | "usb" }>
  | { kind: "usb"; readonly found: CtrlFound };

async function resolveParts(
  parts: readonly PartSpec[],
  options: OpenBoardOptions,
): Promise<readonly Found[]> {
  const resolved: Found[] = [];
  for (const part of parts) {
    if (part.kind === "auto") resolved.push(...(await resolveAuto(options)));
    else if (part.kind === "usb") resolved.push(...(await findUsb(part.order, options)));
    else resolved.push(part);
  }
  return resolved;
}

/** What `auto` stands for on this machine: the HAT, then the USB boards, or those alone. */
async function resolveAuto(options: OpenBoardOptions): Promise<readonly Found[]> {
  const boards = await findUsb("any", options);
  try {
    return [hatOf(revisionOf(await readHatFacts(options.root ?? "/"))), ...boards];
  } catch (error) {
    if (!isHatError(error, "no-board")) throw error;
    if (boards.length > 0) return boards;
    throw new HatError("no-board", `${error.message}; and ${NO_USB_BOARD}`);
  }
}

function hatOf(revision: string): Found {
  if (isExpanderRevision(revision)) return { kind: "expander", revision, address: FIRST_ADDRESS };
  if (isBoardSpec(revision)) return { kind: "gpio", revision };
  throw unknownBoard(revision);
}

/** The board with that order, all of them (null), or all if there are any. */
async function findUsb(
  order: number | "any" | null,
  { root, openUsbBus: openBus }: OpenBoardOptions,
): Promise<readonly Found[]> {
  const { findCtrlBoards } = await import("./ctrl-find.ts");
  if (typeof order === "number") {
    const { ctrlWithOrder } = await import("./ctrl-real.ts");
    return [{ kind: "usb", found: await ctrlWithOrder(order, { root, openBus }) }];
  }
  const boards = await findCtrlBoards(root, openBus);
  if (order === null && boards.length === 0) throw new HatError("no-board", NO_USB_BOARD);
  return boards.map((found) => ({ kind: "usb", found }));
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

/** How many slot numbers a board takes: an adapter for HATs keeps those of missing ones free, as the vendor's tool counts them. */
function numbersOf([first]: readonly Found[], { info }: PowerBoard): number {
  return first?.kind === "usb" ? first.found.kind.slotCount : info.slots.length;
}

interface Place {
  readonly hold: boolean;
  readonly root: string;
  readonly firstSlot: number;
  readonly hubPaths: readonly string[];
  readonly openUsbBus?: OpenCtrlBus;
}

async function openGroup(group: readonly Found[], place: Place): Promise<PowerBoard> {
  const [first] = group;
  if (first?.kind === "gpio") return await openGpio(first.revision, place);
  if (first?.kind === "usb") {
    const { openFoundCtrl } = await import("./ctrl-real.ts");
    return await openFoundCtrl(first.found, { ...place, openBus: place.openUsbBus });
  }
  return await openExpanders(
    group.filter((part) => part.kind === "expander"),
    place,
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
