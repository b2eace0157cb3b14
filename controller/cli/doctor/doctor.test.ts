// Every check on trees of files like those of a Pi: each of its verdicts.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import type { I2cBus } from "../../../hat/i2c.ts";
import { exampleConfig } from "../../config/example.ts";
import { PLAIN } from "../look.ts";
import { type DoctorOptions, examine, findingsText } from "./doctor-command.ts";
import type { Finding, Verdict } from "./finding.ts";
import { type Machine, thisMachine } from "./machine.ts";
import { throttleWords } from "./pi-checks.ts";
import { checkController } from "./service-checks.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "zr-doctor-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

type Tree = Readonly<Record<string, string>>;

const HAT = {
  "proc/device-tree/hat/product": "ZC4:ClusterHAT\0",
  "proc/device-tree/hat/product_ver": "0x0023\0",
  "dev/i2c-1": "",
};
const HUB = {
  "sys/bus/usb/devices/1-1.2/idVendor": "05e3\n",
  "sys/bus/usb/devices/1-1.2/idProduct": "0608\n",
};
const MOUNTED = { "proc/mounts": "/dev/mmcblk0p2 / ext4 rw,noatime 0 0\n" };
const GADGET_1 = { "sys/class/net/ethpi1/operstate": "up\n" };
const THROTTLED = "sys/devices/platform/soc/soc:firmware/get_throttled";

/** A bus on which these addresses answer. */
function busWith(...addresses: number[]): I2cBus {
  return {
    readByte: async (address) => {
      if (addresses.includes(address)) return 0;
      throw new Error("the chip did not answer (EREMOTEIO)");
    },
    writeByte: () => Promise.reject(new Error("a doctor writes nothing")),
    close: async () => {},
  };
}

