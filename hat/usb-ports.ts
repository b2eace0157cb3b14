// Which slots have a device on their USB port, from sysfs: evidence for power that does not come from the power line.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { UsbPresence } from "./board.ts";

export interface UsbPorts {
  /** One entry for each slot, in the order of the slots. What cannot be seen is `unknown`, not an error. */
  presence(): Promise<readonly UsbPresence[]>;
}

export interface SysfsUsbOptions {
  readonly slotCount: number;
  /** `down`: slot N is on port 5-N (v1, v2.0 to v2.5, v3.0); `up`: on port N (v2.6, v3.1). */
  readonly portOrder: "up" | "down";
  /** A fake tree in tests. */
  readonly root?: string;
}

/** The HAT's hub: a Genesys GL850G, or the vendor's own ids (clusterctrl getusbpaths). */
const HUB_IDS = new Set(["05e3:0608", "3171:0040", "3171:0041"]);
const PORTS_PER_HUB = 4;

/** How the ports of this revision ("v2.3") are numbered. */
export function portOrderOf(revision: string): "up" | "down" {
  return revision === "v2.6" || revision === "v3.1" ? "up" : "down";
}

/**
 * Reads `/sys/bus/usb/devices`. The hub's ids are those of many ordinary hubs, so with any other number of such hubs than one
 * (and with several HATs, whose hubs cannot be told apart) every slot is `unknown`.
 */
export function sysfsUsbPorts(options: SysfsUsbOptions): UsbPorts {
  const root = options.root ?? "/sys/bus/usb/devices";
  const all = (presence: UsbPresence): readonly UsbPresence[] =>
    Array.from({ length: options.slotCount }, () => presence);

  return {
    async presence() {
      const devices = await readdir(root).catch((): string[] => []);
      const hubs: string[] = [];
      for (const device of devices) {
        if (!device.includes(":") && HUB_IDS.has(await deviceId(join(root, device)))) {
          hubs.push(device);
        }
      }
      const hub = hubs[0];
      if (hub === undefined || hubs.length > 1 || options.slotCount > PORTS_PER_HUB) {
        return all("unknown");
      }
      return all("absent").map((absent, index) => {
        const port = options.portOrder === "up" ? index + 1 : PORTS_PER_HUB - index;
        return devices.includes(`${hub}.${port}`) ? "present" : absent;
      });
    },
  };
}

async function deviceId(path: string): Promise<string> {
  try {
    const vendor = await readFile(join(path, "idVendor"), "utf8");
    const product = await readFile(join(path, "idProduct"), "utf8");
    return `${vendor.trim()}:${product.trim()}`;
  } catch {
    // Gone between listing and reading, or not a device.
    return "";
  }
}
