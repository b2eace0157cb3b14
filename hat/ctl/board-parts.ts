// Which of several boards a command means.

import type { BoardInfo, SwitchName } from "../board.ts";
import { partsWith } from "../refusal.ts";
import type { SlotId } from "../slots.ts";

/** The parts that carry these slots and have the switch. Throws `unsupported` where one of those that are named has it not. */
export function partsCarrying(
  info: BoardInfo,
  name: SwitchName,
  slots: readonly SlotId[],
): readonly number[] {
  if (slots.length === info.slots.length) return partsWith(info, name, undefined);
  const carrying = [...info.parts.keys()].filter((index) =>
    info.parts[index]?.slots.some((slot) => slots.includes(slot)),
  );
  return carrying.flatMap((index) => partsWith(info, name, index));
}
