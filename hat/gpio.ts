// One GPIO line as the v1 driver needs it, and the real one over onoff.

import { HatError } from "./error.ts";

export interface GpioLine {
  write(level: 0 | 1): Promise<void>;
}

export interface GpioFactory {
  /**
   * Opens an exported line. `out`: it is an output already, and its direction is not written again (that would drive it low).
   * `high`, `low`: becomes an output at this level in one step.
   */
  open(globalNumber: number, mode: "out" | "high" | "low"): GpioLine;
}

/** Lines through onoff. Rejects with `no-driver` if the optional package is not installed or does not load. */
export async function onoffFactory(): Promise<GpioFactory> {
  const { Gpio } = await loadOnoff();
  return {
    open(globalNumber, mode) {
      // onoff writes the direction only where it differs, with this option; active_low off, so that 1 is a high line.
      const gpio = new Gpio(globalNumber, mode, undefined, {
        reconfigureDirection: false,
        activeLow: false,
      });
      return { write: (level) => gpio.write(level) };
    },
  };
}

async function loadOnoff(): Promise<typeof import("onoff")> {
  try {
    const module = (await import("onoff")) as typeof import("onoff") & {
      default?: typeof import("onoff");
    };
    return module.default ?? module;
  } catch (error) {
    throw new HatError(
      "no-driver",
      "a ClusterHAT v1 needs the package onoff, which is not installed or was not built: run `npm install onoff` (it needs g++, make and python3)",
      error,
    );
  }
}
