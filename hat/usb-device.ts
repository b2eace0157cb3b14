// What sysfs tells of one USB device: its ids and names, and the network interface that it became.

import { readdir, readFile, readlink } from "node:fs/promises";
import { basename, join } from "node:path";

export interface UsbDevice {
  /** Vendor and product, as `lsusb` writes them: `3171:0021`. Empty if it went while it was read. */
  readonly id: string;
  readonly serial: string | null;
  readonly product: string | null;
  /** The network interface behind it (`ethpi2`), and the address of its controller's side. */
  readonly interface: string | null;
  readonly mac: string | null;
}

interface NetworkInterface {
  readonly name: string;
  readonly mac: string | null;
}

/** The network interfaces of USB devices, by the path of their device (`1-1.2.4`). */
export async function networkInterfaces(
  root: string,
): Promise<ReadonlyMap<string, NetworkInterface>> {
  const directory = join(root, "sys/class/net");
  const found = new Map<string, NetworkInterface>();
  for (const name of (await readdir(directory).catch((): string[] => [])).sort()) {
    // ../../../1-1.2.4:1.0 for USB; bridges and VLANs have none.
    const device = basename(await readlink(join(directory, name, "device")).catch(() => ""));
    const [path = "", usbInterface] = device.split(":");
    // A PCI device has colons of its own, but no such path.
    if (usbInterface === undefined || !/^\d+-\d+(?:\.\d+)*$/.test(path)) continue;
    if (!found.has(path)) {
      found.set(path, { name, mac: await readWord(join(directory, name, "address")) });
    }
  }
  return found;
}

/** The device that is plugged in at the path. */
export async function readUsbDevice(
  root: string,
  path: string,
  interfaces: ReadonlyMap<string, NetworkInterface>,
): Promise<UsbDevice> {
  const directory = join(root, "sys/bus/usb/devices", path);
  const network = interfaces.get(path);
  return {
    id: await usbIdOf(directory),
    serial: await readWord(join(directory, "serial")),
    product: await readWord(join(directory, "product")),
    interface: network?.name ?? null,
    mac: network?.mac ?? null,
  };
}

/** Vendor and product of a device's directory; empty if it is gone, or no device. */
export async function usbIdOf(directory: string): Promise<string> {
  const vendor = await readWord(join(directory, "idVendor"));
  const product = await readWord(join(directory, "idProduct"));
  return vendor === null || product === null ? "" : `${vendor}:${product}`;
}

async function readWord(path: string): Promise<string | null> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.trim() === "" ? null : text.trim();
}
