// A simulated Zero: power, boot, link, hashing; and what can go wrong with it.

import type { Line } from "../../hat/board.ts";
import type { SlotId } from "../../hat/slots.ts";
import type { Algorithm } from "../../zero-agent/kernels/kernel.ts";
import { type Random, randomOf } from "./random.ts";

/** What the network does to frames of this Zero. */
export interface Net {
  /** The chance that a frame is lost, or arrives twice. */
  loss: number;
  twice: number;
  /** Frames take up to this long, so they overtake each other. */
  delayMs: number;
  /** Nothing arrives before this. */
  cloggedUntil: number;
  /** Frames towards the Zero are lost, its own arrive. */
  deaf: boolean;
}

export function cleanNet(): Net {
  return { loss: 0, twice: 0, delayMs: 0, cloggedUntil: 0, deaf: false };
}

export interface SimZero {
  readonly slot: SlotId;
  readonly random: Random;
  /** The line as it really is, and since when. */
  powered: boolean;
  poweredAt: number;
  offAt: number;
  /** Rises with each power-on or boot, so that what an earlier boot had planned does not happen. */
  life: number;
  /** Its kernel runs and answers on the network. */
  kernel: boolean;
  /** What the agent's program really does, linked or not. `halted` = shut down because the controller asked. */
  program: "none" | "boots" | "runs" | "restarts" | "halted";
  /** When the search for the job that it was given last ends. */
  searchesUntil: number;
  /** The program runs and its link is up. */
  linked: boolean;
  /** The number of its link; 0 for one that both sides know to be over. */
  link: number;
  bootId: string;
  /** The boot in which it last gave the known answer. */
  provedBoot: string;
  hashes: number;
  usb: boolean;
  /** When its USB device last came up. */
  usbAt: number;
  /** When a frame of it last reached the controller. */
  spokeAt: number;
  tempC: number;
  /** How fast its clock runs. */
  drift: number;
  /** Its USB device shows although it should not, or before it should. */
  ghostUsb: boolean;
  // faults
  hung: boolean;
  neverBoots: boolean;
  /** Hangs soon after it has dialled in: a worn card, a bad supply. */
  hangsAfterBoot: boolean;
  crashLoop: boolean;
  stuckOn: boolean;
  stuckOff: boolean;
  /** What the driver last wrote or read: a line that is otherwise was changed by somebody else. */
  expected: Line;
  /** A cut seems to work and does not: the line reads off from then on, and is on. */
  pretendsOff: boolean;
  readsOff: boolean;
  stuckWorker: boolean;
  /** A restart that it is asked for helps a stuck worker. */
  curable: boolean;
  wrong: boolean;
  /** Its shares are wrong, and yet it knows the known answer. */
  wrongShares: boolean;
  /** When its last wrong answers may have been made. */
  wrongUntil: number;
  cutOff: boolean;
  speed: number;
  net: Net;
  /** Kernels beside the one of what is mined. */
  alsoHas: readonly Algorithm[];
}

export function simZero(slot: SlotId, seed: number): SimZero {
  return {
    slot,
    random: randomOf(seed, slot),
    powered: false,
    poweredAt: Number.NEGATIVE_INFINITY,
    offAt: Number.NEGATIVE_INFINITY,
    life: 0,
    kernel: false,
    program: "none",
    searchesUntil: Number.NEGATIVE_INFINITY,
    linked: false,
    link: 0,
    bootId: "",
    provedBoot: "",
    hashes: 0,
    usb: false,
    usbAt: Number.NEGATIVE_INFINITY,
    spokeAt: Number.NEGATIVE_INFINITY,
    tempC: 45,
    drift: 1,
    ghostUsb: false,
    hung: false,
    neverBoots: false,
    hangsAfterBoot: false,
    crashLoop: false,
    stuckOn: false,
    stuckOff: false,
    expected: "off",
    pretendsOff: false,
    readsOff: false,
    stuckWorker: false,
    curable: false,
    wrong: false,
    wrongShares: false,
    wrongUntil: Number.NEGATIVE_INFINITY,
    cutOff: false,
    speed: 1,
    net: cleanNet(),
    alsoHas: [],
  };
}

/** Whether frames of this Zero reach the controller. */
export function speaks(zero: SimZero): boolean {
  return zero.powered && zero.linked && !zero.hung && !zero.cutOff;
}

/** Whether the Zero runs its agent and nothing is between it and us, so that only time keeps it from being heard. */
export function isWell({
  powered,
  kernel,
  hung,
  stuckWorker,
  cutOff,
  net,
  bootId,
  life,
}: SimZero): boolean {
  const reachable = !cutOff && !net.deaf && net.loss === 0;
  // Its agent was up in this boot.
  return powered && kernel && !hung && !stuckWorker && reachable && bootId.endsWith(`-${life}`);
}
