// The board of the simulated rig: readings, power effects with what can go wrong between the two, and the one writer's lock.

import type { EffectOf } from "../../controller/core/effect.ts";
import type { BoardReading, Line, SlotReading, UsbPresence } from "../../hat/board.ts";
import type { HatErrorCode } from "../../hat/error.ts";
import type { SimController } from "./sim-controller.ts";
import { boot, endLink } from "./sim-link.ts";
import type { World } from "./world.ts";
import type { SimZero } from "./zero.ts";

/** How long the hub takes to notice that a device is gone. */
const USB_GONE_MS = 100;
/** Two that start within this time pull the supply down together. */
const INRUSH_MS = 1500;

/** Whether this controller may drive the lines: the lock of the board has one holder. */
export function mayOpenBoard(world: World): boolean {
  // A process that is killed ends, and lets go of the lock, when its write on the bus is through.
  if (world.now < world.busBusyUntil) return false;
  return world.controllers.every(({ alive }) => !alive);
}

function usbOf(world: World, { usb, ghostUsb }: SimZero): UsbPresence {
  if (!world.usb || world.hubGone) return "unknown";
  return usb || ghostUsb ? "present" : "absent";
}

function lineOf({ powered, readsOff }: SimZero): Line {
  return powered && !readsOff ? "on" : "off";
}

function readSlot(world: World, zero: SimZero): SlotReading {
  const line = lineOf(zero);
  zero.expected = line;
  return { slot: zero.slot, line, driven: !world.powerLost, usb: usbOf(world, zero) };
}

export function readBoard(world: World): BoardReading {
  const underVoltage = world.underVoltage === null ? null : world.underVoltage || world.sagging;
  if (underVoltage) {
    world.sagReadAt = world.now;
    world.onSag();
  }
  world.readAt = world.now;
  if (!world.hubGone) world.hubReadAt = world.now;
  return { slots: world.zeros.map((zero) => readSlot(world, zero)), underVoltage };
}

function powerUp(world: World, zero: SimZero): void {
  const { now } = world;
  zero.powered = true;
  zero.poweredAt = now;
  zero.life++;
  zero.tempC = 40;
  world.leftOff.delete(zero.slot);
  boot(world, zero);
  const together = world.zeros.filter(
    ({ powered, poweredAt }) => powered && now - poweredAt < INRUSH_MS,
  );
  if (together.length > 1) world.sag(together);
}

export function powerDown(world: World, zero: SimZero): void {
  zero.powered = false;
  // Of one that read off before, nobody could see when it really went.
  zero.offAt = zero.readsOff ? Number.NEGATIVE_INFINITY : world.now;
  zero.life++;
  zero.hung = false;
  zero.kernel = false;
  zero.program = "none";
  zero.cutOff = false;
  zero.stuckWorker = false;
  zero.speed = 1;
  world.after(USB_GONE_MS, () => {
    if (!zero.powered) zero.usb = false;
  });
  endLink(world, zero, null);
}

/** The expander lost its supply for a moment: every line is undriven and off. */
export function resetExpander(world: World): void {
  world.powerLost = true;
  world.forgetUnreadHands();
  for (const zero of world.zeros) {
    if (!zero.powered || zero.stuckOn) continue;
    powerDown(world, zero);
    world.leftOff.add(zero.slot);
  }
}

/** Does it, or not; and what the driver says of it: an error, or null. */
function act(world: World, zero: SimZero, to: Line): HatErrorCode | null {
  if (world.powerError !== null) return world.powerError;
  if (lineOf(zero) !== zero.expected) return "foreign-change";
  world.powerLost = false;
  if (to === "off" && zero.stuckOn) return "not-verified";
  if (to === "on" && zero.stuckOff) return "not-verified";
  if (to === "on" && !zero.powered) powerUp(world, zero);
  if (to === "on") zero.readsOff = false;
  if (to === "off" && zero.pretendsOff) zero.readsOff = zero.powered;
  else if (to === "off" && zero.powered) powerDown(world, zero);
  return world.powerLies ? "bus" : null;
}

export function carryOut(world: World, by: SimController, effect: EffectOf<"power">): void {
  const { slot, action, to } = effect;
  const zero = world.zero(slot);
  const code = act(world, zero, to);
  if (code !== "foreign-change") zero.expected = lineOf(zero);
  const { diesSwitching } = world;
  if (diesSwitching?.to === to) {
    world.diesSwitching = null;
    world.kill();
    world.after(diesSwitching.downMs, () => world.startController());
  }
  if (code !== null)
    by.post({ type: "power-failed", now: world.now, slot, action, code, detail: "simulated" });
  else by.post({ type: "power-done", now: world.now, action, reading: readSlot(world, zero) });
}
