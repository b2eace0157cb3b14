// What board there is, for setup: looks only, and nothing that cannot be read is an error.

import { survey } from "../../../hat/survey.ts";

export interface Finding {
  /** What to write for [hat] board; null where nothing was found. */
  readonly spec: string | null;
  readonly slots: number | null;
  readonly text: string;
}

const HAT_SLOTS = 4;

/** A card's controller looks by itself. */
export const CARDS_FINDING: Finding = {
  spec: "auto",
  slots: null,
  text: "For cards: the controller looks for its board at each start, not this machine.",
};

export async function findHat(): Promise<Finding> {
  const { spec, revision, usbBoards, hatError } = await survey();
  if (spec === null) {
    const why = hatError === null ? "" : ` (${hatError})`;
    return { spec, slots: null, text: `No board was found${why}; \`hatctl detect\` says more.` };
  }
  const hat = revision === null ? 0 : HAT_SLOTS;
  const slots = hat + usbBoards.reduce((sum, board) => sum + board.slots, 0);
  return { spec, slots: slots || null, text: `Found: ${spec}` };
}
