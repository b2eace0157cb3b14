// Images of a rig's machines, from synthetic stock ones; and the broken ones that are refused, each for what it is.

import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CustomiseOptions, customise } from "./customise.ts";
import { ImageError } from "./image-error.ts";
import { runImages } from "./testing/run-images.ts";
import {
  BOOKWORM,
  BOOT_AT,
  COMMAND_LINE,
  makeImage,
  ROOT_AT,
  type SyntheticOptions,
} from "./testing/synthetic-image.ts";

const KEY = "ab".repeat(32);
const ENV = {
  ...process.env,
  PATH: `${process.env["PATH"]}:/usr/sbin:/sbin`,
  MTOOLSRC: "/dev/null",
};
const dir = mkdtempSync(join(tmpdir(), "zr-images-"));
let stock = "";
beforeAll(() => {
  stock = makeImage(dir);
}, 120_000);
afterAll(() => rmSync(dir, { recursive: true }));

let count = 0;
function ownDir(): string {
  count += 1;
  const own = join(dir, `case-${count}`);
  mkdirSync(own);
  return own;
}

function optionsOf(image: string, changes: Partial<CustomiseOptions> = {}): CustomiseOptions {
  return {
    image,
    out: join(ownDir(), "out.img"),
    role: 3,
    hostname: null,
    key: KEY,
    sshKey: null,
    node: null,
    binaries: new Map(),
    config: null,
    secrets: null,
    nat: false,
    sha256: null,
    growBytes: 0,
    isWritable: false,
    progress: () => {},
    ...changes,
  };
}

