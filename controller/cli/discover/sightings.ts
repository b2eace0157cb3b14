// What was seen of machines on the gadget network, and what it comes to: one row for each slot, and for each stranger. PURE.

import { isSlotId, type SlotId } from "../../../hat/slots.ts";
import type { KeysStatus } from "../../agents/keys-status.ts";

export interface Host {
  readonly address: string;
  readonly mac: string | null;
}

export interface Name {
  readonly name: string;
  readonly address: string;
}

/** A USB device of a Zero. */
export interface Gadget {
  /** Vendor and product: `3171:0021`. */
  readonly id: string;
  readonly serial: string | null;
  readonly interface: string | null;
}

export interface Sightings {
  readonly hosts: readonly Host[];
  readonly names: readonly Name[];
  readonly gadgets: readonly Gadget[];
  /** What the controller knows; null where none answers. */
  readonly keys: KeysStatus | null;
  /** This machine's own addresses. */
  readonly own: readonly string[];
}

export interface Row {
  readonly slot: SlotId | null;
  readonly address: string | null;
  readonly name: string | null;
  readonly what: string;
  /** Null where no controller says. */
  readonly enrolled: boolean | null;
  readonly linked: boolean | null;
  readonly next: string | null;
}

/** The vendor's numbers: a Zero's own side, and a Pi's boot ROM that waits for a system. */
const ZERO_MAC = /^00:22:82:ff:ff:([0-9a-f]{2})$/;
export const GADGET_VENDOR = "3171";
export const BOOT_ROMS: ReadonlySet<string> = new Set(["0a5c:2763", "0a5c:2764"]);
/** As the vendor's images and ours have it: 172.19.181.N is pN. */
const GADGET_ADDRESS = /^172\.19\.181\.(\d+)$/;
const CONTROLLER_HOST = 254;

function slotOf(number: number): SlotId | null {
  const id = `p${number}`;
  return isSlotId(id) ? id : null;
}

function slotOfHost({ address, mac }: Host): SlotId | null {
  const byMac = ZERO_MAC.exec(mac ?? "")?.[1];
  if (byMac !== undefined) return slotOf(Number.parseInt(byMac, 16));
  return slotOf(Number(GADGET_ADDRESS.exec(address)?.[1] ?? 0));
}

function slotOfGadget({ serial, interface: name }: Gadget): SlotId | null {
  const number = /^ethu?pi(\d+)$/.exec(name ?? "")?.[1] ?? /^\d+$/.exec(serial ?? "")?.[0];
  return number === undefined ? null : slotOf(Number(number));
}

/** Everything that is known of one slot. */
interface Seen {
  readonly slot: SlotId;
  readonly host: Host | null;
  readonly name: Name | null;
  readonly gadget: Gadget | null;
  readonly key: KeysStatus["slots"][number] | null;
  readonly refused: KeysStatus["refused"][number] | null;
}

/** The rows of the table: slots by number, then who is no Zero of ours. */
export function rowsOf(sightings: Sightings): readonly Row[] {
  const { hosts, names, gadgets, keys, own } = sightings;
  const slots = new Set<SlotId>([
    ...(keys?.slots.map(({ slot }) => slot) ?? []),
    ...hosts.flatMap((host) => slotOfHost(host) ?? []),
    ...gadgets.flatMap((gadget) => slotOfGadget(gadget) ?? []),
    ...names.flatMap(({ name }) => slotOfName(name) ?? []),
    ...(keys?.refused.map(({ slot }) => slot).filter(isSlotId) ?? []),
  ]);
  const sorted = [...slots].sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
  const ours = sorted.map((slot) =>
    slotRow(sightings, {
      slot,
      host: hosts.find((host) => slotOfHost(host) === slot) ?? null,
      name: names.find(({ name }) => slotOfName(name) === slot) ?? null,
      gadget: gadgets.find((gadget) => slotOfGadget(gadget) === slot) ?? null,
      key: keys?.slots.find((each) => each.slot === slot) ?? null,
      refused: keys?.refused.findLast((each) => each.slot === slot) ?? null,
    }),
  );
  const others = hosts.filter((host) => slotOfHost(host) === null && !own.includes(host.address));
  const roms = gadgets.filter(({ id }) => BOOT_ROMS.has(id));
  return [...ours, ...others.map((host) => strangerRow(host, names)), ...roms.map(() => ROM_ROW)];
}

function slotOfName(name: string): SlotId | null {
  return slotOf(Number(/^p(\d+)\.local$/.exec(name)?.[1] ?? 0));
}

function slotRow({ keys }: Sightings, seen: Seen): Row {
  const { slot, host, name, gadget, key, refused } = seen;
  const [what, next] = verdict(seen);
  return {
    slot,
    address: host?.address ?? name?.address ?? refused?.peer ?? null,
    name: name?.name ?? null,
    what: gadget === null ? what : `${what}; ${gadget.interface ?? "USB"}`,
    enrolled: keys === null ? null : (key?.enrolled ?? false),
    linked: keys === null ? null : (key?.linked ?? false),
    next,
  };
}

/** What it is, and what to do about it. */
function verdict({
  slot,
  host,
  name,
  gadget,
  key,
  refused,
}: Seen): readonly [what: string, next: string | null] {
  if (key?.linked === true) return ["Zero with our agent, linked", null];
  if (refused !== null) {
    const how = `zerorig enroll ${slot}${key?.enrolled === true ? " --replace" : ""}`;
    return key?.enrolled === true
      ? ["Zero whose agent has another key than the controller", how]
      : ["Zero whose agent is not enrolled", how];
  }
  if (host === null && name === null && gadget === null) {
    return ["nothing seen", `zerorig why ${slot}`];
  }
  if (host === null && name === null)
    return ["Zero on USB, not on the network", "look at its address"];
  return key?.enrolled === false
    ? ["answers, no agent seen", `zerorig enroll ${slot}`]
    : ["answers, no agent seen", "start zero-agent on it"];
}

function strangerRow({ address }: Host, names: readonly Name[]): Row {
  const name = names.find((each) => each.address === address)?.name ?? null;
  const number = Number(GADGET_ADDRESS.exec(address)?.[1] ?? 0);
  const what = number === CONTROLLER_HOST ? "a controller" : "no Zero of ours";
  return { slot: null, address, name, what, enrolled: null, linked: null, next: null };
}

const ROM_ROW: Row = {
  slot: null,
  address: null,
  name: null,
  what: "a Pi's boot ROM on USB: no system on its card",
  enrolled: null,
  linked: null,
  next: "give it a card, or a netboot folder",
};
