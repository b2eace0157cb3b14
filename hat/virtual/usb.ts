// The USB ports of a virtual ClusterHAT, as sysfs would show them.

import type { PortReading, UsbPresence } from "../board.ts";
import type { ExpanderChip } from "../chip-driver.ts";
import { portOrderOf, portPaths, type UsbPorts } from "../usb-ports.ts";
import type { UsbSnapshot } from "./hat.ts";

const LINES_PER_HUB = 4;

/** Ports by snapshots of the board; the hub of the first HAT is at `1-1.2`, the next at `1-1.3`. */
export function virtualUsbPorts(
  snapshot: () => Promise<UsbSnapshot>,
  chips: readonly ExpanderChip[],
): UsbPorts {
  const paths = chips.flatMap(({ revision }, index) =>
    portPaths(`1-1.${index + 2}`, portOrderOf(revision)),
  );
  return {
    presence: async () => presenceOf(await snapshot()),
    async ports() {
      const usb = await snapshot();
      return presenceOf(usb).map((presence, index): PortReading => {
        const card = usb.cards[index] ?? index + 1;
        return {
          path: presence === "unknown" ? null : (paths[index] ?? null),
          usb: presence,
          device: presence === "present" ? gadgetOf(card) : null,
        };
      });
    },
  };
}

function presenceOf({ hubs, ports }: UsbSnapshot): readonly UsbPresence[] {
  return ports.map((present, index) => {
    if (hubs[Math.floor(index / LINES_PER_HUB)] !== true) return "unknown";
    return present ? "present" : "absent";
  });
}

/** What a Zero with the vendor's image shows. */
function gadgetOf(card: number) {
  return {
    id: "3171:0021",
    serial: String(card),
    product: "ClusterCTRL",
    interface: `ethpi${card}`,
    mac: `00:22:82:ff:fe:${card.toString(16).padStart(2, "0")}`,
  };
}
