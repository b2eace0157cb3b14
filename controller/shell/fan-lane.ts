// Keeps the controller's own fan: looks at the temperature now and then, and switches where it is to be otherwise.

import { type Fan, type FanLimits, wantsFan } from "../../hat/fan.ts";
import type { EffectOf } from "../core/effect.ts";
import type { Clock } from "./clock.ts";
import { messageOf } from "./error.ts";

const LOOK_EVERY_MS = 5000;

export interface FanParts {
  /** Opens the fan; tried again at each look until it is there. */
  readonly open: () => Promise<Fan>;
  /** °C; null where nothing tells. Never rejects. */
  readonly tempC: () => Promise<number | null>;
  readonly limits: FanLimits;
}

type FanTell = (
  level: "info" | "warn",
  ev: "fan.on" | "fan.off" | "fan.failed",
  detail: Readonly<Record<string, string>>,
) => void;

/** Null where no fan is configured. */
export function openFanLane(
  fan: FanParts | null,
  clock: Clock,
  report: (effect: EffectOf<"report">) => void,
): FanLane | null {
  if (fan === null) return null;
  return new FanLane(fan, clock, (level, ev, detail) =>
    report({ type: "report", level, ev, slot: null, why: null, detail }),
  );
}

export class FanLane {
  readonly #parts: FanParts;
  readonly #clock: Clock;
  readonly #tell: FanTell;
  #fan: Fan | null = null;
  #failing = false;
  #stopped = false;
  #look: Promise<void> = Promise.resolve();
  #cancel: () => void = () => {};

  constructor(parts: FanParts, clock: Clock, tell: FanTell) {
    this.#parts = parts;
    this.#clock = clock;
    this.#tell = tell;
  }

  start(): void {
    this.#look = this.#keep().finally(() => {
      if (!this.#stopped) this.#cancel = this.#clock.after(LOOK_EVERY_MS, () => this.start());
    });
  }

  /** The fan stays as it is: nobody is left to switch it on again. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#look;
    await this.#fan?.close();
  }

  /** Never rejects: a fan that fails is told of once, and mining goes on. */
  async #keep(): Promise<void> {
    const { open, tempC, limits } = this.#parts;
    try {
      this.#fan ??= await open();
      const [isOn, now] = [await this.#fan.isOn(), await tempC()];
      const wanted = wantsFan(isOn, now, limits);
      if (wanted !== isOn) {
        await this.#fan.set(wanted);
        this.#tell("info", wanted ? "fan.on" : "fan.off", {
          temp: now === null ? "unknown" : `${now.toFixed(1)} °C`,
        });
      }
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#tell("warn", "fan.failed", { error: messageOf(error) });
      this.#failing = true;
    }
  }
}
