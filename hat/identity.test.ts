import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { identify, identityOf } from "./identity.ts";
import { findHubs, sysfsUsbPorts } from "./usb-ports.ts";

let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "hat-identity-"));
  await plug("1-1", "0424:9514");
  await plug("1-1.2", "05e3:0608");
});
afterEach(() => rm(root, { recursive: true }));

async function plug(path: string, id: string, serial?: string): Promise<void> {
  const directory = join(root, "sys/bus/usb/devices", path);
  const [vendor, product] = id.split(":");
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "idVendor"), `${vendor}\n`);
  await writeFile(join(directory, "idProduct"), `${product}\n`);
  if (serial !== undefined) await writeFile(join(directory, "serial"), `${serial}\n`);
}

/** As the kernel has it: a link to the USB interface's directory. */
async function network(name: string, target: string | null, mac: string): Promise<void> {
  const directory = join(root, "sys/class/net", name);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "address"), `${mac}\n`);
  if (target !== null) await symlink(`../../../${target}`, join(directory, "device"));
}

const slots = ["p1", "p2", "p3", "p4"] as const;
const look = (path?: string) => {
  const ports = sysfsUsbPorts({ hubs: [{ portOrder: "down", path }], root });
  const info = { description: "", slots, parts: [], virtual: false };
  return identify({ info, readPorts: () => ports.ports() });
};

it("knows each Zero by its port, and the interface that it became", async () => {
  await plug("1-1.2.4", "3171:0021", "1");
  await network("ethpi1", "1-1.2.4:1.0", "00:22:82:ff:fe:01");
  await plug("1-1.2.3", "0a5c:2764");
  await plug("1-1.2.1", "046d:c31c");
  await network("eth0", "0000:01:00.0", "dc:a6:32:00:00:01");
  await network("br0", null, "dc:a6:32:00:00:01");
  const [p1, p2, p3, p4] = await look();
  expect(p1).toEqual({
    slot: "p1",
    path: "1-1.2.4",
    usb: "present",
    kind: "zero",
    card: 1,
    mismatch: null,
    device: {
      id: "3171:0021",
      serial: "1",
      product: null,
      interface: "ethpi1",
      mac: "00:22:82:ff:fe:01",
    },
  });
  expect(p2).toMatchObject({ kind: "boot-rom", card: null, mismatch: null });
  expect(p3).toMatchObject({ path: "1-1.2.2", kind: "empty", device: null });
  expect(p4).toMatchObject({ kind: "other", card: null, mismatch: null });
});

it("says which card sits in a slot that is not its own, by whatever tells", async () => {
  await plug("1-1.2.4", "3171:0020", "2");
  await plug("1-1.2.3", "0525:a4a2");
  await network("usb0", "1-1.2.3:1.0", "00:22:82:ff:fe:0a");
  await plug("1-1.2.2", "1d6b:0104");
  await network("ethupi1", "1-1.2.2:1.0", "02:00:00:00:00:01");
  const [p1, p2, p3] = await look();
  expect(p1?.mismatch).toMatch(/^the card in p1 was made for p2 \(its serial is 2, .*1-1\.2\.4\)/);
  expect(p2).toMatchObject({ card: 10, kind: "zero" });
  expect(p2?.mismatch).toContain("00:22:82:ff:fe:0a");
  expect(p3?.mismatch).toContain("it is ethupi1");
});

it("finds a card out whose claims differ from each other", async () => {
  await plug("1-1.2.4", "3171:0021", "1");
  await network("ethpi3", "1-1.2.4:1.0", "00:22:82:ff:fe:01");
  expect((await look())[0]).toMatchObject({ card: 1, mismatch: expect.stringContaining("p3") });
});

it("takes no foreign serial, interface or address for a card's", async () => {
  await plug("1-1.2.4", "0781:5567", "2");
  await plug("1-1.2.3", "3171:0021", "10000000f00d");
  await network("ethpi0", "1-1.2.3:1.0", "00:22:82:ff:fe:fd");
  const [p1, p2] = await look();
  expect(p1).toMatchObject({ kind: "other", card: null, mismatch: null });
  expect(p2).toMatchObject({ kind: "zero", card: null, mismatch: null });
});

it("guesses nothing where the hub is not known, and names the hubs that may be it", async () => {
  await plug("1-1.3", "3171:0040");
  const unknown = { path: null, kind: "unknown", device: null, mismatch: null };
  expect(await look()).toEqual(slots.map((slot) => expect.objectContaining({ slot, ...unknown })));
  expect(await findHubs(root)).toEqual(["1-1.2", "1-1.3"]);
  expect((await look("1-1.3"))[0]).toMatchObject({ path: "1-1.3.4", kind: "empty" });
  expect(await findHubs(join(root, "none"))).toEqual([]);
});

it("leaves out a slot whose port the board does not know", async () => {
  const info = { description: "", slots, parts: [], virtual: false };
  expect(await identify({ info, readPorts: async () => [] })).toEqual([]);
});

it("bears a device that goes while it is read", () => {
  const device = { id: "", serial: null, product: null, interface: null, mac: null };
  const gone = identityOf("p1", { path: "1-1.2.4", usb: "present", device });
  expect(gone).toMatchObject({ kind: "other", card: null, mismatch: null });
});
