// The rig's events in words, the newest first.

import { useState } from "preact/hooks";
import { KIND_WORDS } from "./events.ts";
import { timeText } from "./text.ts";
import { now } from "./ticker.ts";
import { marks } from "./timeline.ts";

const FEW = 6;
const MANY = 100;

export function EventList() {
  const [all, setAll] = useState(false);
  const shown = marks.value.slice(0, all ? MANY : FEW);
  if (shown.length === 0) return <p class="quiet">Nothing has happened in this time.</p>;
  return (
    <>
      <ol class="events" aria-label="Events">
        {shown.map(({ at, kind, text }) => (
          <li key={`${at} ${text}`} data-kind={kind}>
            <time dateTime={new Date(at).toISOString()}>{timeText(at, now.value)}</time>
            <span class="kind">{KIND_WORDS[kind]}</span>
            <span>{text}</span>
          </li>
        ))}
      </ol>
      {marks.value.length > FEW ? (
        <button type="button" class="link" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show all ${Math.min(MANY, marks.value.length)}`}
        </button>
      ) : null}
    </>
  );
}
