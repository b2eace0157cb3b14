// The dialog before an act: it names the Zeros and says what will happen to them.

import { useState } from "preact/hooks";
import { type Act, MAINTENANCE, titleOf } from "./acts.ts";
import { askFor } from "./asked.ts";
import { actDialog } from "./dialogs.ts";
import { ForField, forMs, ReasonField, textOf } from "./hold-fields.tsx";
import { Modal } from "./modal.tsx";
import { rig } from "./stream.ts";

export function ActDialog() {
  const open = actDialog.value;
  if (open === null) return null;
  return <Open key={open.act.verb} act={open.act} names={open.slots} />;
}

function bodyOf(act: Act, form: FormData): Readonly<Record<string, unknown>> {
  const reason = textOf(form, "reason");
  return {
    ...(reason === "" ? {} : { reason }),
    ...(act.canCut && form.has("hard") ? { hard: true } : {}),
    ...(act.lasts ? { for_ms: forMs(form) } : {}),
  };
}

function Open({ act, names }: { readonly act: Act; readonly names: readonly string[] }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const slots = (rig.value?.status.is.slots ?? []).filter(({ slot }) => names.includes(slot));
  const close = () => {
    actDialog.value = null;
  };
  const go = async (form: FormData) => {
    setBusy(true);
    const chosen = act.verb === "cordon" && form.has("hands") ? MAINTENANCE : act;
    const answer = await askFor(chosen, slots, bodyOf(act, form));
    setBusy(false);
    if (answer === null) return;
    if (answer.ok) close();
    else setError(`Refused: ${answer.error}`);
  };
  return (
    <Modal
      title={titleOf(act, slots)}
      go={act.verb === "identify" ? "Blink" : act.label}
      isHarsh={act.isHarsh}
      isBusy={busy}
      error={error}
      onGo={(form) => void go(form)}
      onClose={close}
    >
      <ul class="says">
        {act.says(slots).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      {act.reason === "no" ? null : <ReasonField required={act.reason === "required"} />}
      {act.lasts ? <ForField /> : null}
      {act.verb === "cordon" ? (
        <label class="check">
          <input type="checkbox" name="hands" />
          <span>My hands are at the hardware: do not switch it on either (maintenance)</span>
        </label>
      ) : null}
      {act.canCut ? (
        <label class="check">
          <input type="checkbox" name="hard" />
          <span>Cut at once, without asking it to shut down first</span>
        </label>
      ) : null}
    </Modal>
  );
}
