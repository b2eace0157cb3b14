import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { portOrderOf, sysfsUsbPorts } from "./usb-ports.ts";

let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "hat-usb-"));
});
afterEach(() => rm(root, { recursive: true }));

async function plug(device: string, id: string): Promise<void> {
  const [vendor, product] = id.split(":");
  const directory = join(root, "sys/bus/usb/devices", device);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "idVendor"), `${vendor}\n`);
  await writeFile(join(directory, "idProduct"), `${product}\n`);
}

const presence = (portOrder: "up" | "down", ...paths: (string | undefined)[]) =>
  sysfsUsbPorts({
    hubs: (paths.length === 0 ? [undefined] : paths).map((path) => ({ portOrder, path })),
    root,
  }).presence();

it("maps slots to ports by revision", async () => {
  await plug("1-1", "0424:9514");
  await plug("1-1.2", "05e3:0608");
  await mkdir(join(root, "sys/bus/usb/devices/1-1.2:1.0"));
  await plug("1-1.2.4", "3171:0020");
  await plug("1-1.2.2", "0a5c:2763");
  expect(await presence("down")).toEqual(["present", "absent", "present", "absent"]);
  expect(await presence("up")).toEqual(["absent", "present", "absent", "present"]);
});

it("knows the order of every revision", () => {
  const up = ["v1.3", "v2.0", "v2.5", "v2.6", "v3.0", "v3.1"].filter(
    (revision) => portOrderOf(revision) === "up",
  );
  expect(up).toEqual(["v2.6", "v3.1"]);
});

it("guesses nothing without a hub, with two, or with several boards", async () => {
  const unknown = ["unknown", "unknown", "unknown", "unknown"];
  expect(await presence("down")).toEqual(unknown);
  await plug("1-1.2", "3171:0041");
  expect(await presence("down")).not.toEqual(unknown);
  expect(await presence("down", undefined, undefined)).toEqual([...unknown, ...unknown]);
  await plug("1-1.3", "05e3:0608");
  expect(await presence("down")).toEqual(unknown);
});

it("takes the hubs that are named, and guesses none beside them", async () => {
  await plug("1-1.2", "05e3:0608");
  await plug("1-1.3", "05e3:0608");
  await plug("1-1.3.1", "3171:0020");
  const absent = ["absent", "absent", "absent", "absent"];
  const last = ["absent", "absent", "absent", "present"];
  expect(await presence("down", "1-1.2", "1-1.3")).toEqual([...absent, ...last]);
  const unknown = ["unknown", "unknown", "unknown", "unknown"];
  expect(await presence("down", "1-1.4", undefined)).toEqual([...unknown, ...unknown]);
});

it("bears a missing tree", async () => {
  const ports = sysfsUsbPorts({ hubs: [{ portOrder: "up" }], root: join(root, "none") });
  expect(new Set(await ports.presence())).toEqual(new Set(["unknown"]));
});
