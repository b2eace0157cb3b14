// What is said on the socket of a virtual ClusterHAT: one JSON object a line, each request answered by one line.

import type { ExpanderChip } from "../chip-driver.ts";
import type { SlotId } from "../slots.ts";
import type { Fault } from "./fault.ts";
import type { SlotTruth, UsbSnapshot } from "./hat.ts";

export type VirtualRequest =
  | { readonly op: "info" }
  | { readonly op: "i2c-read"; readonly address: number; readonly register: number }
  | {
      readonly op: "i2c-write";
      readonly address: number;
      readonly register: number;
      readonly value: number;
    }
  | { readonly op: "usb" }
  | { readonly op: "supply" }
  | ({ readonly op: "fault" } & Fault)
  | { readonly op: "answers"; readonly slot: SlotId }
  | { readonly op: "truth" }
  | { readonly op: "stop" };

export interface VirtualInfo {
  readonly chips: readonly ExpanderChip[];
  readonly slots: readonly SlotId[];
  readonly model: string;
  readonly seed: string;
  readonly pid: number;
}

/** What each request is answered with. */
export interface VirtualAnswers {
  readonly info: VirtualInfo;
  readonly "i2c-read": number;
  readonly "i2c-write": null;
  readonly usb: UsbSnapshot;
  readonly supply: { readonly underVoltage: boolean };
  readonly fault: null;
  /** The kernel of that Zero answers on the network. */
  readonly answers: boolean;
  readonly truth: readonly SlotTruth[];
  readonly stop: null;
}

/** `nak`: nothing at that address or register. `refused`: the request makes no sense now; the message says why. */
export type VirtualReply =
  | { readonly id: number; readonly ok: true; readonly result: unknown }
  | {
      readonly id: number;
      readonly ok: false;
      readonly code: "nak" | "refused";
      readonly message: string;
    };

/** Longer lines end the connection. */
export const LINE_LIMIT_CHARACTERS = 65_536;
