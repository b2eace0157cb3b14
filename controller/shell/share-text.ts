// The text of a log line that tells of a share: the one that miners know.

import type { EffectOf } from "../core/effect.ts";
import { shareLine } from "../pools/share-line.ts";
import type { Judged } from "./work-figures.ts";

/** undefined where it tells of no share. */
export function shareText(
  judged: Judged | null,
  ev: string,
  why: string | null,
  detail: EffectOf<"report">["detail"],
): string | undefined {
  const accepted = ev === "share.accepted";
  if (judged === null || (!accepted && ev !== "share.rejected")) return undefined;
  return shareLine(judged.worker, {
    accepted,
    block: detail["block"] === true,
    reason: why,
    acceptedInAll: judged.accepted,
    rejectedInAll: judged.rejected,
    elapsedMs: judged.elapsedMs,
    hashrateHs: Number(detail["hashrate_hs"]),
    difficulty: Number(detail["difficulty"]),
    pingMs: Number(detail["ping_ms"]),
  });
}
