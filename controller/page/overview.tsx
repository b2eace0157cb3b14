// The rig over time: its hash rate, with what happened over it, and the same in words.

import { Choice } from "./choice.tsx";
import { EventList } from "./event-list.tsx";
import { MarkKey, Marks } from "./marks.tsx";
import { RANGE_WORDS, RANGES, range } from "./range.ts";
import { RateChart } from "./rate-chart.tsx";

export function Overview() {
  return (
    <section class="panel" aria-labelledby="overview">
      <header class="head">
        <h2 id="overview">Hash rate and events</h2>
        <Choice
          name="range"
          legend="Time on all charts"
          options={RANGES}
          value={range.value}
          words={(option) => (option === "1h" ? "1 hour" : RANGE_WORDS[option])}
          onChoose={(option) => {
            range.value = option;
          }}
        />
      </header>
      <div class="timeline">
        <Marks />
        <RateChart of="rig" height={200} axes={true} />
      </div>
      <MarkKey />
      <EventList />
    </section>
  );
}
