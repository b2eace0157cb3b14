// One chip of the simulated I2C bus, seen and disturbed from outside the bus.

import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SysfsFile } from "./sysfs-file.ts";

const ROOT = "/sys/kernel/xra1200-sim";

export interface Pins {
  readonly levels: number;
  /** Changes of each pin since the bus appeared. */
  readonly edges: readonly number[];
}

export class SimulatedExpander {
  readonly #folder: string;
  readonly #pins: SysfsFile;
  readonly #writes: SysfsFile;

  constructor(address: number) {
    this.#folder = join(ROOT, `0x${address.toString(16)}`);
    if (!existsSync(this.#folder)) throw new Error(`no ${this.#folder}`);
    this.#pins = new SysfsFile(join(this.#folder, "pins"));
    this.#writes = new SysfsFile(join(this.#folder, "writes"));
  }

  pins(): Pins {
    const [levels = 0, ...edges] = this.#pins.read().split(" ").map(Number);
    return { levels, edges };
  }

  /** How often any register was written. */
  writes(): number {
    return Number(this.#writes.read());
  }

  /** The supply fails for a moment. */
  brownOut(): void {
    this.#write("brown_out", "1");
  }

  /** Refuses so many transfers; -1 for all to come. */
  refuse(transfers: number): void {
    this.#write("nak", String(transfers));
  }

  /** Something holds these pins at these levels. */
  hold(mask: number, levels: number): void {
    this.#write("stuck", `${mask} ${levels}`);
  }

  /** What the board's resistors make of pins that nothing drives. */
  resistors(levels: number): void {
    this.#write("external", String(levels));
  }

  model(name: "xra1200p" | "pca9554"): void {
    this.#write("model", name);
  }

  #write(file: string, text: string): void {
    writeFileSync(join(this.#folder, file), text);
  }
}
