// The v1 driver over a program that answers as the vendor's pinctrl does, on a machine without GPIO files.

import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Line } from "../../hat/board.ts";
import { openGpioBoard } from "../../hat/gpio-board.ts";
import type { Subject } from "./subject.ts";

/**
 * Each line is a file: its mode, then its latch. `stuck` beside it holds its pin. Like the real one, it ends with 0 when it refuses
 * to set a line that is no output, and knows no drive on a Pi 0 to 4 (`--`).
 */
const PROGRAM = `#!/bin/sh
lines="$(dirname "$0")/../../lines"
echo "$*" >> "$lines/calls"
if [ -e "$lines/denied" ]; then echo "Must be root"; exit 255; fi
if [ -e "$lines/broken" ]; then echo "Failed to mmap gpiolib - Bad address"; exit 255; fi
if [ "$1" = get ]; then
  for n in $(echo "$2" | tr , ' '); do
    read -r mode latch < "$lines/$n"
    level=lo
    [ "$mode" = op ] && [ "$latch" = 1 ] && level=hi
    [ -e "$lines/$n.stuck" ] && read -r level < "$lines/$n.stuck"
    drive='  '
    [ "$mode" = op ] && drive=--
    printf '%2d: %2s %s %s | %s // GPIO%d = %s\\n' "$n" "$mode" "$drive" pd "$level" "$n" whatever
  done
  exit 0
fi
n=$2
read -r mode latch < "$lines/$n"
shift 2
for word; do
  case $word in
    op) mode=op ;;
    dh|dl)
      if [ "$mode" != op ]; then echo "Can't set pin value, not an output"; exit 0; fi
      [ "$word" = dh ] && latch=1 || latch=0 ;;
  esac
done
echo "$mode $latch" > "$lines/$n"
`;

export interface PinctrlTree {
  readonly root: string;
  /** What the program was asked, line by line. */
  calls(): readonly string[];
  get(bcm: number): string;
  put(bcm: number | string, text: string): void;
}

const POWER_BCM: readonly number[] = [6, 13, 19, 26];

export async function pinctrlTree(): Promise<PinctrlTree> {
  const root = await mkdtemp(join(tmpdir(), "hat-pinctrl-"));
  for (const directory of ["usr/bin", "lines"]) {
    await mkdir(join(root, directory), { recursive: true });
  }
  const program = join(root, "usr/bin/pinctrl");
  writeFileSync(program, PROGRAM);
  chmodSync(program, 0o755);
  const put = (name: number | string, text: string) => {
    writeFileSync(join(root, "lines", String(name)), `${text}\n`);
  };
  for (const bcm of [5, ...POWER_BCM]) put(bcm, "ip 0");
  return {
    root,
    calls: () => readFileSync(join(root, "lines/calls"), "utf8").trim().split("\n"),
    get: (bcm) => readFileSync(join(root, "lines", String(bcm)), "utf8").trim(),
    put,
  };
}

export async function pinctrlSubject(): Promise<Subject> {
  const { root, get, put } = await pinctrlTree();
  const bcmOf = (index: number) => POWER_BCM[index] ?? 0;
  const isStuck = new Set<number>();
  return {
    open: (options) =>
      openGpioBoard({
        revision: "v1.3",
        root,
        lockPath: join(root, "lock"),
        hold: options?.hold ?? false,
      }),
    pins: async () =>
      POWER_BCM.map((bcm): Line => (isStuck.has(bcm) || get(bcm) === "op 1" ? "on" : "off")),
    foreign: async (index, line) => put(bcmOf(index), `op ${line === "on" ? 1 : 0}`),
    losePower: async () => {
      for (const bcm of POWER_BCM) put(bcm, "ip 0");
    },
    stick: async (index, level) => {
      if (level === "high") isStuck.add(bcmOf(index));
      put(`${bcmOf(index)}.stuck`, level === "high" ? "hi" : "lo");
    },
    dispose: () => rm(root, { recursive: true }),
  };
}
