import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import multicastDns from "multicast-dns";
import { describe, expect, it, onTestFinished } from "vitest";
import type { KeysStatus } from "../../agents/keys-status.ts";
import {
  askNames,
  gadgets,
  hostsOf,
  parseArp,
  parseSubnet,
  type Subnet,
  sweep,
} from "./look-around.ts";
import { rowsOf, type Sightings } from "./sightings.ts";

/** Not that of another run. */
const PORT = 20_000 + (process.pid % 20_000);

const NOTHING: Sightings = { hosts: [], names: [], gadgets: [], keys: null, own: [] };

function keys(
  changes: Partial<KeysStatus["slots"][number]>,
  refused: KeysStatus["refused"] = [],
): KeysStatus {
  const slot = {
    slot: "p3",
    enrolled: true,
    rotating: false,
    failed: null,
    linked: false,
  } as const;
  return { slots: [{ ...slot, ...changes }], refused };
}

const AT_DOOR = [{ peer: "172.19.181.3", slot: "p3", times: 9, age_ms: 1000 }];

describe("what was seen comes to", () => {
  it.each<[string, Partial<Sightings>, object]>([
    [
      "a linked Zero",
      { keys: keys({ linked: true }) },
      { slot: "p3", what: "Zero with our agent, linked", enrolled: true, next: null },
    ],
    [
      "a Zero that is not enrolled",
      { keys: keys({ enrolled: false }, AT_DOOR) },
      {
        address: "172.19.181.3",
        what: "Zero whose agent is not enrolled",
        enrolled: false,
        next: "zerorig enroll p3",
      },
    ],
    [
      "a Zero with another key",
      { keys: keys({}, AT_DOOR) },
      {
        what: "Zero whose agent has another key than the controller",
        next: "zerorig enroll p3 --replace",
      },
    ],
    [
      "a slot with nothing in it",
      { keys: keys({}) },
      { what: "nothing seen", next: "zerorig why p3" },
    ],
    [
      "a Zero by its hardware address, wherever it is",
      { hosts: [{ address: "172.19.181.77", mac: "00:22:82:ff:ff:03" }], keys: keys({}) },
      {
        slot: "p3",
        address: "172.19.181.77",
        what: "answers, no agent seen",
        next: "start zero-agent on it",
      },
    ],
    [
      "a Zero by its address",
      { hosts: [{ address: "172.19.181.3", mac: null }], keys: keys({ enrolled: false }) },
      { slot: "p3", next: "zerorig enroll p3" },
    ],
    [
      "a Zero by its name",
      { names: [{ name: "p3.local", address: "10.0.0.9" }] },
      { slot: "p3", address: "10.0.0.9", name: "p3.local", enrolled: null, linked: null },
    ],
    [
      "a Zero by its gadget",
      { gadgets: [{ id: "3171:0021", serial: "3", interface: "ethpi3" }] },
      { slot: "p3", what: "Zero on USB, not on the network; ethpi3" },
    ],
    [
      "a Pi without a system",
      { gadgets: [{ id: "0a5c:2764", serial: null, interface: null }] },
      { slot: null, next: "give it a card, or a netboot folder" },
    ],
    [
      "another controller",
      { hosts: [{ address: "172.19.181.254", mac: "00:11:22:33:44:55" }] },
      { slot: null, what: "a controller" },
    ],
    [
      "a stranger",
      { hosts: [{ address: "172.19.181.200", mac: null }] },
      { slot: null, what: "no Zero of ours" },
    ],
  ])("%s", (_, sightings, row) => {
    expect(rowsOf({ ...NOTHING, ...sightings })).toMatchObject([row]);
  });

  it("one row for a Zero that was seen in all ways, in the order of the slots", () => {
    const rows = rowsOf({
      hosts: [
        { address: "172.19.181.10", mac: null },
        { address: "172.19.181.3", mac: "00:22:82:ff:ff:03" },
        { address: "172.19.181.254", mac: null },
      ],
      names: [{ name: "p3.local", address: "172.19.181.3" }],
      gadgets: [{ id: "3171:0021", serial: "3", interface: "ethpi3" }],
      keys: keys({ linked: true }),
      own: ["172.19.181.254"],
    });
    expect(rows.map(({ slot }) => slot)).toEqual(["p3", "p10"]);
    expect(rows[0]).toMatchObject({ address: "172.19.181.3", name: "p3.local" });
  });
});