function digest(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** Changes with every write. */
function touched(file: string): string {
  const { mtimeNs, size } = statSync(file, { bigint: true });
  return `${mtimeNs} ${size}`;
}

/** The partitions of an image as files; fails unless both are in order. */
function partsOf(image: string) {
  const own = ownDir();
  const [boot, root] = [join(own, "boot"), join(own, "root")];
  const bytes = readFileSync(image);
  const rootBytes = bytes.readUInt32LE(446 + 16 + 12) * 512;
  writeFileSync(boot, bytes.subarray(BOOT_AT, ROOT_AT));
  writeFileSync(root, bytes.subarray(ROOT_AT, ROOT_AT + rootBytes));
  expect(spawnSync("e2fsck", ["-fn", root], { env: ENV }).status).toBe(0);
  expect(spawnSync("fsck.fat", ["-n", boot], { env: ENV }).status).toBe(0);
  const text = (program: string, ...args: string[]) =>
    execFileSync(program, args, { env: ENV, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  return {
    rootBytes,
    fat: (name: string) => text("mtype", "-i", boot, `::${name}`),
    file: (path: string) => text("debugfs", "-R", `cat ${path}`, root),
    stat: (path: string) => text("debugfs", "-R", `stat ${path}`, root),
  };
}

describe("a stock image", () => {
  it("becomes the image of a Zero, and stays as it was", async () => {
    const before = digest(stock);
    const steps: string[] = [];
    const options = optionsOf(stock, {
      sha256: before,
      sshKey: "ssh-ed25519 AAAA me",
      progress: (step) => steps.push(step),
    });
    const facts = await customise(options);
    expect(facts).toMatchObject({ release: "bookworm", architecture: "arm64", hasNode: true });
    expect(digest(stock)).toBe(before);
    expect(steps).toHaveLength(4);
    const { fat, file, stat } = partsOf(options.out);
    expect(file("/etc/hostname")).toBe("p3\n");
    expect(file("/etc/hosts")).toBe("127.0.0.1\tlocalhost\n::1\tlocalhost\n127.0.1.1\tp3\n");
    expect(file("/etc/zerorig/agent.toml")).toContain('slot = "p3"');
    expect(file("/etc/zerorig/agent.key")).toBe(`${KEY}\n`);
    expect(stat("/etc/zerorig/agent.key")).toMatch(/Mode: {2}0600(?:.*\n){2}User: +0 +Group: +0/);
    expect(stat("/usr/lib/zerorig/gadget")).toMatch(/Mode: {2}0755/);
    expect(file("/etc/systemd/network/20-zerorig-usb0.network")).toContain(
      "Address=172.19.181.3/24",
    );
    expect(file("/etc/zerorig/gadget.conf")).toContain("ID=3\n");
    expect(stat("/etc/systemd/system/multi-user.target.wants/zero-agent.service")).toContain(
      'Fast link dest: "/lib/systemd/system/zero-agent.service"',
    );
    expect(file("/root/.ssh/authorized_keys")).toBe("ssh-ed25519 AAAA me\n");
    expect(file("/usr/lib/zero-agent/zero-agent.cjs")).toBe(
      readFileSync("dist/zero-agent.cjs", "utf8"),
    );
    const line = fat("cmdline.txt");
    expect(line).toContain("root=PARTUUID=7a69726f-02");
    expect(line).toContain(" ro init=/usr/lib/zerorig/overlay-init");
    expect(line).not.toContain("firstboot");
    expect(line).not.toContain("fsck.repair");
    expect(line.trim().split("\n")).toHaveLength(1);
    expect(fat("config.txt")).toBe(
      "dtparam=audio=on\n\n[all]\n\n# zerorig\n[all]\ndtoverlay=dwc2,dr_mode=peripheral\nenable_uart=1\n",
    );
    expect(fat("ssh")).toBe("");
    expect(readdirSync(join(options.out, ".."))).toEqual(["out.img"]);
    await expectNobodyElses(options.out, "p3");
  });

  it("becomes a Zero's that writes to its card", async () => {
    const options = optionsOf(stock, { role: 7, isWritable: true });
    await customise(options);
    const { fat, file } = partsOf(options.out);
    expect(file("/etc/hostname")).toBe("p7\n");
    expect(fat("cmdline.txt")).not.toContain("init=");
  });

  it("becomes the controller's, grown, and nobody else's afterwards", async () => {
    const first = optionsOf(stock, {
      role: 0,
      key: null,
      nat: true,
      growBytes: 32 * 2 ** 20,
      hostname: "rig",
      binaries: arm64Natives(),
      config: "[pool]\n",
      secrets: { keys: new Map([["p3", KEY]]), token: "a-token", miningKey: "a-key", files: [] },
    });
    await customise(first);
    const { fat, file, stat, rootBytes } = partsOf(first.out);
    expect(rootBytes).toBe(56 * 2 ** 20);
    expect(statSync(first.out).size).toBe(ROOT_AT + rootBytes);
    expect(file("/etc/hostname")).toBe("rig\n");
    expect(file("/etc/systemd/network/22-zerorig-br0.network")).toContain("IPMasquerade=ipv4");
    expect(file("/etc/zerorig/controller.toml")).toBe("[pool]\n");
    expect(stat("/usr/lib/zerorig/zerorig.mjs")).toMatch(/Mode: {2}0755/);
    // Its keys get their group at the first start: before, there is none.
    const ofRoot = (mode: string) => new RegExp(`Mode: {2}${mode}(?:.*\\n){2}User: +0 +Group: +0`);
    expect(file("/etc/zerorig/keys/p3.key")).toBe(`${KEY}\n`);
    expect(stat("/etc/zerorig/keys/p3.key")).toMatch(ofRoot("0640"));
    expect(file("/etc/zerorig/token")).toBe("a-token\n");
    for (const path of ["token", "mining.key"]) {
      expect(stat(`/etc/zerorig/${path}`)).toMatch(ofRoot("0600"));
    }
    expect(file("/usr/lib/tmpfiles.d/zerorig.conf")).toContain(
      "z /etc/zerorig/keys/*.key 0640 root zerorig",
    );
    expect(statSync(first.out).mode & 0o777).toBe(0o600);
    expect(fat("cmdline.txt")).not.toContain("init=");
    expect(fat("config.txt")).toContain("dtoverlay=i2c-gpio,bus=1");
    await expectNobodyElses(first.out, "rig");
  });
});

/** One machine's secrets and services would be in the next one's image, whichever it is. */
async function expectNobodyElses(image: string, name: string): Promise<void> {
  const before = touched(image);
  for (const role of [0, 3, 7]) {
    const options = optionsOf(image, { role, key: null, binaries: arm64Natives() });
    const refused = await customise(options).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ImageError);
    const { message, todo } = refused as ImageError;
    expect(message).toContain(`it is the image of "${name}" already`);
    expect(todo).toContain("begin from the base image");
    expect(readdirSync(join(options.out, ".."))).toEqual([]);
  }
  expect(touched(image)).toBe(before);
}

/** What the image's processor would run, as far as its first bytes tell. */
function arm64Natives(): ReadonlyMap<string, string> {
  const file = join(ownDir(), "native.node");
  const head = Buffer.alloc(64);
  head.write("\x7fELF");
  head.writeUInt16LE(183, 18);
  writeFileSync(file, head);
  const places = [
    "better-sqlite3/build/Release/better_sqlite3.node",
    "epoll/build/Release/epoll.node",
  ];
  return new Map([...places, "i2c-bus/build/Release/i2c.node"].map((place) => [place, file]));
}

/** The stock image with bytes written over it. */
function patched(...patches: readonly (readonly [at: number, bytes: Buffer | string])[]): string {
  const image = join(ownDir(), "broken.img");
  execFileSync("cp", ["--sparse=always", stock, image]);
  const descriptor = openSync(image, "r+");
  for (const [at, bytes] of patches)
    writeSync(
      descriptor,
      Buffer.from(bytes as string, "latin1"),
      0,
      Buffer.from(bytes as string, "latin1").length,
      at,
    );
  closeSync(descriptor);
  return image;
}

function cut(bytes: number): string {
  const image = patched();
  truncateSync(image, bytes);
  return image;
}

function alone(bytes: Buffer): string {
  const image = join(ownDir(), "alone.img");
  writeFileSync(image, bytes);
  return image;
}

const made = (options: SyntheticOptions) => () => makeImage(ownDir(), options);
const noise = (bytes: number) => {
  const out = Buffer.alloc(bytes);
  for (let at = 0, seed = 7; at < bytes; at += 1) {
    seed = (seed * 16_807) % 2_147_483_647;
    out.writeUInt8(seed & 0xff, at);
  }
  return out;
};
const number = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes.toString("latin1");
};
const SECOND = 446 + 16;
const without = (path: string) => (root: string) => rmSync(join(root, path));

const BROKEN: readonly (readonly [string, () => string, RegExp])[] = [
  ["an empty file", () => alone(Buffer.alloc(0)), /too short/],
  ["a short file", () => alone(noise(600)), /too short/],
  ["noise", () => alone(noise(1_000_000)), /no partition table/],
  ["nothing but zeros", () => alone(Buffer.alloc(1_000_000)), /no partition table/],
  ["an image that is still packed", () => patched([0, "\xfd7zXZ\0"]), /packed/],
  ["an image that is still zipped", () => patched([0, "PK\x03\x04"]), /packed/],
  ["a GPT behind its protective table", () => patched([446 + 4, "\xee"]), /GPT/],
  ["a GPT beside a DOS table", () => patched([512, "EFI PART"]), /GPT/],
  ["no boot partition", () => patched([446 + 4, "\x83"]), /first partition is no FAT/],
  ["swap in the second place", () => patched([SECOND + 4, "\x82"]), /no Linux file system/],
  ["one partition only", () => patched([SECOND, "\0".repeat(16)]), /no Linux file system/],
  ["a third partition", () => patched([446 + 32 + 4, "\x83"]), /more than two partitions/],
  ["partitions that overlap", () => patched([SECOND + 8, number(9000)]), /overlap|cut off/],
  ["a partition of no size", () => patched([SECOND + 12, number(0)]), /makes no sense/],
  ["a download that ended early", () => cut(ROOT_AT + 5_000_000), /cut off: \d+ bytes/],
  ["a download of the beginning only", () => cut(1_000_000), /cut off/],
  [
    "a boot partition of noise",
    () => patched([BOOT_AT, noise(4096).toString("latin1")]),
    /no FAT, or a damaged/,
  ],
  ["a system of noise", () => patched([ROOT_AT, noise(8192).toString("latin1")]), /no ext4/],
  ["another file system for the system", () => patched([ROOT_AT + 1024 + 56, "\0\0"]), /no ext4/],
  [
    "a system with damaged tables",
    () => patched([ROOT_AT + 1024 + 12, number(1)], [ROOT_AT + 4096 * 2, "\xff".repeat(4096)]),
    /damaged/,
  ],
  ["no cmdline.txt", made({ bootFiles: { "config.txt": "" } }), /no cmdline\.txt/],
  ["no config.txt", made({ bootFiles: { "cmdline.txt": COMMAND_LINE } }), /config\.txt/],
  ["a system without a name", made({ edit: without("usr/lib/os-release") }), /no os-release/],
  [
    "an older release",
    made({ osRelease: BOOKWORM.replaceAll("bookworm", "bullseye") }),
    /bullseye/,
  ],
  [
    "another distribution",
    made({ osRelease: 'PRETTY_NAME="Alpine Linux"\nID=alpine\n' }),
    /Alpine/,
  ],
  ["another processor", made({ architecture: "riscv64" }), /riscv64/],
  ["a system without packages", made({ edit: without("var/lib/dpkg/status") }), /not told/],
  ["a system without systemd", made({ edit: without("usr/lib/systemd/systemd") }), /no systemd/],
  ["a system without Node", made({ edit: without("usr/bin/node") }), /no Node, for arm64/],
  [
    "a system that is full",
    made({
      rootMb: 16,
      edit: (root) => {
        // All but a little: what is left does not hold the agent.
        for (let piece = 0; piece < 27; piece++)
          writeFileSync(join(root, `big-${piece}`), noise(2 ** 19));
      },
    }),
    /no room|No space|debugfs/,
  ],
];

describe("a broken image", () => {
  it.each(BROKEN)("is refused, and left alone: %s", async (_, make, why) => {
    const image = make();
    const before = touched(image);
    const options = optionsOf(image);
    const refused = await customise(options).then(
      () => null,
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(ImageError);
    expect((refused as ImageError).message).toMatch(why);
    expect((refused as ImageError).todo).not.toBe("");
    expect(touched(image)).toBe(before);
    expect(existsSync(options.out)).toBe(false);
    expect(readdirSync(join(options.out, ".."))).toEqual([]);
  });

  it("is known by its checksum", async () => {
    await expect(customise(optionsOf(stock, { sha256: "0".repeat(64) }))).rejects.toThrow(
      /its SHA-256 is/,
    );
  });

  it("gets no programs of another processor", async () => {
    await expect(customise(optionsOf(stock, { role: 0 }))).rejects.toThrow(/not for arm64/);
    await expect(customise(optionsOf(stock, { node: process.execPath }))).rejects.toThrow(
      /node is not for arm64/,
    );
  });
});

describe("npm run images -- customise", () => {
  it("says what it made on stdout, and what it does on stderr", () => {
    const out = join(ownDir(), "folders/that/are/made/p2.img");
    const args = ["customise", stock, "--role", "p2", "--out", out, "--json"];
    const { status, stdout, stderr } = runImages(...args);
    expect(stderr).toContain(`looking into ${stock}`);
    expect(JSON.parse(stdout)).toMatchObject({ role: "p2", hostname: "p2", architecture: "arm64" });
    expect(status).toBe(0);
  });

  it("names the image that it refuses, and ends with 1", () => {
    const image = cut(1_000_000);
    const { status, stderr } = runImages("customise", image, "--role", "p1", "--out", `${image}.2`);
    expect(stderr).toContain(`images: ${image}: it is cut off`);
    expect(status).toBe(1);
  });
});
