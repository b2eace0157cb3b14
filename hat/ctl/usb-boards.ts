// The USB boards of a session: by the orders that the vendor's words name them by.

import type { BoardPart } from "../board.ts";
import type { CtrlBoard } from "../ctrl-board.ts";
import { HatError } from "../error.ts";
import { UsageError } from "./exit.ts";
import type { Session } from "./session.ts";

/** Opens one USB board by its order, for what only such a board can do. */
export type OpenUsbBoard = (order: number) => Promise<CtrlBoard>;

/** Loads what it needs only on a machine that has one. */
export async function openUsbBoard(order: number): Promise<CtrlBoard> {
  const { openCtrl } = await import("../ctrl-real.ts");
  return await openCtrl(order);
}

/** The order of a USB board, as its description has it; null for a HAT. */
export function orderOf({ description }: BoardPart): number | null {
  const [, order] = /^ClusterCTRL .*\border (\d+)\b/.exec(description) ?? [];
  return order === undefined ? null : Number(order);
}

/** Where it is plugged in, such as 1-1.2. */
export function usbPathOf({ description }: BoardPart): string {
  return /\(usb (\S+)\)$/.exec(description)?.[1] ?? "";
}

/** The orders of all USB boards of the session, or of those that are named. */
export function ordersOf({ board }: Session, word: string | undefined): readonly number[] {
  if (word !== undefined) return [parseOrder(word)];
  const orders = board.info.parts.flatMap((part) => orderOf(part) ?? []);
  if (orders.length > 0) return orders;
  throw new HatError(
    "unsupported",
    `only a USB board has that, and here is none: ${board.info.description}`,
  );
}

/** An order as a person writes it. Throws a UsageError. */
export function parseOrder(word: string): number {
  const order = Number(word);
  if (/^\d{1,3}$/.test(word) && order >= 1 && order <= 255) return order;
  throw new UsageError(
    `an order is a number from 1 to 255 (\`hatctl detect\` shows them), not "${word}"`,
  );
}

/** Opens the board, acts, and closes it. */
export async function withUsbBoard<T>(
  open: OpenUsbBoard,
  order: number,
  act: (board: CtrlBoard) => Promise<T>,
): Promise<T> {
  const board = await open(order);
  try {
    return await act(board);
  } finally {
    await board.close();
  }
}
