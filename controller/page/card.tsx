// The card of one Zero: its state with the evidence, what was requested and what is confirmed, its figures, and its buttons.

import type { SlotStatus, WorkFigures } from "../core/status.ts";
import { CardActs } from "./card-acts.tsx";
import { CardFigures } from "./card-figures.tsx";
import { selected, toggle } from "./dialogs.ts";
import { RANGE_WORDS, range } from "./range.ts";
import { RateChart } from "./rate-chart.tsx";
import { Requested } from "./requested.tsx";
import { ageNow, type Told } from "./rig.ts";
import { live } from "./stream.ts";
import { capital, rateParts, spanText, timeText } from "./text.ts";
import { now } from "./ticker.ts";
import { marks } from "./timeline.ts";
import { evidenceParts, heardText, isStale, stateWords, whyWords } from "./words.ts";

interface CardProps {
  readonly told: Told<SlotStatus>;
  readonly work: WorkFigures | undefined;
}

export function Card({ told, work }: CardProps) {
  const { is: slot } = told;
  const { label, tone } = stateWords(slot);
  const stale = isStale(slot);
  const id = `card-${slot.slot}`;
  return (
    <article
      class={stale ? "card stale" : "card"}
      data-slot={slot.slot}
      data-tone={tone}
      aria-labelledby={id}
    >
      <header>
        <input
          type="checkbox"
          aria-label={`Choose ${slot.slot}`}
          checked={selected.value.has(slot.slot)}
          onChange={() => toggle(slot.slot)}
        />
        <h3 id={id}>{slot.slot}</h3>
        <p class="state">
          <span class="dot" aria-hidden="true" />
          <b>{label}</b>
        </p>
        <Age told={told} />
      </header>
      <p class="why">{capital(whyWords(slot))}.</p>
      <LastAsked slot={slot} />
      <Hold slot={slot} />
      <ul class="evidence" aria-label="Evidence">
        {evidenceParts(slot).map((part) => (
          <li key={part.split(" ")[0]}>{part}</li>
        ))}
      </ul>
      <Requested slot={slot} />
      {stale ? (
        <p class="old">
          {heardText(slot) === "never"
            ? "Not heard since the controller started."
            : `Not heard now: the figures below are from ${heardText(slot)}.`}
        </p>
      ) : null}
      <Rate slot={slot} />
      <CardFigures slot={slot} told={told.at} work={work} />
      <CardActs slot={slot} />
    </article>
  );
}

/** How long it has been in this state; it stands still while nobody tells. */
function Age({ told: { is, at } }: { readonly told: Told<SlotStatus> }) {
  const until = live.value ? now.value : at;
  return <span class="age">for {spanText(ageNow(is.for_ms, at, until))}</span>;
}

/** Why it is off, where a person asked for that: who looks next wants to know. */
function LastAsked({ slot: { slot, state } }: { readonly slot: SlotStatus }) {
  const mark = marks.value.find((one) => one.slot === slot && one.kind === "person");
  if (state !== "Off" || mark === undefined) return null;
  return (
    <p class="quiet">
      {mark.text}, at {timeText(mark.at, now.value)}.
    </p>
  );
}

function Hold({ slot: { hold } }: { readonly slot: SlotStatus }) {
  if (hold === null) return null;
  const left = hold.left_ms === null ? "until somebody ends it" : `${spanText(hold.left_ms)} left`;
  return (
    <p class="hold">
      {capital(hold.kind)}: {hold.reason || "no reason given"}, {left}.
    </p>
  );
}

function Rate({ slot }: { readonly slot: SlotStatus }) {
  const [value, unit] = rateParts(slot.hashrate_hs);
  return (
    <div class="rate">
      <p>
        <span class="big">
          {value} <small>{unit}</small>
        </span>
        <span class="quiet">last {RANGE_WORDS[range.value]}</span>
      </p>
      <RateChart of={slot.slot} height={64} axes={false} />
    </div>
  );
}
