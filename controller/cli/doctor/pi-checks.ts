// Checks of the computer itself: its clock, its supply and heat, its card and disk, its Node.

import { join } from "node:path";
import { isClockSet } from "../../shell/clock-set.ts";
import { type Finding, notApplicable, ok, problem, warning } from "./finding.ts";
import type { Machine } from "./machine.ts";

export function checkClock(machine: Machine): Finding {
  const { root, wall } = machine;
  const signs = {
    files: ["run/systemd/timesync/synchronized", "run/zerorig-clock-set"].map((path) =>
      join(root, path),
    ),
    rtcDir: join(root, "sys/class/rtc"),
  };
  const read = `${wall.toISOString()}, ${Intl.DateTimeFormat().resolvedOptions().timeZone}`;
  if (isClockSet(wall, signs)) return ok("clock", `${read}: set`);
  return warning(
    "clock",
    `${read}: nobody vouches for it`,
    "schedules hold what was last known until it is set: timedatectl set-ntp true, and see docs/schedules.md for other clocks",
  );
}

const THROTTLED = "sys/devices/platform/soc/soc:firmware/get_throttled";
const SINCE_BOOT_SHIFT = 16;
const BITS = [
  "under-voltage",
  "frequency capped",
  "throttled",
  "at its soft temperature limit",
] as const;
const UNDER_VOLTAGE = 1;

/** The bits of `vcgencmd get_throttled`: 0 to 3 now, 16 to 19 since the start. */
export function throttleWords(word: number): { readonly now: string[]; readonly past: string[] } {
  const named = (bits: number) => BITS.filter((_, bit) => (bits & (1 << bit)) !== 0);
  return { now: named(word), past: named(word >>> SINCE_BOOT_SHIFT) };
}

export function checkThrottling(machine: Machine): Finding {
  const word = Number.parseInt(machine.text(THROTTLED) ?? "", 16);
  if (Number.isNaN(word)) return notApplicable("throttling", `/${THROTTLED} is not there: no Pi's`);
  const { now, past } = throttleWords(word);
  const read = `0x${word.toString(16)}: now ${now.join(", ") || "nothing"}; since the start ${past.join(", ") || "nothing"}`;
  const supply =
    "a stronger supply (5.1 V, 3 A for a Pi 3 with 4 Zeros) and a shorter, thicker cable";
  if ((word & UNDER_VOLTAGE) !== 0) return problem("throttling", read, supply);
  if (now.length > 0) return problem("throttling", read, "cool it: a heat sink, a fan, more air");
  if (past.includes("under-voltage")) return warning("throttling", read, supply);
  if (past.length > 0)
    return warning("throttling", read, "it was hot: a heat sink, a fan, more air");
  return ok("throttling", read);
}

const MB = 1_000_000;
const SPACE_LOW_BYTES = 100 * MB;
const SPACE_SHORT_BYTES = 500 * MB;
const FILES_LOW = 1000;

export function checkSpace(machine: Machine, stateDir: string): Finding {
  const space = machine.space(stateDir);
  if (space === null) return notApplicable("disk", `${stateDir}: how full it is cannot be read`);
  const { freeBytes, totalBytes, freeFiles } = space;
  const mb = (bytes: number) => `${Math.round(bytes / MB)} MB`;
  const read = `${stateDir}: ${mb(freeBytes)} of ${mb(totalBytes)} free`;
  const todo = "sudo journalctl --vacuum-size=50M, sudo apt clean, or a larger card";
  if (freeBytes < SPACE_LOW_BYTES) return problem("disk", read, todo);
  // File systems that make them as they need them say 0.
  if (freeFiles > 0 && freeFiles < FILES_LOW) {
    return problem("disk", `${read}, ${freeFiles} more files fit`, todo);
  }
  return freeBytes < SPACE_SHORT_BYTES ? warning("disk", read, todo) : ok("disk", read);
}

/** What the kernel tells of a card that goes bad: errors of the file system, a root that became read-only, wear. */
export function checkCard(machine: Machine): Finding {
  const todo = "copy what you need now, and take a new card: this one is going";
  const errors = machine.names("sys/fs/ext4").flatMap((device) => {
    const count = Number(machine.text(`sys/fs/ext4/${device}/errors_count`) ?? 0);
    return count > 0 ? [`${device}: ${count} errors of the file system`] : [];
  });
  const rootMount = (machine.text("proc/mounts") ?? "")
    .split("\n")
    .map((line) => line.split(" "))
    .findLast(([, place]) => place === "/");
  const options = rootMount?.[3]?.split(",") ?? [];
  const type = rootMount?.[2] ?? "";
  const isReadOnly = options.includes("ro") && !/^(?:squashfs|overlay|erofs)$/.test(type);
  const cards = machine.names("sys/block").filter((name) => /^mmcblk\d+$/.test(name));
  const worn = cards.flatMap((card) => wearOf(machine, card));
  const names = cards.map((card) => {
    const [name, date] = ["name", "date"].map((file) =>
      machine.text(`sys/block/${card}/device/${file}`),
    );
    return `${card} ${name ?? "?"} of ${date ?? "?"}`;
  });
  const read = [...errors, ...(isReadOnly ? ["/ is mounted read-only"] : []), ...worn, ...names];
  if (errors.length > 0 || isReadOnly) return problem("card", read.join("; "), todo);
  if (worn.length > 0) return warning("card", read.join("; "), todo);
  if (rootMount === undefined) return notApplicable("card", "/proc/mounts names no root");
  return ok(
    "card",
    [...read, `/ is ${type}, writable or meant not to be, without errors`].join("; "),
  );
}

/** eMMC alone tells: tenths of its life that are gone (11: all). */
function wearOf(machine: Machine, card: string): string[] {
  const text = machine.text(`sys/block/${card}/device/life_time`) ?? "";
  const worst = Math.max(0, ...text.split(/\s+/).map((part) => Number.parseInt(part, 16) || 0));
  const WORN_TENTHS = 8;
  return worst >= WORN_TENTHS
    ? [`${card}: ${Math.min(100, worst * 10)} % of its life is gone`]
    : [];
}

const NODE_MIN = [20, 19] as const;

export function checkNode({ nodeVersion }: Machine): Finding {
  const [major = 0, minor = 0] = nodeVersion.split(".").map(Number);
  const isNewEnough = major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1]);
  const read = `Node ${nodeVersion}, ${process.arch}`;
  if (isNewEnough) return ok("node", read);
  return problem("node", read, `Node ${NODE_MIN.join(".")} or newer`);
}

export async function checkDatabase(machine: Machine): Promise<Finding> {
  const why = await machine.sqliteFault();
  if (why === null) return ok("sqlite", "better-sqlite3 opens a database");
  return problem("sqlite", why, "npm rebuild better-sqlite3, with g++, make and python3 installed");
}
