// A fan on a GPIO line: when it is to run, and the line that makes it.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { HatError } from "./error.ts";
import type { GpioFactory } from "./gpio.ts";
import { openGpioHeader } from "./gpio-header.ts";
import { lockPathOf } from "./lock.ts";
import { Writer } from "./writer.ts";

/** The vendor's pin for a fan (FANGPIO of clusterctrl). */
export const FAN_BCM = 18;
/** Header lines that do another duty on some HAT: its EEPROM (0, 1), its I2C bus (2, 3), the alert LED and the Zeros of a v1. */
export const HAT_BCM: readonly number[] = [0, 1, 2, 3, 5, 6, 13, 19, 26];
export const BCM_MAX = 27;

const TRIES = 3;
const RETRY_PAUSE_MS = 5;

export interface FanLimits {
  /** It starts at this temperature, °C. */
  readonly onC: number;
  /** It stops at this one, °C; lower, so that it does not flutter. */
  readonly offC: number;
}

export interface Fan {
  isOn(): Promise<boolean>;
  /** Resolves when the read-back agrees. Rejects with `locked`, `not-verified`, or what the line reports. */
  set(on: boolean): Promise<void>;
  /** The fan stays as it is. */
  close(): Promise<void>;
}

export interface FanOptions {
  readonly bcm?: number;
  /** Be the one who switches it until close, as the controller does. */
  readonly hold?: boolean;
  /** What stands before /sys, /usr and /run: for tests. */
  readonly root?: string;
  readonly gpio?: GpioFactory;
}

/** Whether the fan is to run: between the limits as it runs now, and always where no temperature can be read. */
export function wantsFan(isOn: boolean, tempC: number | null, { onC, offC }: FanLimits): boolean {
  if (tempC === null || tempC >= onC) return true;
  return tempC > offC && isOn;
}

/** Opens the fan's line; nothing changes. Rejects with `unsupported` for a line of the HAT, else like a v1 board. */
export async function openFan(options: FanOptions = {}): Promise<Fan> {
  const { bcm = FAN_BCM, hold = false, root = "/", gpio } = options;
  if (!Number.isInteger(bcm) || bcm < 0 || bcm > BCM_MAX || HAT_BCM.includes(bcm)) {
    throw new HatError(
      "unsupported",
      `GPIO ${bcm} cannot switch a fan: a HAT may use ${HAT_BCM.join(", ")}. Take another one up to ${BCM_MAX}, such as ${FAN_BCM}`,
    );
  }
  const header = await openGpioHeader({ root, gpio });
  const writer = new Writer(lockPathOf(root, `fan-${bcm}`));
  if (hold) await writer.hold();
  const look = async () => {
    const [level] = await header.levels([bcm]);
    return level?.driven === true && level.line === "on";
  };
  return {
    isOn: () => writer.read(look),
    set: (on) =>
      writer.write(async () => {
        for (let attempt = 0; attempt < TRIES; attempt += 1) {
          if (attempt > 0) await sleep(RETRY_PAUSE_MS);
          await header.drive(bcm, on ? "on" : "off");
          if ((await look()) === on) return;
        }
        throw new HatError(
          "not-verified",
          `the fan was switched ${on ? "on" : "off"}, but its line, GPIO ${bcm}, does not follow: look whether something else drives it (\`pinctrl get ${bcm}\`)`,
        );
      }),
    close: () => writer.close(),
  };
}

/** The temperature of this computer's own chip, °C; null where nothing tells. Never rejects. */
export async function ownTempC(root = "/"): Promise<number | null> {
  const path = join(root, "sys/class/thermal/thermal_zone0/temp");
  const text = (await readFile(path, "utf8").catch(() => "")).trim();
  return /^-?\d+$/.test(text) ? Number(text) / 1000 : null;
}
