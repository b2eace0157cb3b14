// What there is on this machine, for a person who asks why a board is not found. Looks only: files, and register 3 of each chip.

import { FIRST_ADDRESS, isBoardSpec, LAST_ADDRESS } from "./board-spec.ts";
import { findCtrlBoards, type OpenCtrlBus } from "./ctrl-find.ts";
import { type HatFacts, readHatFacts, revisionOf } from "./device-tree.ts";
import { isExpanderRevision, REGISTER } from "./expander.ts";
import { findPinctrl } from "./gpio-pinctrl.ts";
import { type GpioChip, listGpioChips } from "./gpio-sysfs.ts";
import { type I2cBus, openI2cBus } from "./i2c.ts";
import { findHubs } from "./usb-ports.ts";

export interface ChipSeen {
  readonly address: number;
  /** Register 3; 0xff is the power-on state. Null if nothing answers. */
  readonly direction: number | null;
  readonly error: string | null;
}

export interface Survey {
  readonly hat: HatFacts;
  /** What the HAT is ("v2.3"), or why it is none that we know. */
  readonly revision: string | null;
  readonly hatError: string | null;
  readonly i2c: { readonly device: string; readonly chips: readonly ChipSeen[] };
  readonly gpio: {
    readonly chips: readonly GpioChip[];
    /** By which a v1 would be driven. */
    readonly way: "sysfs" | "pinctrl" | null;
  };
  /** USB hubs that may be a HAT's. */
  readonly hubs: readonly string[];
  readonly usbBoards: readonly {
    readonly name: string;
    readonly usbPath: string;
    readonly order: number;
    readonly slots: number;
  }[];
  readonly usbError: string | null;
  /** What to write for `--board`, or null where nothing usable was found. */
  readonly spec: string | null;
  /** What to try, a sentence each. */
  readonly advice: readonly string[];
}

export interface SurveyOptions {
  /** What stands before /proc, /sys and /usr: for tests. */
  readonly root?: string;
  readonly openBus?: (busNumber: number) => Promise<I2cBus>;
  readonly openUsbBus?: OpenCtrlBus;
}

const I2C_BUS = 1;

/** Never rejects: what cannot be read is part of the answer. */
export async function survey(options: SurveyOptions = {}): Promise<Survey> {
  const { root = "/", openBus = openI2cBus } = options;
  const hat = await readHatFacts(root);
  const { value: revision, error: hatError } = attempt(() => revisionOf(hat));
  const chips = await lookForChips(openBus);
  const gpioChips = await listGpioChips(root);
  const usb = await findCtrlBoards(root, options.openUsbBus).then(
    (found) => ({ found, error: null }),
    (error: unknown) => ({ found: [], error: textOf(error) }),
  );
  const seen = {
    hat,
    revision,
    hatError,
    i2c: { device: `/dev/i2c-${I2C_BUS}`, chips },
    gpio: { chips: gpioChips, way: await wayToGpio(root, gpioChips) },
    hubs: await findHubs(root),
    usbBoards: usb.found.map(({ kind, usbPath, order }) => ({
      name: kind.name,
      usbPath,
      order,
      slots: kind.slotCount,
    })),
    usbError: usb.error,
  };
  return { ...seen, ...conclude(seen) };
}

type Seen = Omit<Survey, "spec" | "advice">;

/** What follows from what was seen. */
function conclude(seen: Seen): Pick<Survey, "spec" | "advice"> {
  const { revision, hatError, i2c, gpio, hubs, usbBoards, usbError } = seen;
  const answering = i2c.chips.filter(({ direction }) => direction !== null);
  const words: string[] = [];
  const advice: string[] = [];
  if (revision === null) {
    advice.push(hatError ?? "");
    if (answering.length > 0) {
      advice.push(
        `a chip answers at ${addresses(answering)} on ${i2c.device}, but no EEPROM says what it is: if it is a ClusterHAT, name the revision that is printed on it as the board, such as v2.3${at(answering[0])}`,
      );
    }
  } else if (isExpanderRevision(revision)) {
    words.push(...answering.map((chip) => `${revision}${at(chip)}`));
    if (answering.length === 0) advice.push(...new Set(i2c.chips.map(({ error }) => error ?? "")));
    if (answering.length > 1) {
      advice.push(
        `only one HAT's EEPROM can be read, so ${revision} stands for all of them here: put the revision that is printed on each in its place`,
      );
    }
  } else if (isBoardSpec(revision)) {
    if (gpio.way === null) {
      const labels = gpio.chips.map(({ label }) => `"${label}"`).join(", ") || "none";
      advice.push(
        `a ${revision} needs the GPIO lines of the Pi, and there is no way to them: GPIO controllers ${labels}, no /usr/bin/pinctrl (\`sudo apt install raspi-utils\`)`,
      );
    } else words.push(revision);
  } else {
    advice.push(`there is no driver for a ${revision}`);
  }
  if (usbBoards.length > 0) words.push("usb");
  if (usbError !== null) advice.push(usbError);
  const hats = words.filter((word) => word !== "usb").length;
  if (hats > 0 && (hats > 1 || hubs.length !== 1)) {
    advice.push(
      hubs.length === 0
        ? "no USB hub of a HAT is to be seen: plug the HAT's USB lead in, or switch the hub on (`hatctl hub on`)"
        : `the USB hubs at ${hubs.join(", ")} may be a HAT's: say which, in the order of the HATs (\`--hub\`, or hub_paths in [hat])`,
    );
  }
  return { spec: words.length === 0 ? null : words.join(","), advice };
}

async function lookForChips(
  openBus: (busNumber: number) => Promise<I2cBus>,
): Promise<readonly ChipSeen[]> {
  const addressesToTry = Array.from(
    { length: LAST_ADDRESS - FIRST_ADDRESS + 1 },
    (_, index) => FIRST_ADDRESS + index,
  );
  const bus = await openBus(I2C_BUS).catch(textOf);
  if (typeof bus === "string") {
    return addressesToTry.map((address) => ({ address, direction: null, error: bus }));
  }
  const chips: ChipSeen[] = [];
  for (const address of addressesToTry) {
    chips.push(
      await bus.readByte(address, REGISTER.direction).then(
        (direction) => ({ address, direction, error: null }),
        (error: unknown) => ({ address, direction: null, error: textOf(error) }),
      ),
    );
  }
  await bus.close();
  return chips;
}

async function wayToGpio(
  root: string,
  chips: readonly GpioChip[],
): Promise<"sysfs" | "pinctrl" | null> {
  if (chips.some(({ isHeader }) => isHeader)) return "sysfs";
  return (await findPinctrl(root)) === null ? null : "pinctrl";
}

function at(chip: ChipSeen | undefined): string {
  return chip === undefined || chip.address === FIRST_ADDRESS ? "" : `@${hex(chip.address)}`;
}

function addresses(chips: readonly ChipSeen[]): string {
  return chips.map(({ address }) => hex(address)).join(", ");
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

function attempt<T>(act: () => T): { readonly value: T | null; readonly error: string | null } {
  try {
    return { value: act(), error: null };
  } catch (error) {
    return { value: null, error: textOf(error) };
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
