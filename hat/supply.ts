// Whether the controller's own supply is too low now, as the Raspberry Pi's firmware tells.

import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** True if under-voltage is present now; null where nothing tells. Never rejects. */
export type SupplySource = () => Promise<boolean | null>;

const GET_THROTTLED = "sys/devices/platform/soc/soc:firmware/get_throttled";

/** Reads the firmware's word (hex; bit 0 = under-voltage now, as `vcgencmd get_throttled` prints it). */
export function firmwareSupply(root = "/"): SupplySource {
  return async () => {
    const text = await readFile(join(root, GET_THROTTLED), "utf8").catch(() => "");
    const word = Number.parseInt(text, 16);
    return Number.isNaN(word) ? null : (word & 1) === 1;
  };
}
