// A dialog of the browser's own: it keeps the focus inside, closes on Escape, and gives the focus back.

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

interface ModalProps {
  readonly title: string;
  /** On the button that goes ahead. */
  readonly go: string;
  readonly isHarsh?: boolean;
  readonly isBusy?: boolean;
  /** What went wrong with the last try. */
  readonly error?: string | null;
  readonly onGo: (form: FormData) => void;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

export function Modal(props: ModalProps) {
  const { title, go, isHarsh, isBusy, error, onGo, onClose, children } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onGo(new FormData(event.currentTarget));
        }}
      >
        <h2 id={id}>{title}</h2>
        {children}
        {error ? (
          <p class="error" role="alert">
            {error}
          </p>
        ) : null}
        <div class="ends">
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" class={isHarsh ? "button harsh" : "button main"} disabled={isBusy}>
            {go}
          </button>
        </div>
      </form>
    </dialog>
  );
}
