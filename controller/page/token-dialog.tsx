// Asks for the token when something is to be changed for the first time, and tries it before it is kept.

import { useState } from "preact/hooks";
import { asking } from "./access.ts";
import { readAccess } from "./api.ts";
import { textOf } from "./hold-fields.tsx";
import { Modal } from "./modal.tsx";
import { keepToken } from "./token.ts";

export function TokenDialog() {
  const answer = asking.value;
  return answer === null ? null : <Open answer={answer} />;
}

function Open({ answer }: { readonly answer: (given: boolean) => void }) {
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const go = async (form: FormData) => {
    setBusy(true);
    const tried = textOf(form, "token");
    const said = await readAccess(tried);
    setBusy(false);
    if (!said.ok) {
      setError(said.error);
      return;
    }
    keepToken(tried, form.has("keep"));
    answer(true);
  };
  return (
    <Modal
      title="The token, please"
      go="Use it"
      isBusy={busy}
      error={error}
      onGo={(form) => void go(form)}
      onClose={() => answer(false)}
    >
      <p>
        Changing anything takes the token of this controller: what is in the file that{" "}
        <code>[http] token_file</code> names. <code>zerorig demo</code> shows its own.
      </p>
      <label class="field">
        <span>Token</span>
        <input name="token" type="password" required autocomplete="off" spellcheck={false} />
      </label>
      <label class="check">
        <input type="checkbox" name="keep" />
        <span>Remember it in this browser (else until this tab is closed)</span>
      </label>
    </Modal>
  );
}
