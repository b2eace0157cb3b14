// Who sits in which slot: the number that a Zero's card gives itself, against the slot whose power line feeds it.
//
// Names on the network follow the card, not the slot: a card made for p2 is `ethpi2` wherever it is put. Whoever switches by that
// name cuts another Zero. Numbers: clusterctrl's composite gadget and udev rules (github burtyb/clusterhat-image @dd66f59).

import type { PortReading, PowerBoard } from "./board.ts";
import { type SlotId, slotId } from "./slots.ts";
import type { UsbDevice } from "./usb-device.ts";

export interface SlotIdentity extends PortReading {
  readonly slot: SlotId;
  /**
   * `unknown`: the port cannot be seen. `empty`: nothing there. `boot-rom`: a Zero that has power and has not booted (no card, or
   * it boots over USB). `zero`: its gadget is up. `other`: a device that is no Zero.
   */
  readonly kind: "unknown" | "empty" | "boot-rom" | "zero" | "other";
  /** The number that its card claims: 2 for a card made for p2. Null where it claims none. */
  readonly card: number | null;
  /** A sentence for people if the card is not this slot's. Refuse to cut such a slot: ask which Zero is meant. */
  readonly mismatch: string | null;
}

/** 0a5c:2763 "BCM2708 Boot" is a Zero or Zero W, 0a5c:2764 "BCM2710 Boot" a Zero 2 W. */
const BOOT_ROM_IDS = new Set(["0a5c:2763", "0a5c:2764"]);
const VENDOR = "3171:";
/** The address of the controller's side of a gadget; the last byte is the card's number. */
const HOST_MAC = /^00:22:82:ff:fe:([0-9a-f]{2})$/;
const CARD_MAX = 252;

/** Looks at every slot's port; touches no line and no hub. */
export async function identify(
  board: Pick<PowerBoard, "info" | "readPorts">,
): Promise<readonly SlotIdentity[]> {
  const ports = await board.readPorts();
  return board.info.slots.flatMap((slot, index) => {
    const port = ports[index];
    return port === undefined ? [] : [identityOf(slot, port)];
  });
}

/** What a port's reading says of its slot. */
export function identityOf(slot: SlotId, port: PortReading): SlotIdentity {
  const { usb, device } = port;
  if (device === null) {
    const kind = usb === "unknown" ? "unknown" : "empty";
    return { ...port, slot, kind, card: null, mismatch: null };
  }
  if (BOOT_ROM_IDS.has(device.id)) {
    return { ...port, slot, kind: "boot-rom", card: null, mismatch: null };
  }
  const claims = claimsOf(device);
  const isGadget = device.id.startsWith(VENDOR) || device.interface !== null;
  return {
    ...port,
    slot,
    kind: isGadget ? "zero" : "other",
    card: claims[0]?.card ?? null,
    mismatch: mismatchOf(slot, port.path, claims),
  };
}

interface Claim {
  readonly card: number;
  /** Where it stands: "its serial number is 2". */
  readonly from: string;
}

/** Every number that the device gives itself: they agree, unless its image was tampered with or copied. */
function claimsOf(device: UsbDevice): readonly Claim[] {
  const claims: Claim[] = [];
  const add = (digits: string | undefined, radix: number, from: string) => {
    const card = Number.parseInt(digits ?? "", radix);
    if (card >= 1 && card <= CARD_MAX) claims.push({ card, from });
  };
  if (device.id.startsWith(VENDOR) || device.interface !== null) {
    add(/^[1-9]\d{0,2}$/.exec(device.serial ?? "")?.[0], 10, `its serial is ${device.serial}`);
  }
  // ethpi2 boots from a card, ethupi2 over USB.
  add(/^ethu?pi(\d{1,3})$/.exec(device.interface ?? "")?.[1], 10, `it is ${device.interface}`);
  add(HOST_MAC.exec(device.mac ?? "")?.[1], 16, `its address is ${device.mac}`);
  return claims;
}

function mismatchOf(slot: SlotId, path: string | null, claims: readonly Claim[]): string | null {
  const foreign = claims.filter(({ card }) => slotId(card - 1) !== slot);
  const [first] = foreign;
  if (first === undefined) return null;
  const card = slotId(first.card - 1);
  const why = foreign.map(({ from }) => from).join(", ");
  return `the card in ${slot} was made for ${card} (${why}, at USB port ${path}): cutting ${slot} cuts the Zero that calls itself ${card}. Put each card in its own slot, or say that you mean the slot`;
}
