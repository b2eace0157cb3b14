// What a Stratum server without a rig keeps of its workers, and says of them.

import type { MinersReport } from "../pools/stratum-server/report.ts";
import type { OwnPast } from "../stats/own-past.ts";

type Note = (ev: string, detail: Readonly<Record<string, string>>) => void;

/** Null where nothing is kept. The database loads only here. Throws a ControllerError. */
export async function openKept(dir: string | undefined, note: Note): Promise<OwnPast | null> {
  if (dir === undefined) return null;
  const { openOwnPast } = await import("../stats/own-past.ts");
  const past = await openOwnPast(dir);
  if (past.setAside !== null) note("stats.set-aside", { file: past.setAside });
  return past;
}

/** Of each worker that ever handed in anything: for programs, and for people. */
export function workerLines({ workers }: MinersReport) {
  return workers
    .filter(({ accepted, rejected }) => accepted + rejected > 0)
    .map(({ worker, since, accepted, rejected, forwarded, blocks, best_difficulty }) => {
      const best = best_difficulty === null ? "-" : Number(best_difficulty.toPrecision(3));
      return {
        value: {
          ...{ worker, since, accepted, rejected },
          ...{ forwarded_accepted: forwarded.accepted, forwarded_rejected: forwarded.rejected },
          ...{ blocks, best_difficulty },
        },
        text:
          `${worker}: accepted ${accepted}, rejected ${rejected}, blocks ${blocks}, ` +
          `best difficulty ${best}, since ${since?.slice(0, 10)}`,
      };
    });
}
