// All Zeros, a card each, and what can be done to several of them at once.

import { BULK_ACTS } from "./acts.ts";
import { Card } from "./card.tsx";
import { ActButton } from "./card-acts.tsx";
import { selected } from "./dialogs.ts";
import type { Rig } from "./rig.ts";
import { counted } from "./text.ts";

export function Zeros({ rig: { slots, status } }: { readonly rig: Rig }) {
  const chosen = slots.map(({ is }) => is.slot).filter((slot) => selected.value.has(slot));
  const all = chosen.length === slots.length;
  return (
    <section aria-labelledby="zeros">
      <header class="head">
        <h2 id="zeros">Zeros</h2>
        <button
          type="button"
          class="link"
          onClick={() => {
            selected.value = new Set(all ? [] : slots.map(({ is }) => is.slot));
          }}
        >
          {all ? "Choose none" : "Choose all"}
        </button>
      </header>
      <div class="cards">
        {slots.map((told) => (
          <Card key={told.is.slot} told={told} work={status.is.work?.[told.is.slot]} />
        ))}
      </div>
      {chosen.length === 0 ? null : (
        <fieldset class="bulk" aria-label="What can be done to the chosen Zeros">
          <p role="status">{counted(chosen.length, "Zero")} chosen</p>
          {BULK_ACTS.map((act) => (
            <ActButton key={act.verb} act={act} slots={chosen} of="the chosen Zeros" />
          ))}
        </fieldset>
      )}
    </section>
  );
}
