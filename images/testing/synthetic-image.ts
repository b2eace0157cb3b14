// An image with Raspberry Pi OS's layout, small and made on the spot: no stock one can be had where the tests run.

import { execFileSync } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  openSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

const MB = 2 ** 20;
const SECTOR = 512;
const BOOT_FIRST = 8192;
const FAT32 = 0x0c;
const LINUX = 0x83;
/** The least that FAT32 can be is 33 MB. */
const BOOT_MB = 34;
const ENV = {
  ...process.env,
  PATH: `${process.env["PATH"]}:/usr/sbin:/sbin`,
  MTOOLSRC: "/dev/null",
};

export interface SyntheticOptions {
  readonly rootMb?: number;
  readonly architecture?: string;
  readonly osRelease?: string;
  /** Changes the system's files before they are packed. */
  readonly edit?: (root: string) => void;
  /** Instead of cmdline.txt and config.txt. */
  readonly bootFiles?: Readonly<Record<string, string>>;
}

export const COMMAND_LINE =
  "console=serial0,115200 console=tty1 root=PARTUUID=7a69726f-02 rootfstype=ext4 fsck.repair=yes rootwait quiet init=/usr/lib/raspberrypi-sys-mods/firstboot";
export const BOOKWORM =
  'PRETTY_NAME="Raspbian GNU/Linux 12 (bookworm)"\nID=raspbian\nVERSION_CODENAME=bookworm\n';

/** Makes `dir/stock.img`; returns its file. */
export function makeImage(dir: string, options: SyntheticOptions = {}): string {
  const { rootMb = 24, architecture = "arm64", osRelease = BOOKWORM } = options;
  const root = join(dir, "tree");
  const put = (path: string, text: string) => {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  put("usr/lib/os-release", osRelease);
  put("usr/lib/systemd/systemd", "#!/bin/sh\n");
  put("usr/bin/node", "#!/bin/sh\n");
  put("etc/hostname", "raspberrypi\n");
  put("etc/hosts", "127.0.0.1\tlocalhost\n::1\tlocalhost\n127.0.1.1\traspberrypi\n");
  put("etc/fstab", "PARTUUID=7a69726f-02 / ext4 defaults,noatime 0 1\n");
  put(
    "var/lib/dpkg/status",
    `Package: dpkg\nStatus: install ok installed\nArchitecture: ${architecture}\n`,
  );
  for (const folder of ["root", "mnt"]) mkdirSync(join(root, folder), { recursive: true });
  symlinkSync("usr/lib", join(root, "lib"));
  options.edit?.(root);
  const rootFile = join(dir, "root.ext4");
  const flags = ["-q", "-t", "ext4", "-F", "-L", "rootfs", "-E", "root_owner=0:0", "-d", root];
  execFileSync("mke2fs", [...flags, rootFile, `${rootMb}M`], { env: ENV, stdio: "pipe" });
  const bootFile = join(dir, "boot.fat");
  writeFileSync(bootFile, "");
  truncateSync(bootFile, BOOT_MB * MB);
  execFileSync("mkfs.fat", ["-F", "32", "-n", "bootfs", bootFile], { env: ENV, stdio: "pipe" });
  const bootFiles = options.bootFiles ?? {
    "cmdline.txt": `${COMMAND_LINE}\n`,
    "config.txt": "dtparam=audio=on\n\n[all]\n",
  };
  for (const [name, text] of Object.entries(bootFiles)) {
    execFileSync("mcopy", ["-i", bootFile, "-", `::${name}`], { env: ENV, input: text });
  }
  const image = join(dir, "stock.img");
  const rootFirst = BOOT_FIRST + (BOOT_MB * MB) / SECTOR;
  writeFileSync(image, "");
  truncateSync(image, rootFirst * SECTOR + rootMb * MB);
  const descriptor = openSync(image, "r+");
  writeSync(descriptor, table(rootFirst, rootMb), 0, SECTOR, 0);
  closeSync(descriptor);
  const place = (file: string, at: number) =>
    execFileSync("dd", [
      ...[`if=${file}`, `of=${image}`, "bs=1M", `seek=${at / MB}`],
      ...["conv=notrunc,sparse", "status=none"],
    ]);
  place(bootFile, BOOT_AT);
  place(rootFile, ROOT_AT);
  for (const left of [root, rootFile, bootFile]) rmSync(left, { recursive: true });
  return image;
}

export const ROOT_AT = BOOT_FIRST * SECTOR + BOOT_MB * MB;
export const BOOT_AT = BOOT_FIRST * SECTOR;

function table(rootFirst: number, rootMb: number): Buffer {
  const sector = Buffer.alloc(SECTOR);
  sector.writeUInt32LE(0x7a69726f, 440);
  const entry = (index: number, type: number, first: number, sectors: number) => {
    const at = 446 + 16 * index;
    sector.writeUInt8(type, at + 4);
    sector.writeUInt32LE(first, at + 8);
    sector.writeUInt32LE(sectors, at + 12);
  };
  entry(0, FAT32, BOOT_FIRST, (BOOT_MB * MB) / SECTOR);
  entry(1, LINUX, rootFirst, (rootMb * MB) / SECTOR);
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}
