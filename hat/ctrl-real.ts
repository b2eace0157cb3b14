// USB boards of this machine, opened by what sysfs tells of them.

import type { CtrlBoard } from "./ctrl-board.ts";
import { openCtrlBus } from "./ctrl-bus.ts";
import {
  type CtrlFound,
  ctrlBusNumber,
  ctrlConnection,
  findCtrlBoards,
  type OpenCtrlBus,
} from "./ctrl-find.ts";
import { openCtrlBoard } from "./ctrl-open.ts";
import { HatError } from "./error.ts";
import { lockPathOf } from "./lock.ts";
import { firmwareSupply } from "./supply.ts";

export interface CtrlPlace {
  /** Keep the lock until close, as the controller does. */
  readonly hold?: boolean;
  /** The zero-based index of the first slot, where other boards come before this one. */
  readonly firstSlot?: number;
  /** What stands before /sys and /run: for tests. */
  readonly root?: string | undefined;
  readonly openBus?: OpenCtrlBus | undefined;
}

/** Opens a board that was found; changes no line. */
export async function openFoundCtrl(found: CtrlFound, place: CtrlPlace = {}): Promise<CtrlBoard> {
  const { root = "/", openBus = openCtrlBus } = place;
  const { usbPath } = found;
  return await openCtrlBoard({
    ...found,
    openBus: async () => await openBus(await ctrlBusNumber(root, usbPath)),
    connection: () => ctrlConnection(root, usbPath),
    lockPath: lockPathOf(root, `usb-${usbPath}`),
    hold: place.hold ?? false,
    firstSlot: place.firstSlot ?? 0,
    root,
    supply: firmwareSupply(root),
    otherOrders: async () =>
      (await findCtrlBoards(root, openBus))
        .filter((other) => other.usbPath !== usbPath)
        .map(({ order }) => order),
    virtual: false,
  });
}

/** Opens the USB board with this order by itself, for what only such a board can do. Rejects with `no-board` if there is none. */
export async function openCtrl(order: number, place: CtrlPlace = {}): Promise<CtrlBoard> {
  return await openFoundCtrl(await ctrlWithOrder(order, place), place);
}

/** The USB board with this order among those that are plugged in. */
export async function ctrlWithOrder(order: number, place: CtrlPlace = {}): Promise<CtrlFound> {
  const boards = await findCtrlBoards(place.root, place.openBus);
  const found = boards.find((board) => board.order === order);
  if (found !== undefined) return found;
  const there = boards.map((board) => `${board.order} (${board.kind.name})`).join(", ");
  throw new HatError(
    "no-board",
    `there is no USB board with the order ${order}: ${there === "" ? "none is plugged in" : `there are ${there}`}`,
  );
}
