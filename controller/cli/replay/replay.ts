// Steps a recording through today's decision core: each event from the recorded state on, and what was decided then and now.

import type { Effect } from "../../core/effect.ts";
import type { Event } from "../../core/event.ts";
import { NOTHING_REMEMBERED } from "../../core/memory.ts";
import { DEFAULT_POLICY } from "../../core/policy.ts";
import { initialState, type RigState } from "../../core/state.ts";
import { step } from "../../core/step.ts";
import { messageOf } from "../../shell/error.ts";
import type { RecordHeader } from "../../shell/record-format.ts";
import { compareDecisions, completed, type Difference, differingPaths } from "./compare.ts";
import { badRecord, entriesOf, type Place, readSegment, type Segment } from "./recording.ts";

/** A segment begins. `differs`: where the state that was derived up to here is not the one that was recorded here. */
export interface SegmentBegun {
  readonly type: "segment";
  readonly file: string;
  readonly header: RecordHeader;
  readonly differs: readonly string[];
  readonly torn: boolean;
}

export interface Replayed {
  readonly type: "step";
  readonly place: Place;
  readonly event: Event;
  readonly effects: readonly Effect[];
  readonly before: RigState;
  readonly difference: Difference | null;
}

/** The recorded state; what the core of today has besides begins as in a rig that has just started. */
function startState({ state }: RecordHeader): RigState {
  const slots = state.slots.map(({ id }) => id);
  const policy = { ...DEFAULT_POLICY, ...state.policy };
  const shape = { slots, hostWorkers: state.hosts.length };
  return completed(state, initialState(shape, policy, NOTHING_REMEMBERED, state.startedAt));
}

interface Ended {
  readonly header: RecordHeader;
  readonly state: RigState;
}

function segmentBegun({ file, header, torn }: Segment, last: Ended | null): SegmentBegun {
  const follows = last?.header.run === header.run && last.header.segment + 1 === header.segment;
  const differs = follows ? differingPaths(header.state, last?.state) : [];
  return { type: "segment", file, header, differs, torn };
}

function guarded<T>(place: Place, what: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw badRecord(place, `${what}: ${messageOf(error)}`, error);
  }
}

/** Replays files in order. Throws a CliError for one that cannot be replayed, after all that could be before it. */
export function* replay(files: readonly string[]): Generator<SegmentBegun | Replayed> {
  let last: Ended | null = null;
  for (const file of files) {
    const segment = readSegment(file);
    yield segmentBegun(segment, last);
    const { header } = segment;
    const begin = { file, line: 1 };
    let state = guarded(begin, "the core cannot take this state", () => startState(header));
    for (const { place, entry } of entriesOf(segment)) {
      const { event, decided } = entry;
      const before = state;
      const next = guarded(place, "the core cannot take this event", () => step(before, event));
      state = next.state;
      const { effects } = next;
      const difference = compareDecisions(decided, effects);
      yield { type: "step", place, event, effects, before, difference };
    }
    last = { header, state };
  }
}
