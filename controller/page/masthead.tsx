// The head of the page: which rig this is, whether what is shown is live, who may change it, and its colours.

import { computed } from "@preact/signals";
import { boardText } from "../cli/words.ts";
import { lockedWhy } from "./access.ts";
import { Choice } from "./choice.tsx";
import { type RigAct, rigDialog } from "./dialogs.ts";
import { heardAt, live, rig } from "./stream.ts";
import { capital, spanText, timeText } from "./text.ts";
import { THEMES, theme } from "./theme.ts";
import { now } from "./ticker.ts";

/** How old the newest word is; null while it is live. */
export const staleMs = computed(() =>
  live.value || rig.value === null ? null : Math.max(0, now.value - heardAt.value),
);

export function Masthead() {
  const status = rig.value?.status.is;
  return (
    <header class="masthead">
      <div class="name">
        <h1>zerorig</h1>
        <p>{status === undefined ? "" : boardText(status)}</p>
      </div>
      <Live />
      <div class="tools">
        {status !== undefined && status.pause === null && status.automation === null ? (
          <RigButton act="pause" label="Pause automation" />
        ) : null}
        <RigButton act="override" label="Limit power" />
        <Choice
          name="theme"
          legend="Colours"
          options={THEMES}
          value={theme.value}
          words={capital}
          onChoose={(option) => {
            theme.value = option;
          }}
        />
      </div>
    </header>
  );
}

interface RigButtonProps {
  readonly act: RigAct;
  readonly label: string;
}

function RigButton({ act, label }: RigButtonProps) {
  const why = lockedWhy.value;
  return (
    <button
      type="button"
      class="button"
      aria-disabled={why !== null}
      title={why ?? undefined}
      onClick={() => {
        if (why === null) rigDialog.value = act;
      }}
    >
      {label}
    </button>
  );
}

function Live() {
  const age = staleMs.value;
  return (
    <p class="live" data-live={live.value}>
      <span class="dot" aria-hidden="true" />
      {live.value ? "Live" : age === null ? "Connecting" : "Not connected"}
      {lockedWhy.value !== null && live.value ? <small>{lockedWhy.value}</small> : null}
    </p>
  );
}

/** What stands over everything while the controller is silent. */
export function StaleBar() {
  const age = staleMs.value;
  if (age === null) return null;
  return (
    <p class="stalebar" role="alert">
      <b>No word from the controller for {spanText(age)}.</b> What you see is from{" "}
      {timeText(heardAt.value, now.value)}. Trying again.
    </p>
  );
}
