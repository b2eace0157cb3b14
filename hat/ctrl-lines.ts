// The power lines of one USB board: what they are, and what we last knew of them.

import type { CtrlTalk } from "./ctrl-link.ts";
import { CTRL_COMMAND, CTRL_REGISTER, powerOf } from "./ctrl-protocol.ts";
import { HatError } from "./error.ts";
import type { SlotId } from "./slots.ts";

/** What the first `setPower` writes to the register that nothing uses. Any value that is not 0, and no likely noise. */
const MARK = 0xa5;
/** Two answers in a row must agree; so many are asked for. */
const ASKS = 6;

/** A line of the board, counted from 0, and the slot that it is. */
export interface CtrlLine {
  readonly index: number;
  readonly slot: SlotId;
}

/** Lines that are looked at together. */
export interface LineGroup {
  readonly lines: readonly CtrlLine[];
  /** The levels that our own doing can have left; after a look there is one. Any other is a foreign change. */
  expected: (readonly boolean[])[];
}

/** What a look has found. */
export interface SeenLines {
  readonly driven: boolean;
  /** In the order of the group's lines. */
  readonly on: readonly boolean[];
}

export class CtrlLines {
  readonly groups: readonly LineGroup[];
  /** Whether the mark may be there, as `expected` of a group. */
  #driven: boolean[] = [];

  constructor(lines: readonly CtrlLine[], linesPerLook: number) {
    const groups = new Map<number, CtrlLine[]>();
    for (const line of lines) {
      const which = Math.floor(line.index / linesPerLook);
      groups.set(which, [...(groups.get(which) ?? []), line]);
    }
    this.groups = [...groups.values()].map((of) => ({ lines: of, expected: [] }));
  }

  /**
   * Asks for each line of a group. An answer as expected is taken; any other, and that for the line in `doubt`, only when it
   * comes twice in a row: another program's question may have come between ours and its answer.
   */
  async look(talk: CtrlTalk, group: LineGroup, doubt?: CtrlLine): Promise<SeenLines> {
    const on: boolean[] = [];
    for (const [at, line] of group.lines.entries()) {
      const [known, ...others] = new Set(group.expected.map((levels) => levels[at]));
      const presumed = line === doubt || others.length > 0 ? undefined : known;
      on.push(await askFor(talk, line, presumed));
    }
    // Last: a board that restarted meanwhile has lost it.
    const [mode] = await talk.read(CTRL_REGISTER.mode, 1);
    return { driven: mode === MARK, on };
  }

  /** Takes what was found as known, whatever was known before. */
  know(group: LineGroup, seen: SeenLines): void {
    group.expected = [seen.on];
    this.#driven = [seen.driven];
  }

  /** The same; throws `foreign-change` if our own doing cannot have left it so, and names the slots. */
  adopt(group: LineGroup, seen: SeenLines, consequence: string): void {
    const wasDriven = this.#driven;
    const differing = group.expected
      .map((levels) => group.lines.filter((_, at) => levels[at] !== seen.on[at]))
      .sort((a, b) => a.length - b.length);
    this.know(group, seen);
    if (!wasDriven.includes(seen.driven)) {
      throw new HatError(
        "foreign-change",
        seen.driven
          ? `another program has begun to drive the board since we last looked; ${consequence}`
          : "the board was restarted since we last looked: it lost its supply, or somebody reset it",
        undefined,
        this.groups.flatMap(({ lines }) => lines.map(({ slot }) => slot)),
      );
    }
    const [changed = []] = differing;
    if (changed.length === 0) return;
    const slots = changed.map(({ slot }) => slot);
    throw new HatError(
      "foreign-change",
      `another program switched ${slots.join(", ")} since we last looked; ${consequence}`,
      undefined,
      slots,
    );
  }

  /** Leaves the mark. Before the transfer it may be there: one that fails may still have got through. */
  async mark(talk: CtrlTalk): Promise<void> {
    this.#driven.push(true);
    await talk.write(CTRL_REGISTER.mode, MARK);
    this.#driven = [true];
  }

  /** To be called before a line is switched, for the same reason. */
  expect(group: LineGroup, line: CtrlLine, on: boolean): void {
    const [known = []] = group.expected;
    group.expected.push(known.map((level, at) => (group.lines[at] === line ? on : level)));
  }
}

async function askFor(
  talk: CtrlTalk,
  line: CtrlLine,
  presumed: boolean | undefined,
): Promise<boolean> {
  let last: boolean | null = null;
  for (let asked = 0; asked < ASKS; asked += 1) {
    const on = powerOf(await talk.ask({ code: CTRL_COMMAND.powerStatus, data0: line.index + 1 }));
    if (on !== null && (on === presumed || on === last)) return on;
    last = on;
  }
  throw new HatError(
    "bus",
    last === null
      ? `the board has no power line for ${line.slot} any more: is its HAT gone?`
      : `the answers for ${line.slot} differ from each other: another program (clusterctrl?) is asking the board at the same time`,
  );
}
