// The buttons of a Zero. Each opens its dialog first; where nothing may be changed they are grey, and say why.

import type { SlotStatus } from "../core/status.ts";
import { lockedWhy } from "./access.ts";
import { type Act, actsOf } from "./acts.ts";
import { actDialog } from "./dialogs.ts";

interface ActButtonProps {
  readonly act: Act;
  readonly slots: readonly string[];
  readonly of: string;
}

export function ActButton({ act, slots, of }: ActButtonProps) {
  const why = lockedWhy.value;
  return (
    <button
      type="button"
      class="button"
      // Still in reach of the keyboard, so that everybody can find out why it does nothing.
      aria-disabled={why !== null}
      aria-label={`${act.label} ${of}`}
      title={why ?? undefined}
      data-verb={act.verb}
      onClick={() => {
        if (why === null) actDialog.value = { act, slots };
      }}
    >
      {act.label}
    </button>
  );
}

export function CardActs({ slot }: { readonly slot: SlotStatus }) {
  return (
    <fieldset class="acts" aria-label={`What can be done to ${slot.slot}`}>
      {actsOf(slot).map((act) => (
        <ActButton key={act.verb} act={act} slots={[slot.slot]} of={slot.slot} />
      ))}
    </fieldset>
  );
}
