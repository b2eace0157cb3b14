// What the vendor's `status` tells beside the lines: the machine, and what the EEPROM of the HAT says of itself.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BoardInfo, BoardPart, BoardReading, SwitchReading } from "../board.ts";
import { ctrlBusNumber } from "../ctrl-find.ts";
import type { CtrlData } from "../ctrl-tools.ts";
import type { SlotId } from "../slots.ts";
import { type OpenUsbBoard, orderOf, usbPathOf, withUsbBoard } from "./usb-boards.ts";

/** What a USB board tells of itself. */
export interface UsbFacts {
  readonly order: number;
  /** Of the I2C bus that the kernel made of it; null where it made none. */
  readonly busNumber: number | null;
  readonly slots: readonly SlotId[];
  readonly data: CtrlData;
  /** The USB boot pins that can be read, by the slots of the session. */
  readonly usbBoot: ReadonlyMap<SlotId, boolean>;
}

export interface VendorFacts {
  readonly info: BoardInfo;
  readonly reading: BoardReading;
  readonly switches: readonly SwitchReading[];
  /** The device tree's revision word of the Pi, "0x00a02082"; null where nothing tells. */
  readonly piRevision: string | null;
  /** The firmware's word on its supply, "0x0"; null where nothing tells. */
  readonly throttled: string | null;
  /** What the EEPROM says; null where the board was named, and not found by it. */
  readonly eeprom: {
    readonly uuid: string;
    readonly vendor: string;
    readonly productId: string;
  } | null;
  /** By their orders. */
  readonly usb: readonly UsbFacts[];
}

const HAT = "proc/device-tree/hat";
const GET_THROTTLED = "sys/devices/platform/soc/soc:firmware/get_throttled";

/** Reads them. What is not there is null; a USB board that does not answer is an error. `root` stands before /proc and /sys in tests. */
export async function vendorFacts(
  info: BoardInfo,
  spec: string,
  seen: Pick<VendorFacts, "reading" | "switches">,
  open: OpenUsbBoard,
  root = "/",
): Promise<VendorFacts> {
  const bytes = (path: string) => readFile(join(root, path)).catch(() => null);
  const text = async (path: string) =>
    (await bytes(path))?.toString("utf8").replaceAll("\0", "").trim() ?? null;
  const revision = await bytes("proc/device-tree/system/linux,revision");
  const throttled = await text(GET_THROTTLED);
  const isFound = !info.virtual && spec.split(",")[0]?.trim() === "auto";
  const uuid = isFound ? await text(`${HAT}/uuid`) : null;
  const usb: UsbFacts[] = [];
  for (const part of info.parts) {
    const order = orderOf(part);
    if (order !== null) usb.push(await usbFacts(part, order, open, root));
  }
  return {
    info,
    usb,
    ...seen,
    piRevision: revision === null ? null : `0x${revision.toString("hex")}`,
    throttled: throttled === null ? null : `0x${throttled.replace(/^0x/, "")}`,
    eeprom:
      uuid === null
        ? null
        : {
            uuid,
            vendor: (await text(`${HAT}/vendor`)) ?? "",
            productId: (await text(`${HAT}/product_id`)) ?? "",
          },
  };
}

async function usbFacts(
  part: BoardPart,
  order: number,
  open: OpenUsbBoard,
  root: string,
): Promise<UsbFacts> {
  const busNumber = await ctrlBusNumber(root, usbPathOf(part)).catch(() => null);
  return await withUsbBoard(open, order, async ({ info, tools }) => {
    const data = await tools.data();
    const usbBoot = data.usbBoot.flatMap(({ slot, on }): [SlotId, boolean][] => {
      // By itself the board counts from p1.
      const its = part.slots[info.slots.indexOf(slot)];
      return its === undefined ? [] : [[its, on]];
    });
    return { order, busNumber, slots: part.slots, data, usbBoot: new Map(usbBoot) };
  });
}
