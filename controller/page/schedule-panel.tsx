// The schedule: the coming week as it will be, and its windows to change.

import { useState } from "preact/hooks";
import type { Interval } from "../shell/coming-week.ts";
import { lockedWhy } from "./access.ts";
import { week, windows } from "./schedule.ts";
import { ScheduleEditor } from "./schedule-editor.tsx";
import { daysOf, type Stretch } from "./schedule-week.ts";
import { dayText, minuteText } from "./text.ts";
import { now } from "./ticker.ts";

export function SchedulePanel() {
  const [editing, setEditing] = useState(false);
  const known = windows.value;
  if (known === null) return null;
  const why = lockedWhy.value;
  return (
    <section class="panel" aria-labelledby="schedule">
      <header class="head">
        <h2 id="schedule">Power limit this week</h2>
        {editing ? null : (
          <button
            type="button"
            class="button"
            aria-disabled={why !== null}
            title={why ?? undefined}
            onClick={() => setEditing(why === null)}
          >
            Change
          </button>
        )}
      </header>
      {week.value === null && known.windows.length > 0 ? (
        <p>The clock of the controller is not set, so what is due when is not known.</p>
      ) : null}
      {week.value === null ? null : <Week intervals={week.value} />}
      <p class="quiet">
        {known.windows.length === 0 ? "No windows. " : ""}
        {known.source === "file" ? "As the file says." : "Set by hand, in place of the file's."}
      </p>
      {editing ? <ScheduleEditor known={known} onEnd={() => setEditing(false)} /> : null}
    </section>
  );
}

function limitText({ watts }: Interval): string {
  return watts === null ? "no limit" : `${watts} W`;
}

function stretchText(stretch: Stretch): string {
  const { from, until, rule } = stretch.interval;
  const by = rule === null ? "" : ` by ${rule}`;
  const start = stretch.start === 0 ? "00:00" : minuteText(Date.parse(from));
  const end = stretch.end === 1 ? "24:00" : minuteText(Date.parse(until));
  return `${start} to ${end}: ${limitText(stretch.interval)}${by}`;
}

function Week({ intervals }: { readonly intervals: readonly Interval[] }) {
  const most = Math.max(1, ...intervals.map(({ watts }) => watts ?? 0));
  const days = daysOf(intervals, now.value);
  const [today] = days;
  const passed = today === undefined ? 0 : (now.value - today.at) / 86_400_000;
  return (
    <div class="week">
      <div class="hours quiet" aria-hidden="true">
        {["00", "06", "12", "18", "24"].map((hour) => (
          <span key={hour}>{hour}</span>
        ))}
      </div>
      {days.map(({ at, stretches }, index) => (
        <div class="day" key={at}>
          <h3>{dayText(at)}</h3>
          <ol>
            {stretches.map((stretch) => (
              <li
                key={stretch.start}
                title={stretchText(stretch)}
                style={{
                  left: `${stretch.start * 100}%`,
                  width: `${(stretch.end - stretch.start) * 100}%`,
                  "--share": `${8 + ((stretch.interval.watts ?? 0) / most) * 32}%`,
                }}
              >
                <span aria-hidden="true">{limitText(stretch.interval)}</span>
                <span class="unseen">{stretchText(stretch)}</span>
              </li>
            ))}
          </ol>
          {index === 0 ? <i aria-hidden="true" style={{ "--passed": passed }} /> : null}
        </div>
      ))}
    </div>
  );
}
