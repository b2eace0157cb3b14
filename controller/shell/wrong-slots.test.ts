import { expect, it } from "vitest";
import { identityOf } from "../../hat/identity.ts";
import { type SlotId, slotId } from "../../hat/slots.ts";
import { wrongSlots } from "./wrong-slots.ts";

/** The rig with these cards in its slots; null for one that tells nothing. */
const rig = (...cards: (number | null)[]) =>
  cards.map((card, index) =>
    identityOf(slotId(index), {
      path: `1-1.${index + 1}`,
      usb: card === null ? "absent" : "present",
      device:
        card === null
          ? null
          : { id: "3171:0021", serial: String(card), product: null, interface: null, mac: null },
    }),
  );

it.each<[(number | null)[], SlotId[]]>([
  [[1, 2, 3, 4], []],
  [[null, null, null, null], []],
  [
    [2, 1, 3, 4],
    ["p1", "p2"],
  ],
  // p3's card sits in p1, and p3 is empty: p3's silence is not p3's line's.
  [
    [3, 2, null, 4],
    ["p1", "p3"],
  ],
  // A card of no slot of this rig.
  [[9, 2, 3, 4], ["p1"]],
])("cards %j concern %j", (cards, slots) => {
  expect(wrongSlots(rig(...cards))).toEqual(slots);
});
