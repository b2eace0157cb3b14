// The rig's events as marks over its chart: the same times, a place for each.

import { KIND_WORDS, KINDS } from "./events.ts";
import { bounds } from "./rates.ts";
import { timeText } from "./text.ts";
import { marks } from "./timeline.ts";

/** The list below says the same in words, so this is for the eye alone. */
export function Marks() {
  const [from, to] = bounds.value.map((seconds) => seconds * 1000) as [number, number];
  // This browser's clock may be a little behind the controller's.
  const shown = marks.value.filter(({ at }) => at >= from && at <= to + 60_000);
  return (
    <div class="marks" aria-hidden="true">
      {shown.toReversed().map(({ at, kind, text }) => (
        <span
          key={`${at} ${text}`}
          class="mark"
          data-kind={kind}
          style={{ left: `${Math.min(100, ((at - from) / (to - from)) * 100)}%` }}
          title={`${timeText(at, to)}  ${text}`}
        />
      ))}
    </div>
  );
}

export function MarkKey() {
  return (
    <ul class="key" aria-label="Marks over the chart">
      {KINDS.map((kind) => (
        <li key={kind} data-kind={kind}>
          {KIND_WORDS[kind]}
        </li>
      ))}
    </ul>
  );
}
