// Which of several boards a command means, and which of them are in their power-on state.

import type { BoardInfo, BoardReading, SwitchName } from "../board.ts";
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

/** A sentence for each board that drives none of its lines, of those that carry these slots. */
export function powerOnTexts(
  { parts }: BoardInfo,
  { slots: shown }: BoardReading,
  slots: readonly SlotId[],
): readonly string[] {
  return parts.flatMap((part) => {
    const its = shown.filter(({ slot }) => part.slots.includes(slot));
    const isMeant = its.some(({ slot }) => slots.includes(slot));
    // A v1 drives each line when it is switched for the first time: some may be left.
    if (!isMeant || its.some(({ driven }) => driven)) return [];
    return [
      `${part.description} is in its power-on state: it lost its supply, or was never set up`,
    ];
  });
}
