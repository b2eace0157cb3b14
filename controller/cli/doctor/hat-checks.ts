// Checks of the board and of the way to it: what is fitted, the bus, the rights, the GPIO numbers.

import type { Survey } from "../../../hat/survey.ts";
import { type Finding, notApplicable, ok, problem, warning } from "./finding.ts";
import type { Machine } from "./machine.ts";

const SWITCH_I2C_ON = "sudo raspi-config nonint do_i2c 0, then reboot";

/** Which way the lines of the board are reached, as far as can be told. */
type Way = "i2c" | "gpio" | "usb" | "virtual" | "unknown";

export function wayOf(board: string, { revision }: Survey): Way {
  const named = board === "auto" ? (revision ?? "") : board;
  if (named.startsWith("virtual:")) return "virtual";
  if (named.startsWith("usb")) return "usb";
  if (/^v1(?:\.|$)/.test(named)) return "gpio";
  return /^v[23]/.test(named) ? "i2c" : "unknown";
}

export function checkBoard(board: string, seen: Survey): Finding {
  const { revision, hatError, spec, advice, hat } = seen;
  if (wayOf(board, seen) === "virtual") return notApplicable("board", `${board}: made of software`);
  const read = `${hat.directory}: ${hat.product === "" ? "nothing" : `${hat.product}, ${revision ?? "no ClusterHAT"}`}`;
  if (spec === null) {
    const words = advice.filter((sentence) => sentence !== "").join("; ");
    return problem("board", read, words || hatError || "`hatctl detect` shows what was looked for");
  }
  if (advice.length > 0) return warning("board", `${read}; usable as ${spec}`, advice.join("; "));
  return ok("board", `${read}; usable as ${spec}`);
}

export function checkBus(way: Way, { i2c }: Survey, machine: Machine): Finding {
  const device = i2c.device.slice(1);
  const answering = i2c.chips.filter(({ direction }) => direction !== null);
  const chips = answering.map(({ address }) => `0x${address.toString(16)}`).join(", ");
  if (way !== "i2c" && way !== "unknown") {
    return notApplicable("i2c", `the board is not on ${i2c.device}`);
  }
  if (!machine.exists(device)) {
    const read = `${i2c.device} is not there`;
    return way === "i2c"
      ? problem("i2c", read, SWITCH_I2C_ON)
      : warning("i2c", read, `for a HAT v2 or v3: ${SWITCH_I2C_ON}`);
  }
  if (answering.length > 0) return ok("i2c", `${i2c.device}: a chip answers at ${chips}`);
  const [first] = i2c.chips;
  const read = `${i2c.device}: ${first?.error ?? "nothing answers"}`;
  if (way === "unknown") return notApplicable("i2c", read);
  return problem("i2c", read, "seat the HAT and look at its address jumpers; `hatctl detect`");
}

/** The device that this way goes by, and the group that may open it. */
const DOORS = {
  i2c: { path: "dev/i2c-1", group: "i2c" },
  gpio: { path: "sys/class/gpio/export", group: "gpio" },
} as const;

export function checkRights(way: Way, machine: Machine): Finding {
  const { name, uid, groups } = machine.user;
  const who = `${name} (${groups.join(", ") || "no groups"})`;
  if (way !== "i2c" && way !== "gpio") return notApplicable("rights", `${who}; nothing to open`);
  const { path, group } = DOORS[way];
  const may = machine.mayUse(path);
  if (may === "yes") return ok("rights", `${who} may open /${path}`);
  if (may === "absent") return notApplicable("rights", `${who}; /${path} is not there`);
  const read = `${who} may not open /${path}`;
  // Who only asks how the service is doing needs no right of their own.
  if (uid !== 0 && machine.exists("usr/lib/systemd/system/zerorig.service")) {
    return warning("rights", read, `the service may; for you: sudo usermod -aG ${group} ${name}`);
  }
  return problem("rights", read, `sudo usermod -aG ${group} ${name}, then log in again`);
}

export function checkGpio(way: Way, { gpio }: Survey, machine: Machine): Finding {
  const header = gpio.chips.find(({ isHeader }) => isHeader);
  const kernel = machine.text("proc/sys/kernel/osrelease") ?? "of unknown version";
  if (header !== undefined) {
    return ok("gpio", `kernel ${kernel}: ${header.label} begins at line ${header.base}`);
  }
  const read = `kernel ${kernel}: no GPIO controller of a Pi in /sys/class/gpio`;
  if (way !== "gpio") return notApplicable("gpio", read);
  if (gpio.way === "pinctrl") return ok("gpio", `${read}; /usr/bin/pinctrl will do`);
  return problem("gpio", read, "sudo apt install raspi-utils, for /usr/bin/pinctrl");
}
