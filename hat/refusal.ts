// What every driver refuses in the same words: slots and switches that the board does not have.

import type { BoardInfo, SwitchName } from "./board.ts";
import { HatError } from "./error.ts";
import type { SlotId } from "./slots.ts";

/** The error for a slot that is none of this board's. */
export function noSuchSlot(slot: SlotId, { slots }: BoardInfo): HatError {
  return new HatError(
    "no-slot",
    `there is no slot ${slot}: this board has ${slots[0]} to ${slots.at(-1)}`,
  );
}

/** The indexes of all parts, or of the one that is named. Throws `unsupported` where there is no such part. */
export function partsAmong({ parts }: BoardInfo, part: number | undefined): readonly number[] {
  if (part === undefined) return [...parts.keys()];
  if (parts[part] !== undefined) return [part];
  throw new HatError(
    "unsupported",
    `there is no board ${part} in this rig: they are 0 to ${parts.length - 1}`,
  );
}

/** The indexes of the parts that have the switch: of all, or of the one that is named. Throws `unsupported` where none has. */
export function partsWith(
  { parts }: BoardInfo,
  name: SwitchName,
  part: number | undefined,
): readonly number[] {
  const asked = part === undefined ? [...parts.keys()] : [part];
  const having = asked.filter((index) => parts[index]?.switches.includes(name) === true);
  if (having.length > 0) return having;
  const which = asked.map((index) => parts[index]?.description ?? `part ${index}`).join(", ");
  throw new HatError("unsupported", `${which} has no switch "${name}"`);
}
