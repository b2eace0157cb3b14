// What was requested of a Zero, and what is confirmed: two rows, for one is not the other.

import type { SlotStatus } from "../core/status.ts";
import { type Asked, asked } from "./asked.ts";
import { spanText, timeText } from "./text.ts";
import { now } from "./ticker.ts";
import { lineOf, nextWords, stateWords } from "./words.ts";

/** How far a request of this page has come. */
function progressText({ progress, error, at, since }: Asked, time: number): string {
  switch (progress) {
    case "sent":
      return "being sent";
    case "taken":
      return `you, ${spanText(time - at)} ago; not confirmed yet`;
    case "confirmed":
      return `you, at ${timeText(at, time)}; confirmed after ${spanText(since - at)}`;
    case "refused":
      return `refused: ${error ?? ""}`;
  }
}

/** What is wanted, where nobody asked just now. */
function standing({ wanted, hold }: SlotStatus): string {
  if (hold === null || hold.kind === "foreign") return wanted;
  const held = { cordon: "paused", drain: "drained", maintenance: "in maintenance" }[hold.kind];
  return `${wanted}, ${held}`;
}

export function Requested({ slot }: { readonly slot: SlotStatus }) {
  const own = asked.value[slot.slot];
  const line = lineOf(slot);
  const differs =
    own === undefined ? line !== slot.wanted && line !== "unread" : own.progress !== "confirmed";
  return (
    <>
      <dl class="requested" data-progress={own?.progress ?? "none"} data-differs={differs}>
        <div>
          <dt>Requested</dt>
          <dd>
            <b>{own?.act.wish ?? standing(slot)}</b>
            {own === undefined ? null : <small>{progressText(own, now.value)}</small>}
          </dd>
        </div>
        <div>
          <dt>Confirmed</dt>
          <dd>
            <b>{line === "unread" ? "not known" : `power ${line}`}</b>
            <small>{stateWords(slot).label.toLowerCase()}</small>
          </dd>
        </div>
        {slot.next === null ? null : (
          <div>
            <dt>Next</dt>
            <dd>{nextWords(slot)}</dd>
          </div>
        )}
      </dl>
      <Told own={own} slot={slot} />
    </>
  );
}

/** Progress is told to who cannot see it, once each. */
function Told({ own, slot }: { readonly own: Asked | undefined; readonly slot: SlotStatus }) {
  const words = { sent: "", taken: "requested", confirmed: "confirmed", refused: "refused" };
  const progress = own === undefined ? "" : words[own.progress];
  return (
    <p class="unseen" role="status">
      {progress === "" ? "" : `${slot.slot}: ${own?.act.wish} ${progress}`}
    </p>
  );
}
