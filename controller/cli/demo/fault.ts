// The faults that a demo may be asked for: `[SLOT=]KIND[@20s][+DURATION]`.

import { InvalidArgumentError } from "commander";
import { isSlotId, type SlotId, slotId, slotIndex } from "../../../hat/slots.ts";
import { FAULT_KINDS, type FaultKind } from "../../../hat/virtual/fault.ts";
import { nearest } from "../../config/nearest.ts";
import { MAX_DURATION_MS, parseDuration } from "../duration.ts";
import { tooLong } from "../option.ts";

/** Faults that strike every Zero at once, so that a slot is not asked for. */
const RIG_WIDE: ReadonlySet<FaultKind> = new Set(["hub-loss"]);

/** Faults that strike once, or that only a power cut ends: they have no duration. */
const TIMELESS: ReadonlySet<FaultKind> = new Set(["kill", "crash", "no-boot", "brownout"]);

/** When nothing is said: most rigs of four mine by then. */
const DEFAULT_AT_MS = 20_000;

export interface PlannedFault {
  readonly kind: FaultKind;
  /** null for a fault of the whole rig. */
  readonly slot: SlotId | null;
  /** After the start of the controller. */
  readonly atMs: number;
  /** null: until the Zero is power cycled, or as long as the kind takes by itself. */
  readonly durationMs: number | null;
}

/** Reads one `--fault`. Throws commander's InvalidArgumentError that names what is valid. */
export function parseFault(text: string): PlannedFault {
  const words = /^(?:([^=@+]*)=)?([^=@+]*)(?:@([^=@+]*))?(?:\+([^=@+]*))?$/.exec(text);
  if (words === null) throw new InvalidArgumentError(`Expected ${FORM}.`);
  const [, slotText, kindText = "", atText, durationText] = words;
  const kind = parseKind(kindText);
  if (durationText !== undefined && TIMELESS.has(kind)) {
    throw new InvalidArgumentError(`${kind} has no duration; leave +${durationText} out.`);
  }
  return {
    kind,
    slot: parseSlot(slotText, kind),
    atMs: atText === undefined ? DEFAULT_AT_MS : parseTime(atText, "the time after @"),
    durationMs: durationText === undefined ? null : parseTime(durationText, "the duration after +"),
  };
}

/** As the user wrote it: `p3=hang@20s`. */
export function faultText({ slot, kind, atMs }: PlannedFault): string {
  return `${slot === null ? "" : `${slot}=`}${kind}@${atMs / 1000}s`;
}

/** Refuses a slot that the rig does not have. */
export function checkFaultSlots(faults: readonly PlannedFault[], zeros: number): void {
  for (const { slot } of faults) {
    if (slot !== null && slotIndex(slot) >= zeros) {
      const last = zeros === 1 ? "p1 alone" : `p1 to ${slotId(zeros - 1)}`;
      throw new InvalidArgumentError(
        `--fault names ${slot}, but this rig has ${last} (see --zeros).`,
      );
    }
  }
}

const FORM = "[SLOT=]KIND[@TIME][+DURATION], such as p3=hang@20s or hub-loss@30s+10s";

function parseKind(text: string): FaultKind {
  const kind = FAULT_KINDS.find((each) => each === text);
  if (kind !== undefined) return kind;
  const close = nearest(text, FAULT_KINDS);
  const hint = close === null ? "" : ` Did you mean ${close}?`;
  throw new InvalidArgumentError(
    `There is no fault "${text}".${hint} The kinds are ${FAULT_KINDS.join(", ")}.`,
  );
}

function parseSlot(text: string | undefined, kind: FaultKind): SlotId | null {
  if (RIG_WIDE.has(kind)) {
    if (text === undefined || isSlotId(text)) return null;
  } else if (text === undefined) {
    throw new InvalidArgumentError(`${kind} strikes one Zero; name its slot: p1=${kind}.`);
  }
  if (text !== undefined && isSlotId(text)) return text;
  throw new InvalidArgumentError(`"${text}" is no slot; slots are p1, p2, ...`);
}

function parseTime(text: string, what: string): number {
  const value = parseDuration(text);
  if (value !== null && value > MAX_DURATION_MS) throw new InvalidArgumentError(tooLong(text));
  if (value !== null) return value;
  throw new InvalidArgumentError(`"${text}", ${what}, is no duration such as 20s or 1m30s.`);
}
