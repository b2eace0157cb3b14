// The whole I2C driver, from the package's own calls down to chip models, as a board under the contract.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Line, PowerBoard } from "../../hat/board.ts";
import { type ExpanderRevision, powerBit, REGISTER } from "../../hat/expander.ts";
import { openExpanderBoard } from "../../hat/expander-board.ts";
import { openI2cBus } from "../../hat/i2c.ts";
import { Chip, type ChipModel } from "../../hat/virtual/chip.ts";
import { levelsOf } from "./chip-subject.ts";
import type { BusSubject } from "./subject.ts";
import { type Wire, wireTo } from "./wire.ts";

const FIRST_ADDRESS = 0x20;

export interface WiredHats extends BusSubject {
  readonly chips: readonly Chip[];
  readonly wire: Wire;
  open(options?: { readonly hold: boolean }): Promise<PowerBoard>;
}

/** HATs of these revisions at 0x20 and up, in their power-on state. */
export async function wiredHats(
  revisions: readonly ExpanderRevision[],
  model: ChipModel,
  options: { readonly pulls?: number; readonly onChange?: () => void } = {},
): Promise<WiredHats> {
  const directory = await mkdtemp(join(tmpdir(), "hat-wire-"));
  const chips = revisions.map(() => new Chip({ model, pulls: options.pulls ?? 0 }));
  const addresses = revisions.map((_, index) => FIRST_ADDRESS + index);
  const wire = wireTo(
    new Map(chips.map((chip, index) => [FIRST_ADDRESS + index, chip])),
    options.onChange,
  );
  return {
    chips,
    wire,
    open: async (open) =>
      openExpanderBoard({
        bus: await openI2cBus(1, async () => wire.module),
        chips: revisions.map((revision, index) => ({
          revision,
          address: addresses[index] ?? FIRST_ADDRESS,
        })),
        usb: { presence: async () => [], ports: async () => [] },
        supply: async () => null,
        lockPath: join(directory, "lock"),
        hold: open?.hold ?? false,
        descriptions: revisions.map((revision) => `wired ${revision}`),
        virtual: false,
      }),
    pins: async () => chips.flatMap(levelsOf),
    foreign: async (index, line) => foreignHand(chips, index, line),
    losePower: async () => {
      for (const chip of chips) chip.reset();
    },
    stick: async (index, level) => chips[index >> 2]?.stick(powerBit(index % 4), level),
    failTransfers: (count) =>
      wire.touch({ before: (number) => (number < count ? "nak" : undefined) }),
    dispose: () => rm(directory, { recursive: true }),
  };
}

/** What `clusterctrl` does: reads the latch, changes a bit, writes it. */
export function foreignHand(chips: readonly Chip[], index: number, line: Line): void {
  const chip = chips[index >> 2];
  const bit = powerBit(index % 4);
  const latch = chip?.read(REGISTER.output) ?? 0;
  chip?.write(REGISTER.output, line === "on" ? latch | bit : latch & ~bit);
}
