// Checks of what the Zeros hang on: their USB networks, their names, the ports that they dial.

import type { SlotId } from "../../../hat/slots.ts";
import { type Finding, notApplicable, ok, problem, warning } from "./finding.ts";
import type { Machine } from "./machine.ts";

const GADGET = /^ethu?pi(\d+)$/;

export interface GadgetLink {
  readonly name: string;
  readonly slot: SlotId;
  readonly isUp: boolean;
}

/** The network interfaces that running Zeros make here. */
export function gadgetLinks(machine: Machine): readonly GadgetLink[] {
  return machine.names("sys/class/net").flatMap((name) => {
    const number = GADGET.exec(name)?.[1];
    if (number === undefined) return [];
    const state = machine.text(`sys/class/net/${name}/operstate`);
    // Gadget drivers often say "unknown" of a link that is up.
    const isUp = state === "up" || state === "unknown";
    return [{ name, slot: `p${Number(number)}` as SlotId, isUp }];
  });
}

export function checkLinks(links: readonly GadgetLink[]): Finding {
  if (links.length === 0) {
    return notApplicable("links", "no ethpiN: no Zero is up on USB, or its image makes no network");
  }
  const read = links.map(({ name, isUp }) => `${name} ${isUp ? "up" : "down"}`).join(", ");
  const down = links.filter(({ isUp }) => !isUp).map(({ name }) => name);
  if (down.length === 0) return ok("links", read);
  return warning(
    "links",
    read,
    `sudo ip link set ${down[0]} up; is the bridge (br0, cnat) set up?`,
  );
}

/** Whether each Zero that is up is found by its name. */
export async function checkNames(links: readonly GadgetLink[], machine: Machine): Promise<Finding> {
  const slots = links.filter(({ isUp }) => isUp).map(({ slot }) => slot);
  if (slots.length === 0) return notApplicable("names", "no Zero is up on USB");
  const found = await Promise.all(
    slots.map(async (slot) => ({ slot, address: await machine.address(`${slot}.local`) })),
  );
  const read = found
    .map(({ slot, address }) => `${slot}.local ${address ?? "not found"}`)
    .join(", ");
  if (found.every(({ address }) => address !== null)) return ok("names", read);
  const todo =
    "names are a convenience (ssh pi@p1.local); on the Zero and here: sudo apt install avahi-daemon libnss-mdns";
  return warning("names", read, todo);
}

const LISTENS = "0A";

/** The inode of the socket that listens on a TCP port here; null where none does. */
function listenerOn(machine: Machine, port: number): string | null {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  for (const table of ["proc/net/tcp", "proc/net/tcp6"]) {
    for (const line of (machine.text(table) ?? "").split("\n").slice(1)) {
      const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
      if (state === LISTENS && local.endsWith(`:${hex}`)) return inode;
    }
  }
  return null;
}

export interface NamedPort {
  /** The key that sets it: `[link] port`. */
  readonly key: string;
  readonly port: number;
}

/** Whether the ports that the controller wants are its own, or free. */
export function checkPorts(
  wanted: readonly NamedPort[],
  isRunning: boolean,
  machine: Machine,
): Finding {
  const fixed = wanted.filter(({ port }) => port !== 0);
  if (fixed.length === 0) return notApplicable("ports", "any free port will do");
  const state = fixed.map((each) => ({
    ...each,
    isTaken: listenerOn(machine, each.port) !== null,
  }));
  const read = state
    .map(({ key, port, isTaken }) => `${key} ${port} ${isTaken ? "in use" : "free"}`)
    .join(", ");
  const wrong = state.filter(({ isTaken }) => isTaken !== isRunning);
  if (wrong.length === 0) return ok("ports", `${read}${isRunning ? " by the controller" : ""}`);
  const [{ key, port } = { key: "", port: 0 }] = wrong;
  if (isRunning) {
    return warning("ports", `${read}, although a controller runs`, `another file's? See ${key}`);
  }
  return problem("ports", read, `sudo ss -ltnp 'sport = :${port}' names who has it; or set ${key}`);
}
