// Opens one USB board that was found.

import { type CtrlBoard, ctrlBoard } from "./ctrl-board.ts";
import { type CtrlLine, CtrlLines } from "./ctrl-lines.ts";
import { CtrlLink, type CtrlLinkOptions } from "./ctrl-link.ts";
import { readCtrlPaths } from "./ctrl-paths.ts";
import { CTRL_REGISTER } from "./ctrl-protocol.ts";
import { slotId } from "./slots.ts";
import type { SupplySource } from "./supply.ts";
import { portsAtPaths } from "./usb-ports.ts";
import { Writer } from "./writer.ts";

export interface OpenCtrlOptions extends CtrlLinkOptions {
  /** Keep the lock until close, as the controller does. Otherwise it is taken for each write. */
  readonly hold: boolean;
  /** The zero-based index of the first slot, where other boards come before this one. */
  readonly firstSlot?: number;
  /** What stands before /sys: for tests. */
  readonly root: string;
  readonly supply: SupplySource;
  /** The orders of the other boards that are plugged in. */
  readonly otherOrders: () => Promise<readonly number[]>;
  readonly virtual: boolean;
}

const LINES_PER_HAT = 4;

/** Looks at each line once. Changes none. Rejects with `bus`, `no-board`, `unknown-board`, `locked`, or what the bus reports. */
export async function openCtrlBoard(options: OpenCtrlOptions): Promise<CtrlBoard> {
  const { kind, usbPath, firstSlot = 0 } = options;
  const link = new CtrlLink(options);
  const { there, paths } = await link.talk(async (talk) => {
    const [hats = 0] = kind.carriesHats ? await talk.read(CTRL_REGISTER.hats, 1) : [];
    const there = Array.from(
      { length: kind.slotCount },
      (_, index): CtrlLine => ({ index, slot: slotId(firstSlot + index) }),
    ).filter(({ index }) => !kind.carriesHats || hats & (1 << Math.floor(index / LINES_PER_HAT)));
    return { there, paths: await readCtrlPaths(talk, usbPath, there) };
  });
  const lines = new CtrlLines(there, kind.linesPerLook);
  for (const group of lines.groups) {
    lines.know(group, await link.talk((talk) => lines.look(talk, group)));
  }
  const writer = new Writer(options.lockPath);
  if (options.hold) await writer.hold();
  const usb = portsAtPaths(
    // While the board itself is away, nobody can tell what is behind it.
    async (devices) => (devices.includes(usbPath) ? paths : paths.map(() => null)),
    options.root,
  );
  return ctrlBoard({ ...options, link, lines, writer, usb });
}
