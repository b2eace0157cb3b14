// PowerBoard: what every board can do, and the contract that each driver keeps.
//
// - Opening a board changes no line. A board in its power-on state (`driven: false`) stays as it is until `init` or the first
//   `setPower`.
// - Closing a board changes no line either: the lines outlive the process.
// - `setPower` acts on the named slot alone. It takes the board's lock, compares the named line and all that share a chip with
//   it with what this driver last knew, writes, reads back, and retries within a limit. If a line was not as we had left it
//   (another program wrote it, or the board lost its supply), nothing is written, what is found becomes the new "last known",
//   and the call rejects with `foreign-change`, whose `slots` are exactly those whose line was found changed: driven at
//   another level, driven no more, or driven at last. A change found by the read-back rejects in the same way.
// - What `read` returned counts as known too, for its caller has been told: compare readings to see a foreign change there.
// - A resolved `setPower` means: the read-back agreed. Anything else is a rejection (`not-verified`, `bus`, ...).
// - `init` and `setSwitch` move no power line, and obey the same rules for what they do move.
// - Where one of several physical boards does not answer, the others are read and switched as ever; opening needs one of them.
// - Calls may overlap; the driver runs them one after the other in the order of the calls.
// - Every rejection is a HatError.

import type { HatErrorCode } from "./error.ts";
import type { SlotId } from "./slots.ts";
import type { UsbDevice } from "./usb-device.ts";

export type Line = "on" | "off";

/** What the slot's USB port shows. `unknown` where no hub can be read, so that absence is never guessed. */
export type UsbPresence = "present" | "absent" | "unknown";

/** The USB port behind one slot. */
export interface PortReading {
  /** Where it is: `1-1.2.4`. Null where nobody can tell which hub the board's is. */
  readonly path: string | null;
  readonly usb: UsbPresence;
  /** Null unless `present`. */
  readonly device: UsbDevice | null;
}

export interface SlotReading {
  readonly slot: SlotId;
  /** The level at the pin, not the value that was last written. (A USB board tells no pins: there it is what its firmware drives.) */
  readonly line: Line;
  readonly usb: UsbPresence;
  /** False while the line's board is in its power-on state: it lost its supply, or was never set up. */
  readonly driven: boolean;
}

/** Slots whose part of the board did not answer. */
export interface UnreadSlots {
  readonly slots: readonly SlotId[];
  readonly code: HatErrorCode;
  /** What it says, for people. */
  readonly message: string;
}

export interface BoardReading {
  /** Those that could be read, in the order of the slots. */
  readonly slots: readonly SlotReading[];
  /** The others, where one of several HATs does not answer. Absent where all could be read; where none could, `read` rejects. */
  readonly unread?: readonly UnreadSlots[];
  /** The supply of the controller is below its limit now; null where nothing tells. */
  readonly underVoltage: boolean | null;
}

/** What a board can switch beside its power lines: LEDs, the USB hub, the write protection of its EEPROM. */
export type SwitchName = "alert" | "led" | "hub" | "protect";

/** One physical board. */
export interface BoardPart {
  /** For people: "ClusterHAT v2.3 (i2c-1 0x20)". */
  readonly description: string;
  readonly slots: readonly SlotId[];
  readonly switches: readonly SwitchName[];
  /** "v2.3". Absent for a board that is no HAT. */
  readonly revision?: string | undefined;
  /** The expander on it. Absent where there is none. */
  readonly chip?: "XRA1200P" | "PCA9554" | undefined;
}

export interface SwitchReading {
  /** The index of the part in `BoardInfo.parts`. */
  readonly part: number;
  readonly name: SwitchName;
  readonly on: boolean;
}

export interface BoardInfo {
  /** For people: the descriptions of all parts. */
  readonly description: string;
  /** Numbered through all parts. */
  readonly slots: readonly SlotId[];
  readonly parts: readonly BoardPart[];
  readonly virtual: boolean;
}

export interface PowerBoard {
  readonly info: BoardInfo;
  read(): Promise<BoardReading>;
  /** Drives one line and proves it by read-back. Resolves with the slot as it reads then. */
  setPower(slot: SlotId, line: Line): Promise<SlotReading>;
  /** What is plugged in behind each slot, in the order of the slots. Looks only; what cannot be seen is no error. */
  readPorts(): Promise<readonly PortReading[]>;
  /**
   * Brings what is in its power-on state up, of one part or of all, and switches no slot by it: a slot that has power keeps it. A board
   * that is driven is left alone. Resolves with the indexes of the parts that it brought up; a v1 has nothing to bring up.
   */
  init(part?: number): Promise<readonly number[]>;
  /** The switches that can be read, of all parts that answer. A board in its power-on state drives none, so it shows none. */
  readSwitches(): Promise<readonly SwitchReading[]>;
  /** Sets a switch of one part, or of all that have it. Rejects with `unsupported` where none has. */
  setSwitch(name: SwitchName, on: boolean, part?: number): Promise<void>;
  close(): Promise<void>;
}
