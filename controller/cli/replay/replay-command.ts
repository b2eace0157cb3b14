// `zerorig replay FILE`: makes recorded decisions again and shows them, and where they come out otherwise.

import { encode } from "../../shell/record-format.ts";
import { CliError } from "../error.ts";
import { EXIT } from "../exit-codes.ts";
import { type Filter, isEventShown, isInTime, shownEffects, slotOf } from "./filter.ts";
import { recordingFiles } from "./recording.ts";
import { type Replayed, replay, type SegmentBegun } from "./replay.ts";
import { Tally } from "./summary.ts";
import {
  decisionText,
  differenceText,
  eventText,
  harmless,
  segmentText,
  slotsConcerned,
  summaryText,
  timeText,
} from "./words.ts";

export interface ReplayOptions extends Filter {
  readonly json: boolean;
}

/** `| head` has seen enough. */
function onBrokenPipe(): void {
  process.exit(EXIT.failed);
}

/** Prints the replay. Resolves with 0 when every decision came out the same, with 1 when one did not. */
export function printReplay(path: string, options: ReplayOptions): number {
  process.stdout.off("error", onBrokenPipe).on("error", onBrokenPipe);
  const tally = new Tally();
  const files = recordingFiles(path);
  const lines = options.json ? jsonLines(options) : textLines(options);
  const print = (line: string) => process.stdout.write(`${line}\n`);
  for (const item of replay(files)) {
    if (item.type === "step") refuseMissing(options.slot, item);
    tally.add(item);
    for (const line of lines(item)) print(options.json ? line : harmless(line));
  }
  const summary = tally.summary(ZERORIG_VERSION);
  print(options.json ? encode({ summary }) : harmless(summaryText(summary)));
  return summary.differences === 0 ? EXIT.done : EXIT.failed;
}

/** A slot that the recorded rig has not would show nothing, and look like peace. */
function refuseMissing(slot: string | null, { place, before: { slots } }: Replayed): void {
  if (slot === null || slots.some(({ id }) => id === slot)) return;
  const had = slots.map(({ id }) => id).join(", ");
  throw new CliError("notFound", `there is no ${slot} in ${place.file}: it has ${had}`);
}

type Lines = (item: SegmentBegun | Replayed) => string[];

/** Gives the wall clock of each step, by that of its segment's header. */
function wallClock(): (item: SegmentBegun | Replayed) => number {
  let offset = 0;
  return (item) => {
    if (item.type === "step") return offset + item.event.now;
    offset = Date.parse(item.header.at) - item.header.now;
    return offset + item.header.now;
  };
}

function textLines(filter: Filter): Lines {
  const wallOf = wallClock();
  return (item) => {
    const wallMs = wallOf(item);
    if (item.type === "segment") return segmentText(item);
    const { event, before, difference } = item;
    const at = timeText(wallMs, event.now - before.startedAt);
    const shown = isInTime(item, filter, wallMs);
    return [
      ...(shown && isEventShown(item, filter) ? [eventText(at, event)] : []),
      ...(shown ? shownEffects(item, filter) : []).map((effect) =>
        decisionText(at, { ...effect }, slotOf(effect, before), event),
      ),
      ...(difference === null ? [] : differenceText(at, item, difference)),
    ];
  };
}

function jsonLines(filter: Filter): Lines {
  const wallOf = wallClock();
  return (item) => {
    const wallMs = wallOf(item);
    if (item.type === "segment") {
      const { state: _, ...header } = item.header;
      return [
        encode({ segment: { file: item.file, ...header, torn: item.torn, differs: item.differs } }),
      ];
    }
    const { event, before, difference, place } = item;
    const head = {
      at: new Date(wallMs).toISOString(),
      at_ms: event.now - before.startedAt,
      ...place,
      event,
    };
    const effects = isInTime(item, filter, wallMs) ? shownEffects(item, filter) : [];
    const shown =
      effects.length > 0 || (isInTime(item, filter, wallMs) && isEventShown(item, filter));
    if (difference === null) return shown ? [encode({ ...head, effects })] : [];
    const named = slotsConcerned(item, difference);
    const slots = before.slots.filter(({ id }) => named.includes(id));
    return [
      ...(shown ? [encode({ ...head, effects })] : []),
      encode({ difference: { ...head, ...difference, before: slots } }),
    ];
  };
}
