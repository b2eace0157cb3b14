// The dialogs of acts on the whole rig: automation's pause, and a ceiling by hand.

import { useState } from "preact/hooks";
import { needToken } from "./access.ts";
import { change } from "./api.ts";
import { type RigAct, rigDialog } from "./dialogs.ts";
import { ForField, forMs, ReasonField, textOf } from "./hold-fields.tsx";
import { Modal } from "./modal.tsx";

interface Words {
  readonly title: string;
  readonly go: string;
  readonly says: readonly string[];
  readonly reason: boolean;
}

const WORDS: Readonly<Record<RigAct, Words>> = {
  pause: {
    title: "Pause automation?",
    go: "Pause automation",
    says: [
      "The Zeros mine on. Automation switches no power: nothing is fenced, started or shut down by itself.",
      "Heat and a failing supply still switch off, and so do you.",
    ],
    reason: true,
  },
  resume: {
    title: "Resume automation?",
    go: "Resume automation",
    says: ["Automation fences, starts and sheds Zeros again, beginning with what is due now."],
    reason: false,
  },
  override: {
    title: "Set a power limit by hand?",
    go: "Set the limit",
    says: [
      "It holds in place of the schedules and of a number from outside, until it ends.",
      "Zeros for which there is no room are shut down, the newest first; they start again when there is.",
    ],
    reason: true,
  },
  "end-override": {
    title: "End the power limit by hand?",
    go: "End it",
    says: ["The schedules and the number from outside count again."],
    reason: false,
  },
};

export function RigDialog() {
  const act = rigDialog.value;
  return act === null ? null : <Open key={act} act={act} />;
}

function bodyOf(act: RigAct, form: FormData): Readonly<Record<string, unknown>> {
  const reason = textOf(form, "reason");
  const why = reason === "" ? {} : { reason };
  if (act === "pause") return { ...why, for_ms: forMs(form) };
  if (act === "override")
    return { ...why, for_ms: forMs(form), watts: Number(textOf(form, "watts")) };
  return why;
}

function Open({ act }: { readonly act: RigAct }) {
  const { title, go, says, reason } = WORDS[act];
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const close = () => {
    rigDialog.value = null;
  };
  const send = async (form: FormData) => {
    if (!(await needToken())) return;
    setBusy(true);
    const answer = await change("POST", `/api/v1/rig/${act}`, bodyOf(act, form));
    setBusy(false);
    if (answer.ok) close();
    else setError(`Refused: ${answer.error}`);
  };
  return (
    <Modal
      title={title}
      go={go}
      isBusy={busy}
      error={error}
      onGo={(form) => void send(form)}
      onClose={close}
    >
      <ul class="says">
        {says.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      {act === "override" ? (
        <label class="field">
          <span>Limit in watts</span>
          <input name="watts" type="number" min="0" max="1000" step="0.1" required />
        </label>
      ) : null}
      {act === "pause" || act === "override" ? <ForField mustEnd={act === "override"} /> : null}
      <ReasonField required={reason} />
    </Modal>
  );
}
