// Part c: an emulated Pi 3: our v1 driver on the GPIO controller's real driver, and our I2C on the real bus driver.

import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shell } from "../../images/shell.ts";
import { arm64Node } from "./arm64-node.ts";
import { GpioLevels } from "./gpio-levels.ts";
import { addPackages, addPrograms, guestTree } from "./guest-tree.ts";
import { needPrograms } from "./host-packages.ts";
import { newQemu } from "./new-qemu.ts";
import { type Part, runGuest } from "./part.ts";
import { type PiPackages, piPackages } from "./pi-packages.ts";
import { PI3_LEVELS, PI3_PINS } from "./pi3-levels.ts";

const MODULES = ["i2c-dev", "i2c-bcm2835", "bcm2835_wdt"];
/** A guard against hanging, not a measure. */
const LIMIT_MS = 600_000;

function packages(): Promise<PiPackages> {
  const suites = ["bookworm", "bookworm-security"];
  return piPackages({
    architecture: "arm64",
    kernel: "linux-image-arm64",
    kernelSuites: suites,
    suites,
    programs: ["busybox-static", "libstdc++6"],
  });
}

/** The device tree with what the firmware adds when it finds a ClusterHAT v1.3. */
async function deviceTree({ deviceTrees }: PiPackages, directory: string): Promise<string> {
  const file = join(directory, "pi3.dtb");
  cpSync(join(deviceTrees, "broadcom/bcm2837-rpi-3-b.dtb"), file);
  await shell("fdtput", ["-c", file, "/hat"]);
  await shell("fdtput", ["-t", "s", file, "/hat", "product", "ZC4:ClusterHAT"]);
  await shell("fdtput", ["-t", "s", file, "/hat", "product_ver", "0x0013"]);
  return file;
}

export const pi3Part: Part = {
  key: "c",
  title: "an emulated Pi 3: pinctrl-bcm2835 read from outside, i2c-bcm2835",
  async prepare() {
    await needPrograms([
      ["/bin/busybox", "busybox-static"],
      ["modprobe", "kmod"],
      ["fdtput", "device-tree-compiler"],
      ["aarch64-linux-gnu-g++", "g++-aarch64-linux-gnu"],
    ]);
    await packages();
    await arm64Node();
    await newQemu("aarch64");
  },
  async run() {
    const pi = await packages();
    const { node, natives } = await arm64Node();
    const tree = await guestTree({
      origin: { root: pi.root, triplet: "aarch64-linux-gnu" },
      node,
      busybox: join(pi.root, "bin/busybox"),
      test: "pi3.ts",
      kernel: pi.kernel,
      modules: MODULES,
    });
    addPackages(tree, ["onoff", "i2c-bus"]);
    for (const [path, file] of natives) tree.file(`/app/node_modules/${path}`, file);
    addPrograms(tree, ["hatctl.cjs"]);
    const directory = mkdtempSync(join(tmpdir(), "zr-pi3-"));
    const levels = new GpioLevels(PI3_PINS);
    try {
      const dtb = await deviceTree(pi, directory);
      const qemu = await newQemu("aarch64");
      const monitor = join(directory, "monitor");
      const result = await runGuest(tree, (initrd) => {
        levels.watch(monitor);
        return {
          program: qemu.program,
          args: [
            ...["-M", "raspi3b", "-kernel", pi.kernel.image, "-dtb", dtb, "-initrd", initrd],
            ...["-append", "console=ttyAMA0,115200 loglevel=2 panic=-1 rdinit=/init"],
            ...["-device", "at24c-eeprom,bus=i2c-bus.1,address=0x20,rom-size=256"],
            ...["-monitor", `unix:${monitor},server=on,wait=off`],
          ],
          command: qemu.args,
          env: qemu.env,
          limitMs: LIMIT_MS,
        };
      });
      const seen = levels.seen.join(" ");
      const isRight = seen === PI3_LEVELS.join(" ");
      const note = isRight ? seen : `saw ${seen}, expected ${PI3_LEVELS.join(" ")}`;
      const outside = { step: "the pins' levels, read from outside", ok: isRight, ms: 0, note };
      return { ...result, passed: result.passed && isRight, steps: [...result.steps, outside] };
    } finally {
      levels.close();
      rmSync(directory, { recursive: true, force: true });
    }
  },
};
