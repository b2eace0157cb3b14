// Finds the USB boards of this machine, by their USB ids in sysfs: no udev rule is needed for that.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type CtrlBus, openCtrlBus } from "./ctrl-bus.ts";
import { type CtrlKind, ctrlKindOf } from "./ctrl-kinds.ts";
import { retryingTransfer } from "./ctrl-link.ts";
import { CTRL_REGISTER } from "./ctrl-protocol.ts";
import { HatError } from "./error.ts";
import { usbIdOf } from "./usb-device.ts";

/** A USB board that is plugged in. */
export interface CtrlFound {
  readonly kind: CtrlKind;
  /** Where: "1-1.2.4". */
  readonly usbPath: string;
  /** The number by which boards are told apart and sorted, 1 to 255. */
  readonly order: number;
}

/** How a bus is opened: replaced in tests. */
export type OpenCtrlBus = (busNumber: number) => Promise<CtrlBus>;

/** The boards, sorted by their orders. Throws `unknown-board` if two have the same, or what the bus reports. */
export async function findCtrlBoards(
  root = "/",
  openBus: OpenCtrlBus = openCtrlBus,
): Promise<readonly CtrlFound[]> {
  const directory = join(root, "sys/bus/usb/devices");
  const found: CtrlFound[] = [];
  for (const usbPath of (await readdir(directory).catch((): string[] => [])).sort()) {
    if (usbPath.includes(":")) continue;
    const [vendor = "", product = ""] = (await usbIdOf(join(directory, usbPath))).split(":");
    const kind = ctrlKindOf(vendor, product);
    if (kind === null) continue;
    const bus = await openBus(await ctrlBusNumber(root, usbPath));
    try {
      const [order = 0] = await retryingTransfer(() => bus.readBlock(CTRL_REGISTER.order, 1));
      found.push({ kind, usbPath, order });
    } finally {
      await bus.close();
    }
  }
  found.sort((a, b) => a.order - b.order);
  refuseTwins(found);
  return found;
}

/** The number of the I2C bus that the kernel made of the board. Throws `no-board` where it made none, and says what to do. */
export async function ctrlBusNumber(root: string, usbPath: string): Promise<number> {
  const directory = join(root, "sys/bus/usb/devices", `${usbPath}:1.0`);
  const names = await readdir(directory).catch((): string[] => []);
  const [number] = names.flatMap((name) => /^i2c-(\d+)$/.exec(name)?.[1] ?? []);
  if (number !== undefined) return Number(number);
  throw new HatError(
    "no-board",
    names.length === 0
      ? `nothing is plugged in at ${usbPath} any more: plug the USB board in again`
      : `no driver has taken the USB board at ${usbPath}: \`sudo modprobe i2c-tiny-usb\`, then as root \`echo 3171 ${await productOf(root, usbPath)} > /sys/bus/usb/drivers/i2c-tiny-usb/new_id\` (docs/usb-boards.md has a udev rule that does both)`,
  );
}

/** Another text after each time that the board was away: the number that the kernel gave it when it was last found. */
export async function ctrlConnection(root: string, usbPath: string): Promise<string> {
  const file = join(root, "sys/bus/usb/devices", usbPath, "devnum");
  return (await readFile(file, "utf8").catch(() => "")).trim();
}

async function productOf(root: string, usbPath: string): Promise<string> {
  const id = await usbIdOf(join(root, "sys/bus/usb/devices", usbPath));
  return id.split(":")[1] ?? "";
}

function refuseTwins(found: readonly CtrlFound[]): void {
  for (const [at, { order, usbPath }] of found.entries()) {
    const next = found[at + 1];
    if (next?.order !== order) continue;
    throw new HatError(
      "unknown-board",
      `two USB boards have the order ${order}, the ones at ${usbPath} and ${next.usbPath}, so their slots cannot be told apart: unplug one, then \`hatctl setorder ${order} ${freeOrder(found)}\` and \`hatctl saveorder ${freeOrder(found)}\`, and plug it in again`,
    );
  }
}

function freeOrder(found: readonly CtrlFound[]): number {
  const taken = new Set(found.map(({ order }) => order));
  let order = 21;
  while (taken.has(order)) order += 1;
  return order;
}
