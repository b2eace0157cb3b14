// Which slots have a device on their USB port, and which: evidence for power that does not come from the power line.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { PortReading, UsbPresence } from "./board.ts";
import { networkInterfaces, readUsbDevice, usbIdOf } from "./usb-device.ts";

/** Both give one entry for each slot, in the order of the slots. What cannot be seen is `unknown`, not an error. */
export interface UsbPorts {
  presence(): Promise<readonly UsbPresence[]>;
  ports(): Promise<readonly PortReading[]>;
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
  /** What stands before /sys: for tests. */
  readonly root?: string | undefined;
}

/** The HAT's hub: a Genesys GL850G, or the vendor's own ids (clusterctrl getusbpaths). */
const HUB_IDS = new Set(["05e3:0608", "3171:0040", "3171:0041"]);
const PORTS_PER_HUB = 4;
/** Under the root. */
const USB_DEVICES = "sys/bus/usb/devices";

/** The port of a board whose hub nobody knows. */
export const UNKNOWN_PORT: PortReading = { path: null, usb: "unknown", device: null };

/** How the ports of this revision ("v2.3") are numbered. */
export function portOrderOf(revision: string): "up" | "down" {
  return revision === "v2.6" || revision === "v3.1" ? "up" : "down";
}

/** The paths of the four ports of a hub, in the order of the HAT's slots. */
export function portPaths(hubPath: string, portOrder: "up" | "down"): readonly string[] {
  const ports = Array.from({ length: PORTS_PER_HUB }, (_, index) => `${hubPath}.${index + 1}`);
  return portOrder === "up" ? ports : ports.reverse();
}

/** Reads sysfs. A HAT whose hub is not known shows `unknown` for each of its slots. */
export function sysfsUsbPorts({ hubs, root = "/" }: SysfsUsbOptions): UsbPorts {
  return portsAtPaths(async (devices) => {
    const hubsAt = await hubPaths(hubs, devices, join(root, USB_DEVICES));
    return hubs.flatMap(({ portOrder }, which): readonly (string | null)[] => {
      const path = hubsAt[which] ?? null;
      return path === null ? Array(PORTS_PER_HUB).fill(null) : portPaths(path, portOrder);
    });
  }, root);
}

/** Ports whose paths follow from what is plugged in anywhere; null for one that nobody can tell. */
export function portsAtPaths(
  pathsAmong: (devices: readonly string[]) => Promise<readonly (string | null)[]>,
  root: string,
): UsbPorts {
  const look = async () => {
    const devices = await readdir(join(root, USB_DEVICES)).catch((): string[] => []);
    return { devices, paths: await pathsAmong(devices) };
  };
  const presenceOf = (path: string | null, devices: readonly string[]): UsbPresence => {
    if (path === null) return "unknown";
    return devices.includes(path) ? "present" : "absent";
  };
  return {
    async presence() {
      const { devices, paths } = await look();
      return paths.map((path) => presenceOf(path, devices));
    },
    async ports() {
      const { devices, paths } = await look();
      const interfaces = await networkInterfaces(root);
      return await Promise.all(
        paths.map(async (path): Promise<PortReading> => {
          const usb = presenceOf(path, devices);
          const present = path !== null && usb === "present";
          return {
            path,
            usb,
            device: present ? await readUsbDevice(root, path, interfaces) : null,
          };
        }),
      );
    },
  };
}

/** The paths of every hub here that may be a HAT's: its ids are those of many ordinary hubs too. */
export async function findHubs(root: string): Promise<readonly string[]> {
  const directory = join(root, USB_DEVICES);
  return await hubsAmong(await readdir(directory).catch((): string[] => []), directory);
}

/**
 * Where each HAT's hub is; null where nobody can tell. The hub's ids are those of many ordinary hubs, so only a single HAT finds
 * its hub by them, and only where there is one such hub.
 */
async function hubPaths(
  hubs: readonly HatHub[],
  devices: readonly string[],
  directory: string,
): Promise<readonly (string | null)[]> {
  if (hubs.some(({ path }) => path !== undefined)) {
    return hubs.map(({ path }) => (path !== undefined && devices.includes(path) ? path : null));
  }
  const [only = null, ...others] = await hubsAmong(devices, directory);
  return hubs.map(() => (hubs.length === 1 && others.length === 0 ? only : null));
}

async function hubsAmong(devices: readonly string[], directory: string): Promise<string[]> {
  const found: string[] = [];
  for (const device of devices) {
    if (device.includes(":")) continue;
    if (HUB_IDS.has(await usbIdOf(join(directory, device)))) found.push(device);
  }
  return found;
}
