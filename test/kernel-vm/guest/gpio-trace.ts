// Every write to a GPIO line, as the kernel itself tells of it: none is too short to be seen.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const INSTANCE = "/sys/kernel/tracing/instances/hat";

export interface GpioWrite {
  readonly line: number;
  /** A level driven, or the line let go. */
  readonly to: "0" | "1" | "in";
}

/** Starts to listen; forgets what was heard before. */
export function traceGpio(): void {
  mkdirSync(INSTANCE, { recursive: true });
  writeFileSync(join(INSTANCE, "events/gpio/enable"), "1");
  writeFileSync(join(INSTANCE, "trace"), "");
}

/** Every write since then, in order, also those that changed no level. */
export function gpioWrites(): readonly GpioWrite[] {
  const text = readFileSync(join(INSTANCE, "trace"), "utf8");
  if (/CPU:\d+ \[LOST/.test(text)) throw new Error("the trace has gaps");
  const writes: GpioWrite[] = [];
  for (const line of text.split("\n")) {
    const value = /gpio_value: (\d+) set (\d)/.exec(line);
    if (value) writes.push({ line: Number(value[1]), to: value[2] === "1" ? "1" : "0" });
    const direction = /gpio_direction: (\d+)\s+in /.exec(line);
    if (direction) writes.push({ line: Number(direction[1]), to: "in" });
  }
  return writes;
}
