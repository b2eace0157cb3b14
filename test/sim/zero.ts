// A simulated Zero: power, boot, link, hashing; and what can go wrong with it.

import type { SlotId } from "../../hat/slots.ts";

export interface SimZero {
  readonly slot: SlotId;
  /** The line as it really is. */
  powered: boolean;
  /** Rises with each power-on or boot, so that what an earlier boot had planned does not happen. */
  life: number;
  /** The program runs and its link is up. */
  linked: boolean;
  link: number;
  bootId: string;
  hashes: number;
  usb: boolean;
  /** When a frame of it last reached the controller. */
  spokeAt: number;
  /** Its USB device shows although it should not, or before it should. */
  ghostUsb: boolean;
  // faults
  hung: boolean;
  neverBoots: boolean;
  stuckOn: boolean;
  stuckWorker: boolean;
  wrong: boolean;
  cutOff: boolean;
  speed: number;
}

export function simZero(slot: SlotId): SimZero {
  return {
    slot,
    powered: false,
    life: 0,
    linked: false,
    link: 0,
    bootId: "",
    hashes: 0,
    usb: false,
    spokeAt: Number.NEGATIVE_INFINITY,
    ghostUsb: false,
    hung: false,
    neverBoots: false,
    stuckOn: false,
    stuckWorker: false,
    wrong: false,
    cutOff: false,
    speed: 1,
  };
}

/** Whether frames of this Zero reach the controller. */
export function speaks(zero: SimZero): boolean {
  return zero.powered && zero.linked && !zero.hung && !zero.cutOff;
}