function plant(tree: Tree): void {
  for (const [path, text] of Object.entries(tree)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
}

const QUIET: Partial<Machine> = {
  wall: new Date("2026-11-21T12:00:00Z"),
  user: { name: "pi", uid: 1000, groups: ["pi", "i2c"] },
  nodeVersion: "20.20.2",
  env: {},
  openBus: async () => busWith(0x20),
  address: async () => null,
  space: () => ({ freeBytes: 8e9, totalBytes: 16e9, freeFiles: 1e6 }),
};

async function examined(tree: Tree, changed: Partial<Machine> = {}, options = {}) {
  plant(tree);
  const machine = { ...thisMachine(dir), ...QUIET, ...changed };
  const defaults: DoctorOptions = {
    config: join(dir, "controller.toml"),
    set: [],
    socket: join(dir, "none.sock"),
    root: dir,
    json: false,
  };
  return await examine(machine, { ...defaults, ...options });
}

function named(findings: readonly Finding[], check: string): Finding {
  const found = findings.find((finding) => finding.check === check);
  if (found === undefined) throw new Error(`no check ${check}`);
  return found;
}

const CONFIG = exampleConfig().replace("your-name", "miner");
const config = (more: string, text = CONFIG) => ({
  "controller.toml": text.replace(...edit(more)),
});
/** A change to the example: `key = value` for its line. */
function edit(line: string): [RegExp, string] {
  const [key = ""] = line.split(" ");
  return [new RegExp(`^#? ?${key} = .*$`, "m"), line];
}

const state = (freeBytes: number, freeFiles = 1e6): Partial<Machine> => ({
  space: () => ({ freeBytes, totalBytes: 16e9, freeFiles }),
});
const tcp = (port: string) => ({
  "proc/net/tcp": `  sl local rem st tx tr re uid to inode\n   0: 00000000:${port} 00000000:0000 0A 0:0 00:0 0 0 0 4711 1\n`,
});

type Row = readonly [
  check: string,
  what: string,
  verdict: Verdict,
  words: string,
  tree: Tree,
  changed?: Partial<Machine>,
];

const ROWS: readonly Row[] = [
  ["node", "new enough", "ok", "20.20.2", {}],
  ["node", "too old", "problem", "18.20.1", {}, { nodeVersion: "18.20.1" }],
  ["node", "just too old", "problem", "20.18.9", {}, { nodeVersion: "20.18.9" }],
  ["node", "newer", "ok", "24.0.0", {}, { nodeVersion: "24.0.0" }],
  ["sqlite", "there", "ok", "opens", {}],
  [
    "sqlite",
    "for another Node",
    "problem",
    "NODE_MODULE",
    {},
    { sqliteFault: async () => "NODE_MODULE_VERSION 115" },
  ],
  ["config", "none", "problem", "no such file", {}],
  ["config", "right", "ok", "as miner", config("board = 'auto'")],
  ["config", "wrong", "problem", "boot_grace", config("board = 'auto'\nboot_grace = 1")],
  ["keys", "no configuration", "n/a", "no configuration", {}],
  ["keys", "missing", "warning", "no such file", config("keys_dir = '/nowhere/keys'")],
  ["board", "a HAT", "ok", "v2.3; usable as v2.3", { ...HAT, ...HUB }],
  ["board", "a HAT whose hub is not seen", "warning", "usable as v2.3", HAT],
  ["board", "none", "problem", "nothing", {}],
  [
    "board",
    "another HAT",
    "problem",
    "Sense HAT",
    { "proc/device-tree/hat/product": "Sense HAT\0" },
  ],
  ["board", "of software", "n/a", "made of software", config("board = 'virtual:/tmp/x.sock'")],
  ["i2c", "a chip answers", "ok", "0x20", HAT],
  ["i2c", "no chip answers", "problem", "did not answer", HAT, { openBus: async () => busWith() }],
  [
    "i2c",
    "no bus, a HAT",
    "problem",
    "not there",
    { ...HAT, "dev/i2c-1": "" },
    { exists: () => false },
  ],
  ["i2c", "no bus, no HAT", "warning", "not there", {}],
  [
    "i2c",
    "a bus, no HAT",
    "n/a",
    "did not answer",
    { "dev/i2c-1": "" },
    { openBus: async () => busWith() },
  ],
  ["i2c", "a v1", "n/a", "not on", { ...HAT, "proc/device-tree/hat/product_ver": "0x0010\0" }],
  ["rights", "may", "ok", "pi (pi, i2c) may open /dev/i2c-1", HAT],
  ["rights", "may not", "problem", "may not open", HAT, { mayUse: () => "no" }],
  [
    "rights",
    "may not, but the service may",
    "warning",
    "may not open",
    { ...HAT, "usr/lib/systemd/system/zerorig.service": "" },
    { mayUse: () => "no" },
  ],
  ["rights", "nothing to open", "n/a", "nothing to open", {}],
  ["rights", "the device is not there", "n/a", "is not there", config("board = 'v1'")],
  [
    "gpio",
    "the numbers of kernel 6.6",
    "ok",
    "kernel 6.6.31: pinctrl-bcm2835 begins at line 512",
    {
      "proc/sys/kernel/osrelease": "6.6.31\n",
      "sys/class/gpio/gpiochip512/label": "pinctrl-bcm2835\n",
      "sys/class/gpio/gpiochip512/base": "512\n",
    },
  ],
  ["gpio", "none, and none is needed", "n/a", "no GPIO controller", HAT],
  ["gpio", "none, for a v1", "problem", "no GPIO controller", config("board = 'v1'")],
  ["clock", "set by the network", "ok", "set", { "run/systemd/timesync/synchronized": "" }],
  ["clock", "set by a clock chip", "ok", "set", { "sys/class/rtc/rtc0/hctosys": "1\n" }],
  ["clock", "not set", "warning", "nobody vouches", {}],
  [
    "clock",
    "of long ago",
    "warning",
    "1970",
    { "run/systemd/timesync/synchronized": "" },
    { wall: new Date(1000) },
  ],
  ["throttling", "no Pi", "n/a", "is not there", {}],
  [
    "throttling",
    "never",
    "ok",
    "0x0: now nothing; since the start nothing",
    { [THROTTLED]: "0\n" },
  ],
  ["throttling", "under-voltage now", "problem", "now under-voltage", { [THROTTLED]: "50005\n" }],
  ["throttling", "hot now", "problem", "soft temperature", { [THROTTLED]: "80008\n" }],
  [
    "throttling",
    "under-voltage before",
    "warning",
    "since the start under-voltage",
    { [THROTTLED]: "10000\n" },
  ],
  ["throttling", "hot before", "warning", "since the start throttled", { [THROTTLED]: "40000\n" }],
  ["links", "none", "n/a", "no ethpiN", {}],
  ["links", "up", "ok", "ethpi1 up", GADGET_1],
  [
    "links",
    "that say nothing of it",
    "ok",
    "ethpi2 up",
    { "sys/class/net/ethpi2/operstate": "unknown\n" },
  ],
  [
    "links",
    "down",
    "warning",
    "ethpi2 down",
    { ...GADGET_1, "sys/class/net/ethpi2/operstate": "down\n" },
  ],
  ["names", "no Zero", "n/a", "no Zero", {}],
  [
    "names",
    "found",
    "ok",
    "p1.local 172.19.181.1",
    GADGET_1,
    { address: async () => "172.19.181.1" },
  ],
  ["names", "not found", "warning", "p1.local not found", GADGET_1],
  ["disk", "room", "ok", "8000 MB of 16000 MB free", {}],
  ["disk", "short", "warning", "400 MB", {}, state(4e8)],
  ["disk", "full", "problem", "90 MB", {}, state(9e7)],
  ["disk", "no more files", "problem", "12 more files", {}, state(8e9, 12)],
  ["disk", "a file system that makes files as it needs", "ok", "free", {}, state(8e9, 0)],
  ["disk", "unreadable", "n/a", "cannot be read", {}, { space: () => null }],
  [
    "card",
    "well",
    "ok",
    "SC16G of 05/2019",
    {
      ...MOUNTED,
      "sys/block/mmcblk0/device/name": "SC16G\n",
      "sys/block/mmcblk0/device/date": "05/2019\n",
    },
  ],
  [
    "card",
    "errors",
    "problem",
    "mmcblk0p2: 3 errors",
    { ...MOUNTED, "sys/fs/ext4/mmcblk0p2/errors_count": "3\n" },
  ],
  [
    "card",
    "no errors",
    "ok",
    "without errors",
    { ...MOUNTED, "sys/fs/ext4/mmcblk0p2/errors_count": "0\n" },
  ],
  [
    "card",
    "read-only",
    "problem",
    "read-only",
    { "proc/mounts": "/dev/root / ext4 ro,noatime 0 0\n" },
  ],
  [
    "card",
    "meant to be read-only",
    "ok",
    "squashfs",
    { "proc/mounts": "/dev/loop0 / squashfs ro 0 0\n" },
  ],
  [
    "card",
    "worn",
    "warning",
    "90 % of its life",
    { ...MOUNTED, "sys/block/mmcblk0/device/life_time": "0x03 0x09\n" },
  ],
  ["card", "unknown", "n/a", "names no root", {}],
  ["ports", "free", "ok", "8686 free", {}],
  ["ports", "taken", "problem", "8686 in use", tcp("21EE")],
  ["ports", "another is taken", "ok", "8686 free", tcp("0016")],
  ["ports", "any", "n/a", "any free port", config("port = 0")],
  ["unit", "none", "n/a", "no zerorig.service", {}],
  [
    "unit",
    "not enabled",
    "warning",
    "not enabled",
    { "usr/lib/systemd/system/zerorig.service": "" },
  ],
  ["controller", "none", "n/a", "no controller answers", {}],
];

for (const [check, what, verdict, words, tree, changed] of ROWS) {
  test(`${check}, ${what}: ${verdict}`, async () => {
    const finding = named(await examined(tree, changed), check);
    expect(finding).toMatchObject({ verdict });
    expect(finding.read).toContain(words);
    // Whoever is told of something is told what to do.
    expect(finding.todo !== "").toBe(verdict === "warning" || verdict === "problem");
  });
}

describe("the unit", () => {
  const enabled = () => {
    const wants = join(dir, "etc/systemd/system/multi-user.target.wants");
    mkdirSync(wants, { recursive: true });
    symlinkSync("/usr/lib/systemd/system/zerorig.service", join(wants, "zerorig.service"));
  };
  it.each([
    ["active", "ok"],
    ["failed", "problem"],
    ["inactive", "ok"],
  ])("that is enabled and %s is %s", async (said, verdict) => {
    enabled();
    const tree = { "usr/lib/systemd/system/zerorig.service": "" };
    const unit = named(await examined(tree, { run: async () => said }), "unit");
    expect(unit).toMatchObject({ verdict, read: expect.stringContaining(`enabled, ${said}`) });
  });
});

it("another user than the controller's is told what they may not see, not that it is wrong", async () => {
  const forbidden = {
    mayUse: (path: string) => (path.includes("keys") ? "no" : "yes"),
  } as Partial<Machine>;
  const findings = await examined(config("keys_dir = '/etc/zerorig/keys'"), forbidden);
  expect(named(findings, "keys")).toMatchObject({
    verdict: "n/a",
    read: expect.stringContaining("pi may not look into /etc/zerorig/keys"),
  });
});

it("a controller of another version, or one that may not be asked, is a warning", () => {
  const ours = {
    ...{ version: ZERORIG_VERSION, board: "v2.3", boardError: null },
    ...{ error: null, isForbidden: false },
  };
  expect(checkController("/s", { ...ours, version: "9.9.9" })).toMatchObject({
    verdict: "warning",
  });
  expect(checkController("/s", ours)).toMatchObject({ verdict: "ok" });
  const nothing = { version: null, board: null };
  const forbidden = { ...ours, ...nothing, error: "/s may not be opened", isForbidden: true };
  expect(checkController("/s", forbidden)).toMatchObject({ verdict: "warning" });
});

it("a controller that cannot read its board is a problem, with what to do", () => {
  const answering = { version: ZERORIG_VERSION, board: "v2.3", error: null, isForbidden: false };
  expect(checkController("/s", { ...answering, boardError: "EIO" })).toMatchObject({
    verdict: "problem",
    read: expect.stringContaining("v2.3, which cannot be read: EIO"),
    todo: expect.stringContaining("hatctl detect"),
  });
});

it("a check that breaks is a warning, and the others go on", async () => {
  const broken = {
    space: () => {
      throw new Error("boom");
    },
  };
  const findings = await examined({}, broken);
  expect(named(findings, "disk")).toMatchObject({
    verdict: "warning",
    read: "could not be checked: boom",
  });
  expect(findings).toHaveLength(17);
});

test("the bits of the firmware", () => {
  expect(throttleWords(0x50005)).toEqual({
    now: ["under-voltage", "throttled"],
    past: ["under-voltage", "throttled"],
  });
  expect(throttleWords(0xa000a).now).toEqual(["frequency capped", "at its soft temperature limit"]);
});

test("the findings as text", () => {
  const findings: Finding[] = [
    { check: "node", verdict: "ok", read: "Node 20", todo: "" },
    { check: "disk", verdict: "problem", read: "full", todo: "a larger card" },
  ];
  expect(findingsText(findings, PLAIN)).toBe(
    [
      "ok       node        Node 20",
      "problem  disk        full",
      "         -> a larger card",
      "",
      "1 problem, 0 warnings, 1 ok, 0 not applicable",
      "",
    ].join("\n"),
  );
});