describe("a subnet", () => {
  it.each([
    ["172.19.181.0/24", 254, "172.19.181.1", "172.19.181.254"],
    ["10.0.0.77/30", 2, "10.0.0.77", "10.0.0.78"],
    ["127.0.0.1/32", 1, "127.0.0.1", "127.0.0.1"],
    ["127.0.0.8/31", 2, "127.0.0.8", "127.0.0.9"],
  ])("%s has %i machines", (text, count, first, last) => {
    const hosts = hostsOf(parseSubnet(text) as Subnet);
    expect([hosts.length, hosts[0], hosts.at(-1)]).toEqual([count, first, last]);
  });

  it.each(["", "172.19.181.0", "172.19.0.0/16", "1.2.3.4/33", "1.2.3.256/24", "::1/128"])(
    "%j is none that is looked through",
    (text) => expect(parseSubnet(text)).toBeNull(),
  );
});

it("the kernel's neighbours are those that are there", () => {
  const table = `IP address       HW type     Flags       HW address            Mask     Device
172.19.181.3     0x1         0x2         00:22:82:FF:FF:03     *        br0
172.19.181.4     0x1         0x0         00:00:00:00:00:00     *        br0
`;
  expect([...parseArp(table)]).toEqual([["172.19.181.3", "00:22:82:ff:ff:03"]]);
});

it("who answers is found, by a connection or a refusal", async () => {
  const found = await sweep(["127.0.0.1"], "/nowhere", () => {});
  expect(found).toEqual([{ address: "127.0.0.1", mac: null }]);
});

it("names are asked for from a port of our own, and the answers taken that were asked for", async () => {
  const asked: (readonly string[])[] = [];
  const responder = multicastDns({
    multicast: false,
    bind: "127.0.0.1",
    ip: "127.0.0.1",
    port: PORT,
  });
  onTestFinished(() => new Promise((resolve) => responder.destroy(() => resolve())));
  await new Promise<void>((resolve) => responder.once("ready", () => resolve()));
  responder.on("query", ({ questions = [] }, { address, port }) => {
    asked.push(questions.map(({ name }) => name));
    expect(port).not.toBe(PORT);
    responder.respond(
      {
        answers: [
          { name: "P2.local", type: "A", data: "172.19.181.2" },
          { name: "printer.local", type: "A", data: "172.19.181.9" },
        ],
      },
      { address, port },
    );
  });
  const names = await askNames(["p1.local", "p2.local"], null, {
    address: "127.0.0.1",
    port: PORT,
  });
  expect(asked[0]).toEqual(["p1.local", "p2.local"]);
  expect(names).toEqual([{ name: "p2.local", address: "172.19.181.2" }]);
});

it("gadgets and boot ROMs are read from sysfs", async () => {
  const root = mkdtempSync(join(tmpdir(), "zr-usb-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const device = (path: string, files: Readonly<Record<string, string>>) => {
    const directory = join(root, "sys/bus/usb/devices", path);
    mkdirSync(directory, { recursive: true });
    for (const [name, text] of Object.entries(files))
      writeFileSync(join(directory, name), `${text}\n`);
  };
  device("1-1.2.1", { idVendor: "3171", idProduct: "0021", serial: "1", product: "ClusterCTRL" });
  device("1-1.2.2", { idVendor: "0a5c", idProduct: "2763" });
  device("1-1.2.3", { idVendor: "046d", idProduct: "c31c", serial: "9" });
  device("1-1.2.1:1.0", {});
  mkdirSync(join(root, "sys/class/net/ethpi1"), { recursive: true });
  symlinkSync("../../../1-1.2.1:1.0", join(root, "sys/class/net/ethpi1/device"));
  expect(await gadgets(root)).toEqual([
    { id: "3171:0021", serial: "1", interface: "ethpi1" },
    { id: "0a5c:2763", serial: null, interface: null },
  ]);
  expect(await gadgets(join(root, "nowhere"))).toEqual([]);
});
