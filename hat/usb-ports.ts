// Which slots have a device on their USB port, from sysfs: evidence for power that does not come from the power line.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { UsbPresence } from "./board.ts";

export interface UsbPorts {
  /** One entry for each slot, in the order of the slots. What cannot be seen is `unknown`, not an error. */
  presence(): Promise<readonly UsbPresence[]>;
}

/** The hub of one HAT. */
export interface HatHub {
  /** `down`: slot N is on port 5-N (v1, v2.0 to v2.5, v3.0); `up`: on port N (v2.6, v3.1). */
  readonly portOrder: "up" | "down";
  /** Where it is plugged in, such as `1-1.2`. Without it the hub is looked for by its ids. */
  readonly path?: string | undefined;
}

export interface SysfsUsbOptions {
  /** One for each HAT, in the order of the slots. */
  readonly hubs: readonly HatHub[];
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

/** The number of the port on the hub that the slot with this index within its HAT is on. */
function portOf({ portOrder }: HatHub, index: number): number {
  return portOrder === "up" ? index + 1 : PORTS_PER_HUB - index;
}

/** Reads `/sys/bus/usb/devices`. A HAT whose hub is not known shows `unknown` for each of its slots. */
export function sysfsUsbPorts(options: SysfsUsbOptions): UsbPorts {
  const root = options.root ?? "/sys/bus/usb/devices";
  return {
    async presence() {
      const devices = await readdir(root).catch((): string[] => []);
      const paths = await hubPaths(options.hubs, devices, root);
      return options.hubs.flatMap((hub, which) => {
        const path = paths[which] ?? null;
        return Array.from({ length: PORTS_PER_HUB }, (_, index): UsbPresence => {
          if (path === null) return "unknown";
          return devices.includes(`${path}.${portOf(hub, index)}`) ? "present" : "absent";
        });
      });
    },
  };
}

/**
 * Where each HAT's hub is; null where nobody can tell. The hub's ids are those of many ordinary hubs, so only a single HAT finds
 * its hub by them, and only where there is one such hub.
 */
async function hubPaths(
  hubs: readonly HatHub[],
  devices: readonly string[],
  root: string,
): Promise<readonly (string | null)[]> {
  if (hubs.some(({ path }) => path !== undefined)) {
    return hubs.map(({ path }) => (path !== undefined && devices.includes(path) ? path : null));
  }
  const candidates: string[] = [];
  for (const device of devices) {
    if (!device.includes(":") && HUB_IDS.has(await deviceId(join(root, device)))) {
      candidates.push(device);
    }
  }
  const [only = null] = candidates;
  return hubs.map(() => (hubs.length === 1 && candidates.length === 1 ? only : null));
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
