// A share in the one line that miners know: `|p1| Accepted 12/12 (100%) · 3.1s · 240 kH/s · diff 7 k · ping 41ms`.

/** What is told of a share when its verdict came. */
export interface ShareFacts {
  readonly accepted: boolean;
  /** The share also won a block bonus. */
  readonly block: boolean;
  /** The pool's own words on a rejected share. */
  readonly reason: string | null;
  /** Of this worker in this run, the share among them. */
  readonly acceptedInAll: number;
  readonly rejectedInAll: number;
  /** How long it was searched for. */
  readonly elapsedMs: number;
  readonly hashrateHs: number;
  readonly difficulty: number;
  readonly pingMs: number;
}

/** 7500 -> "7.5 k", 240000 -> "240 k". */
function metric(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} M`;
  if (value >= 1000) return `${Number((value / 1000).toPrecision(3))} k`;
  return `${Math.round(value)} `;
}

export function shareLine(worker: string, share: ShareFacts): string {
  const { acceptedInAll, rejectedInAll, elapsedMs, hashrateHs, difficulty, pingMs } = share;
  const all = acceptedInAll + rejectedInAll;
  const percent = Math.floor((100 * acceptedInAll) / all);
  const why = share.reason === null ? "" : `: ${share.reason}`;
  const word = share.accepted ? (share.block ? "Block found" : "Accepted") : "Rejected";
  const facts = [
    `${word} ${acceptedInAll}/${all} (${percent}%)${why}`,
    `${(elapsedMs / 1000).toFixed(1)}s`,
    `${metric(hashrateHs)}H/s`,
    `diff ${metric(difficulty).trimEnd()}`,
    `ping ${Math.round(pingMs)}ms`,
  ];
  return `|${worker}| ${facts.join(" · ")}`;
}
