// Which values of a level a back end keeps in variables, and which variable each gets. The others are used once, and are
// written where they are used.

import { at, type Flow, type Kind, uses } from "./flow.ts";

export interface Variables {
  /** The values that are kept, in the order in which they have to be worked out. */
  readonly kept: readonly number[];
  /** Place -> variable, 0..count - 1. A variable is used again when its value is dead. */
  readonly of: ReadonlyMap<number, number>;
  readonly count: number;
}

/**
 * `needsVariable` says for an operation whether the back end reads its arguments more than once; `alsoKept` are values that
 * are kept whatever their use.
 */
export function variablesOf(
  flow: Flow,
  level: number,
  needsVariable: (kind: Kind) => boolean,
  alsoKept: (place: number) => boolean,
): Variables {
  const counts = uses(flow);
  const places = flow.ops.flatMap((op, place) => (op.level === level ? [place] : []));
  const mine = places.filter((place) => at(flow, place).kind !== "const");
  const forced = new Set(flow.equal);
  for (const place of mine) {
    const { kind, args } = at(flow, place);
    if (needsVariable(kind)) for (const arg of args) forced.add(arg);
  }
  const kept = mine.filter(
    (place) => (counts[place] as number) > 1 || forced.has(place) || alsoKept(place),
  );

  // A value is read where the kept value is worked out into which its reader is written.
  const isKept = new Set(kept);
  const site = new Map<number, number>();
  const lastRead = new Map<number, number>();
  for (const place of flow.equal) lastRead.set(place, flow.ops.length);
  for (const place of [...mine].reverse()) {
    if (isKept.has(place) || !site.has(place)) site.set(place, place);
    const here = site.get(place) as number;
    for (const arg of at(flow, place).args) {
      lastRead.set(arg, Math.max(lastRead.get(arg) ?? 0, here));
      if (!isKept.has(arg)) site.set(arg, here);
    }
  }
  return { kept, ...allocate(kept, lastRead) };
}

function allocate(
  kept: readonly number[],
  lastRead: ReadonlyMap<number, number>,
): { of: Map<number, number>; count: number } {
  const of = new Map<number, number>();
  const free: number[] = [];
  let count = 0;
  let live: number[] = [];
  for (const place of kept) {
    // What is read here is not overwritten here: a second stream reads it after the first has written its result.
    live = live.filter((value) => {
      const isLive = (lastRead.get(value) ?? 0) >= place;
      if (!isLive) free.push(of.get(value) as number);
      return isLive;
    });
    of.set(place, free.pop() ?? count++);
    live.push(place);
  }
  return { of, count };
}
