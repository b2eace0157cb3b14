// Two that would listen on the same port: one alone can.

import { type Conflict, collector } from "./conflict.ts";
import type { Settings } from "./keys.ts";

/** Something that listens, and the key that says on which port. */
interface Door {
  readonly section: string;
  readonly name: string;
  /** null where it is shut; 0 takes any free port. */
  readonly listen: string | null;
  readonly port: number;
}

const ANY_ADDRESS: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

/** In the order in which they are opened. */
function doorsOf({ link, http, proxy, miners, solo }: Settings): readonly Door[] {
  const notify = solo.notify_port;
  return [
    { section: "link", name: "port", ...link },
    { section: "http", name: "port", ...http },
    { section: "proxy", name: "port", ...proxy },
    { section: "miners", name: "port", ...miners },
    {
      section: "solo",
      name: "notify_port",
      listen: notify === null ? null : solo.notify_listen,
      port: notify ?? 0,
    },
  ];
}

/** Whether both can listen: not on one port, or on different addresses, none of which stands for all. */
function areApart(a: Door, b: Door): boolean {
  if (a.listen === null || b.listen === null || a.port === 0 || a.port !== b.port) return true;
  return a.listen !== b.listen && ![a.listen, b.listen].some((each) => ANY_ADDRESS.has(each));
}

export function portConflicts(settings: Settings): readonly Conflict[] {
  const { found, check } = collector();
  const doors = doorsOf(settings);
  for (const [index, door] of doors.entries()) {
    for (const other of doors.slice(0, index)) {
      check(
        areApart(door, other),
        [
          [door.section, door.name],
          [other.section, other.name],
        ],
        `\`${door.name}\` in [${door.section}] and \`${other.name}\` in [${other.section}] are both ${door.port}, where one alone can listen`,
      );
    }
  }
  return found;
}
