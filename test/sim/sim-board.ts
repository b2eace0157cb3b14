// The board of the simulated rig: readings, and power effects with what can go wrong between the two.

import type { EffectOf } from "../../controller/core/effect.ts";
import type { BoardReading, Line } from "../../hat/board.ts";
import type { HatErrorCode } from "../../hat/error.ts";
import { boot, endLink } from "./sim-link.ts";
import type { World } from "./world.ts";
import type { SimZero } from "./zero.ts";

/** How long the hub takes to notice that a device is gone. */
const USB_GONE_MS = 100;

export function readBoard(world: World): BoardReading {
  return {
    slots: world.zeros.map(({ slot, powered, usb, ghostUsb }) => ({
      slot,
      line: powered ? "on" : "off",
      driven: !world.powerLost,
      usb: world.usb && !world.hubGone ? (usb || ghostUsb ? "present" : "absent") : "unknown",
    })),
    underVoltage: world.underVoltage,
  };
}

export function powerUp(world: World, zero: SimZero): void {
  zero.powered = true;
  zero.life++;
  boot(world, zero);
}

export function powerDown(world: World, zero: SimZero): void {
  zero.powered = false;
  zero.life++;
  zero.hung = false;
  zero.cutOff = false;
  zero.stuckWorker = false;
  zero.speed = 1;
  world.after(USB_GONE_MS, () => {
    if (!zero.powered) zero.usb = false;
  });
  endLink(world, zero, null);
}

/** Does it, or not; and what the driver says of it: an error, or null. */
function act(world: World, zero: SimZero, to: Line): HatErrorCode | null {
  if (world.powerError !== null) return world.powerError;
  if (to === "off" && zero.stuckOn) return "not-verified";
  if (to === "on" && !zero.powered) powerUp(world, zero);
  if (to === "off" && zero.powered) powerDown(world, zero);
  return world.powerLies ? "bus" : null;
}

export function carryOut(world: World, effect: EffectOf<"power">): void {
  const { slot, action, to } = effect;
  const zero = world.zero(slot);
  world.onPower(effect, zero);
  const code = act(world, zero, to);
  const reading = readBoard(world).slots.find((candidate) => candidate.slot === slot);
  if (code !== null) world.post({ type: "power-failed", slot, action, code, detail: "simulated" });
  else if (reading) world.post({ type: "power-done", action, reading });
}
