// What the vendor's `status` tells beside the lines: the machine, and what the EEPROM of the HAT says of itself.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BoardInfo, BoardReading, SwitchReading } from "../board.ts";

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
}

const HAT = "proc/device-tree/hat";
const GET_THROTTLED = "sys/devices/platform/soc/soc:firmware/get_throttled";

/** Reads them. Nothing of it can fail: what is not there is null. `root` stands before /proc and /sys in tests. */
export async function vendorFacts(
  info: BoardInfo,
  spec: string,
  seen: Pick<VendorFacts, "reading" | "switches">,
  root = "/",
): Promise<VendorFacts> {
  const bytes = (path: string) => readFile(join(root, path)).catch(() => null);
  const text = async (path: string) =>
    (await bytes(path))?.toString("utf8").replaceAll("\0", "").trim() ?? null;
  const revision = await bytes("proc/device-tree/system/linux,revision");
  const throttled = await text(GET_THROTTLED);
  const isFound = !info.virtual && spec.split(",")[0]?.trim() === "auto";
  const uuid = isFound ? await text(`${HAT}/uuid`) : null;
  return {
    info,
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
