// PURE: what the firmware of a USB board understands and answers. The board is an I2C chip of its own kind: registers for the
// arguments (data7 to data0), one whose writing runs a command, and one with that command's status.

import { HatError } from "./error.ts";

/** The only address on the board's I2C bus. */
export const CTRL_ADDRESS = 0x20;
/** What register 0 of every firmware from 1.0 to 1.8 shows. */
export const CTRL_LAYOUT = 2;

export const CTRL_REGISTER = {
  layout: 0x00,
  order: 0x02,
  /** Kept in RAM, used by nothing, 0 after a restart. */
  mode: 0x03,
  data7: 0x05,
  data2: 0x0a,
  data1: 0x0b,
  hats: 0x20,
} as const;

export const CTRL_COMMAND = {
  on: 0x03,
  off: 0x04,
  alertOn: 0x05,
  alertOff: 0x06,
  hubCycle: 0x07,
  ledOn: 0x0a,
  ledOff: 0x0b,
  powerLedOn: 0x0c,
  powerLedOff: 0x0d,
  reset: 0x0e,
  powerStatus: 0x0f,
  fan: 0x10,
  path: 0x11,
  usbBootOn: 0x12,
  usbBootOff: 0x13,
  usbBootStatus: 0x14,
  setOrder: 0x15,
  actOn: 0x16,
  actOff: 0x17,
  save: 0xf0,
  saveDefaults: 0xf1,
  data: 0xf2,
  saveOrder: 0xf3,
  saveUsbBoot: 0xf4,
  savePower: 0xf5,
  saveLed: 0xf6,
} as const;

/** The argument of `data`. */
export const CTRL_DATA = { firmware: 0, adcCount: 1, adc: 2, temperature: 3, fan: 4 } as const;

export interface CtrlCommand {
  readonly code: number;
  /** Mostly a line, counted from 1. */
  readonly data0?: number;
  readonly data1?: number;
}

/**
 * The bytes from register data1 on that run a command: both arguments and the command itself in one transfer. In two transfers
 * (arguments first) another program's could come between, and the command would act on another line than the named one.
 */
export function commandBytes({ code, data0 = 0, data1 = 0 }: CtrlCommand): readonly number[] {
  for (const byte of [code, data0, data1]) {
    if (!Number.isInteger(byte) || byte < 0 || byte > 0xff) {
      throw new HatError("unsupported", `${byte} is no byte that a board can be told`);
    }
  }
  return [data1, data0, code];
}

export const ANSWER_LENGTH = 5;

export interface CtrlAnswer {
  readonly data0: number;
  readonly data1: number;
  readonly data2: number;
  /** The command still runs. */
  readonly busy: boolean;
  readonly status: number;
}

/** The answer in the `ANSWER_LENGTH` bytes from register data2 on. */
export function parseAnswer(bytes: readonly number[]): CtrlAnswer {
  const [data2 = 0xff, data1 = 0xff, data0 = 0xff, command = 0, status = 0xff] = bytes;
  return { data0, data1, data2, busy: command !== 0, status };
}

/** What a status other than 0 means; null for 0. */
export function statusFault(status: number): string | null {
  const faults = ["", "cannot do that", "has no such power line", "does not know that command"];
  return status === 0 ? null : (faults[status] ?? `answered with the status ${status}`);
}

/** Whether the line of a `powerStatus` has power; null where the answer is none. */
export function powerOf({ data0, status }: CtrlAnswer): boolean | null {
  return status === 0 && data0 <= 1 ? data0 === 1 : null;
}

/** The USB path (`[4, 1]`) in the eight bytes from register data7 on; 255 stands for nothing. */
export function pathOf(bytes: readonly number[]): readonly number[] {
  return bytes.filter((byte) => byte !== 0xff);
}

/**
 * Millivolts of an ADC's answer (data0 = how it is wired, data2 and data1 = ten bits); null for a wiring that is not known.
 * 1: 3.3 V reference, half of the voltage. 2: the same reference behind 10 kOhm and 1.07 kOhm.
 */
export function adcMillivolts({ data0: wiring, data1, data2 }: CtrlAnswer): number | null {
  const share = wiring === 1 ? 1 / 2 : wiring === 2 ? 1.07 / (10 + 1.07) : null;
  const raw = data2 * 256 + data1;
  return share === null ? null : Math.floor((raw * 3300) / 1024 / share);
}

/** Degrees Celsius of the AVR's own sensor, which nobody calibrates; null for a sensor that is not known. The vendor's line. */
export function temperatureC({ data0: sensor, data1, data2 }: CtrlAnswer): number | null {
  return sensor === 2 ? (data2 * 256 + data1 - 247) / 1.22 : null;
}
