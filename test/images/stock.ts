// A stock image to customise: Debian Bookworm for PCs in Raspberry Pi OS's layout; and the machine that starts what our tool makes of it.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Initramfs } from "../../images/initramfs.ts";
import { makeImage } from "../../images/testing/synthetic-image.ts";
import type { Machine } from "../kernel-vm/emulator.ts";
import { addModules, appletNames } from "../kernel-vm/guest-tree.ts";
import type { Kernel } from "../kernel-vm/x86-kernel.ts";
import { debianTree } from "../services/container.ts";
import { reportFiles } from "./report-files.ts";

const MODULES = [
  ...["virtio_pci", "virtio_blk", "ext4", "overlay", "bridge"],
  ...["dummy_hcd num=1 is_high_speed=1", "libcomposite", "usb_f_ecm", "usb_f_acm"],
  ...["cdc_ether", "cdc_acm", "irq_sim", "i2c-dev", "xra1200-sim addresses=0x20"],
];
const ROOT_MB = 900;
const DEBIAN =
  'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_CODENAME=bookworm\n';
const UNIT = `[Service]
ExecStart=/bin/sh /report.sh
StandardOutput=file:/dev/ttyS0
[Install]
WantedBy=multi-user.target
`;

/** `report`: the script in this folder that tells what is found. */
export async function stockImage(directory: string, report: string): Promise<string> {
  const tree = await debianTree();
  return makeImage(directory, {
    rootMb: ROOT_MB,
    architecture: "amd64",
    osRelease: DEBIAN,
    edit: (root) => {
      for (const left of ["usr/bin/node", "usr/lib/systemd/systemd", "lib"])
        rmSync(join(root, left));
      execFileSync("tar", ["-xf", tree, "-C", root]);
      rmSync(join(root, "etc/hostname"), { force: true });
      writeFileSync(join(root, "etc/fstab"), "/dev/vda2 / ext4 defaults,noatime 0 1\n");
      for (const { path, text } of reportFiles(report)) writeFileSync(join(root, path), text);
      writeFileSync(join(root, "etc/systemd/system/report.service"), UNIT);
      const wants = join(root, "etc/systemd/system/multi-user.target.wants");
      mkdirSync(wants, { recursive: true });
      // It would take the line that the report goes out on.
      symlinkSync("/dev/null", join(root, "etc/systemd/system/serial-getty@ttyS0.service"));
      symlinkSync("../report.service", join(wants, "report.service"));
    },
  });
}

/** The small system that stands for a Pi's kernel, which has its drivers built in. */
export async function stockInitrd(kernel: Kernel, file: string): Promise<void> {
  const tree = new Initramfs();
  for (const path of ["/proc", "/dev", "/root", "/etc"]) tree.directory(path);
  tree.text("/init", readFileSync(join(import.meta.dirname, "boot.sh"), "utf8"), 0o755);
  tree.file("/bin/busybox", "/bin/busybox");
  for (const name of await appletNames()) tree.symlink(`/bin/${name}`, "busybox");
  await addModules(tree, kernel, MODULES);
  tree.write(file);
}

export function stockMachine(
  kernel: Kernel,
  initrd: string,
  image: string,
  limitMs: number,
): Machine {
  const boot = join(image, "..", "cmdline");
  execFileSync("sh", [
    "-c",
    `MTOOLSRC=/dev/null mtype -i '${image}@@4194304' ::cmdline.txt > '${boot}'`,
  ]);
  const words = readFileSync(boot, "utf8").trim().split(/\s+/);
  const kept = words.filter((word) => !/^(?:console|root|rootfstype|quiet)/.test(word));
  return {
    program: "qemu-system-x86_64",
    args: [
      ...["-M", "q35", "-cpu", "max", "-smp", "2", "-m", "512", "-kernel", kernel.image],
      ...["-initrd", initrd, "-drive", `file=${image},format=raw,if=virtio,cache=writeback`],
      ...["-append", `console=ttyS0 loglevel=2 panic=-1 ${kept.join(" ")}`],
    ],
    limitMs,
  };
}
