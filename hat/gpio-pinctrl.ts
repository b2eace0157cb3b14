// GPIO lines by the vendor's `pinctrl` command, for kernels without the GPIO files: it writes the chip's registers directly.
//
// Its output and its refusals: github raspberrypi/utils, pinctrl/pinctrl.c @0442f12. It ends with 0 even where it refused to set a
// line, so a level counts only when it was read.

import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Line } from "./board.ts";
import { HatError } from "./error.ts";
import type { GpioHeader, Level } from "./gpio-header.ts";

const TIMEOUT_MS = 5000;
/** ` 6: op dh pd | hi // GPIO6 = output`; the drive only for outputs, `--` for what the chip cannot tell. */
const LINE = /^\s*(\d+):\s+(\S+)\s[^|]*\|\s+(hi|lo|--)\s/;

interface Pin {
  /** `ip`, `op`, `no`, or `a0` to `a8` for a function of the chip. */
  readonly mode: string;
  readonly high: boolean;
}

/** The program, where it may be run; null where it is not. */
export async function findPinctrl(root: string): Promise<string | null> {
  const program = join(root, "usr/bin/pinctrl");
  return await access(program, constants.X_OK).then(
    () => program,
    () => null,
  );
}

/** Lines through the program. Never a shell. */
export function pinctrlHeader(program: string): GpioHeader {
  const look = async (bcm: readonly number[]): Promise<readonly Pin[]> => {
    const text = await run(program, ["get", bcm.join(",")]);
    const pins = new Map(text.split("\n").flatMap(pinOf));
    return bcm.map((number) => {
      const pin = pins.get(number);
      if (pin !== undefined) return pin;
      throw new HatError(
        "bus",
        `${program} shows no level of GPIO ${number}, only "${text.trim().split("\n").join("; ")}": is this a Raspberry Pi?`,
      );
    });
  };
  return {
    description: "pinctrl",
    levels: async (bcm) => (await look(bcm)).map(levelOf),
    async drive(bcm, line) {
      const [pin] = await look([bcm]);
      const level = line === "on" ? "dh" : "dl";
      if (pin?.mode === "op") {
        // Without `op`: it would write the function again. It is refused should the line be no output any more.
        await run(program, ["set", String(bcm), level]);
        return;
      }
      if (pin === undefined || /^a\d$/.test(pin.mode)) {
        throw new HatError(
          "bus",
          `GPIO ${bcm} does another duty (pinctrl says ${pin?.mode}), so it cannot switch a Zero: look for a dtoverlay that uses it in config.txt`,
        );
      }
      await run(program, ["set", String(bcm), "op", level]);
    },
  };
}

function pinOf(text: string): readonly (readonly [number, Pin])[] {
  const found = LINE.exec(text);
  if (found === null || found[3] === "--") return [];
  return [[Number(found[1]), { mode: found[2] ?? "", high: found[3] === "hi" }]];
}

function levelOf({ mode, high }: Pin): Level {
  const driven = mode === "op";
  const line: Line = driven && high ? "on" : "off";
  return { driven, line };
}

async function run(program: string, args: readonly string[]): Promise<string> {
  try {
    return (await promisify(execFile)(program, args, { timeout: TIMEOUT_MS })).stdout;
  } catch (error) {
    throw programError(error, program);
  }
}

/** It complains on stdout. */
function programError(error: unknown, program: string): HatError {
  const { stdout = "", message = String(error) } = error as { stdout?: string; message?: string };
  const words = stdout.trim() === "" ? message : stdout.trim();
  if (/must be root/i.test(words)) {
    return new HatError(
      "permission",
      `${program} may not open /dev/gpiomem: add this user to the group gpio (\`sudo usermod -aG gpio $USER\`, then log in again) or run as root`,
      error,
    );
  }
  return new HatError("bus", `${program} failed (${words}): try \`pinctrl get 6\``, error);
}
