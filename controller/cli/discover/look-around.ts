// The senses of `zerorig discover`: who answers on a subnet, what names are there, and what hangs on USB. All bounded, all polite.

import { createSocket } from "node:dgram";
import { readdir, readFile } from "node:fs/promises";
import { connect } from "node:net";
import { networkInterfaces as ownInterfaces } from "node:os";
import { join } from "node:path";
import { networkInterfaces, readUsbDevice } from "../../../hat/usb-device.ts";
import { BOOT_ROMS, GADGET_VENDOR, type Gadget, type Host, type Name } from "./sightings.ts";

const AT_ONCE = 32;
const CONNECT_MS = 400;
/** Answered or refused, a TCP connection to it shows that a kernel is there. */
const PROBE_PORT = 22;
const MDNS_MS = 1500;
/** A question is sent again once: nothing says that it got there. */
const MDNS_AGAIN_MS = 500;
const ARP_COMPLETE = 0x2;

/** A /24 to /32 network. */
export interface Subnet {
  readonly first: number;
  readonly count: number;
}

function toNumber(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toAddress(value: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(value / 2 ** bits) % 256).join(".");
}

/** Null for what is no IPv4 network of 256 addresses at most. */
export function parseSubnet(text: string): Subnet | null {
  const parts = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(text);
  const [, address = "", prefix = ""] = parts ?? [];
  const isAddress = address.split(".").every((part) => Number(part) <= 255);
  if (parts === null || !isAddress || Number(prefix) < 24 || Number(prefix) > 32) return null;
  const count = 2 ** (32 - Number(prefix));
  const value = toNumber(address);
  return { first: value - (value % count), count };
}

/** The addresses of its machines. */
export function hostsOf({ first, count }: Subnet): readonly string[] {
  const all = Array.from({ length: count }, (_, index) => toAddress(first + index));
  return count > 2 ? all.slice(1, -1) : all;
}

/** This machine's own IPv4 addresses within the subnet. */
export function ownAddressesIn({ first, count }: Subnet): readonly string[] {
  return Object.values(ownInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ family }) => family === "IPv4")
    .map(({ address }) => address)
    .filter((address) => toNumber(address) >= first && toNumber(address) < first + count);
}

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: PROBE_PORT });
    const end = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.setTimeout(CONNECT_MS, () => end(false));
    socket.once("connect", () => end(true));
    socket.once("error", ({ code }: NodeJS.ErrnoException) => end(code === "ECONNREFUSED"));
  });
}

/** The neighbours that the kernel knows, with their hardware addresses. */
export function parseArp(table: string): ReadonlyMap<string, string> {
  const rows = table
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
  return new Map(
    rows.flatMap(([address = "", , flags = "0", mac = ""]) =>
      (Number(flags) & ARP_COMPLETE) === 0 ? [] : [[address, mac.toLowerCase()] as const],
    ),
  );
}

/** Who answers: by TCP, or at least to the kernel's own question for the hardware address. */
export async function sweep(
  addresses: readonly string[],
  root: string,
  progress: (done: number) => void,
): Promise<readonly Host[]> {
  const there = new Set<string>();
  let done = 0;
  for (let from = 0; from < addresses.length; from += AT_ONCE) {
    const batch = addresses.slice(from, from + AT_ONCE);
    const answered = await Promise.all(batch.map(answers));
    for (const [index, address] of batch.entries()) if (answered[index]) there.add(address);
    done += batch.length;
    progress(done);
  }
  const arp = parseArp(await readFile(join(root, "proc/net/arp"), "utf8").catch(() => ""));
  return addresses
    .filter((address) => there.has(address) || arp.has(address))
    .map((address) => ({ address, mac: arp.get(address) ?? null }));
}

interface MdnsGroup {
  readonly address: string;
  readonly port: number;
}

const MDNS: MdnsGroup = { address: "224.0.0.251", port: 5353 };

/**
 * Asks for the addresses of these names, once, from a port of our own: whoever has 5353 (avahi) keeps it, and answers us alone
 * (RFC 6762, section 6.7). `from`: our address on the network to ask; null for the usual one.
 */
export async function askNames(
  names: readonly string[],
  from: string | null,
  group: MdnsGroup = MDNS,
): Promise<readonly Name[]> {
  const { default: multicastDns } = await import("multicast-dns");
  const socket = createSocket({ type: "udp4", reuseAddr: true });
  const mdns = multicastDns({
    socket,
    bind: false,
    ip: group.address,
    port: group.port,
    ...(from === null ? {} : { interface: from }),
  });
  const found = new Map<string, Name>();
  mdns.on("error", () => {});
  mdns.on("warning", () => {});
  mdns.on("response", ({ answers, additionals }) => {
    for (const record of [...(answers ?? []), ...(additionals ?? [])]) {
      const name = record.name.toLowerCase();
      if (record.type !== "A" || !names.includes(name)) continue;
      found.set(name, { name, address: record.data });
    }
  });
  const ask = () => mdns.query({ questions: names.map((name) => ({ name, type: "A" as const })) });
  await new Promise<void>((resolve) => socket.bind(0, from ?? undefined, () => resolve()));
  ask();
  const again = setTimeout(ask, MDNS_AGAIN_MS);
  await new Promise((resolve) => setTimeout(resolve, MDNS_MS));
  clearTimeout(again);
  await new Promise<void>((resolve) => mdns.destroy(() => resolve()));
  return [...found.values()];
}

/** The Zeros' gadgets, and boot ROMs that wait for a system. */
export async function gadgets(root: string): Promise<readonly Gadget[]> {
  const interfaces = await networkInterfaces(root);
  const paths = await readdir(join(root, "sys/bus/usb/devices")).catch((): string[] => []);
  const devices = await Promise.all(
    paths
      .filter((path) => /^\d+-\d+(?:\.\d+)*$/.test(path))
      .sort()
      .map((path) => readUsbDevice(root, path, interfaces)),
  );
  return devices
    .filter(({ id }) => id.startsWith(`${GADGET_VENDOR}:`) || BOOT_ROMS.has(id))
    .map(({ id, serial, interface: name }) => ({ id, serial, interface: name }));
}
