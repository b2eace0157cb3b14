// The windows of the schedule as fields: times and days where that is all they say, cron expressions where it is not.

import { useSignal } from "@preact/signals";
import { useState } from "preact/hooks";
import type { ListedWindow } from "../config/window-list.ts";
import { cronTimes, DAYS, type PlainTimes, plainTimes } from "./cron-days.ts";
import { setWindows, type Windows } from "./schedule.ts";
import { capital } from "./text.ts";

const NEW: Omit<ListedWindow, "name"> = {
  from: "0 22 * * *",
  to: "0 6 * * *",
  zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  watts: 2,
  outside_watts: null,
};

interface EditorProps {
  readonly known: Windows;
  readonly onEnd: () => void;
}

export function ScheduleEditor({ known, onEnd }: EditorProps) {
  // Read when it is saved, not when it was drawn: the last field may change in the same moment.
  const list = useSignal(known.windows);
  const [error, setError] = useState<string | null>(null);
  const save = async (wanted: readonly ListedWindow[] | null) => {
    const answer = await setWindows(wanted);
    if (answer?.ok) onEnd();
    else if (answer !== null) setError(answer.error);
  };
  const add = () => {
    list.value = [...list.value, { ...NEW, name: `window${list.value.length + 1}` }];
  };
  return (
    <form
      class="editor"
      onSubmit={(event) => {
        event.preventDefault();
        void save(list.value);
      }}
    >
      {list.value.map((window, index) => (
        <WindowFields
          // By its place, for its name is one of the fields.
          key={index}
          window={window}
          onChange={(part) => {
            list.value = list.value.map((old, at) =>
              at === index ? { ...old, ...part(old) } : old,
            );
          }}
          onRemove={() => {
            list.value = list.value.toSpliced(index, 1);
          }}
        />
      ))}
      {error === null ? null : (
        <p class="error" role="alert">
          Refused: {error}
        </p>
      )}
      <div class="ends">
        <button type="button" class="button" onClick={add}>
          Add a window
        </button>
        {known.source === "file" ? null : (
          <button type="button" class="button" onClick={() => void save(null)}>
            Back to the file's
          </button>
        )}
        <button type="button" class="button" onClick={onEnd}>
          Cancel
        </button>
        <button type="submit" class="button main">
          Save
        </button>
      </div>
    </form>
  );
}

interface FieldsProps {
  readonly window: ListedWindow;
  /** Told what changes of the window as it is then: two fields may change before anything is drawn anew. */
  readonly onChange: (part: (window: ListedWindow) => Partial<ListedWindow>) => void;
  readonly onRemove: () => void;
}

function numberOf(text: string): number | null {
  return text === "" ? null : Number(text);
}

/** The same window at another time, or as other cron expressions. */
function withTimes(change: Partial<PlainTimes>) {
  return (window: ListedWindow): Partial<ListedWindow> => {
    const times = plainTimes(window);
    return times === null
      ? { from: change.from ?? window.from, to: change.to ?? window.to }
      : cronTimes({ ...times, ...change });
  };
}

function WindowFields({ window, onChange, onRemove }: FieldsProps) {
  const { name, zone, watts, outside_watts } = window;
  const times = plainTimes(window);
  const [kind, type] = times === null ? [" (cron)", "text" as const] : ["", "time" as const];
  return (
    <fieldset>
      <legend class="unseen">Window {name}</legend>
      <Field name="Name" value={name} onInput={(text) => onChange(() => ({ name: text }))} />
      <Field
        name={`Opens${kind}`}
        type={type}
        value={times?.from ?? window.from}
        onInput={(from) => onChange(withTimes({ from }))}
      />
      <Field
        name={`Closes${kind}`}
        type={type}
        value={times?.to ?? window.to}
        onInput={(to) => onChange(withTimes({ to }))}
      />
      <Field
        name="Watts inside"
        type="number"
        value={watts}
        onInput={(text) => onChange(() => ({ watts: numberOf(text) }))}
      />
      <Field
        name="Watts outside"
        type="number"
        value={outside_watts}
        onInput={(text) => onChange(() => ({ outside_watts: numberOf(text) }))}
      />
      <Field name="Time zone" value={zone} onInput={(text) => onChange(() => ({ zone: text }))} />
      {times === null ? null : (
        <Days times={times} onChange={(days) => onChange(withTimes({ days }))} />
      )}
      <button type="button" class="link" aria-label={`Remove ${name}`} onClick={onRemove}>
        Remove
      </button>
    </fieldset>
  );
}

interface DaysProps {
  readonly times: PlainTimes;
  readonly onChange: (days: readonly number[]) => void;
}

/** At least one: a window that never opens is better removed. */
function Days({ times: { days }, onChange }: DaysProps) {
  return (
    <fieldset class="days">
      <legend class="unseen">Opens on</legend>
      {[1, 2, 3, 4, 5, 6, 0].map((day) => {
        const others = days.filter((other) => other !== day);
        const on = days.includes(day);
        return (
          <label class="check" key={day}>
            <input
              type="checkbox"
              checked={on}
              disabled={on && others.length === 0}
              onChange={() => onChange(on ? others : [...days, day].sort())}
            />
            <span>{capital(DAYS[day] ?? "")}</span>
          </label>
        );
      })}
    </fieldset>
  );
}

interface FieldProps {
  readonly name: string;
  readonly value: string | number | null;
  readonly type?: "text" | "time" | "number";
  readonly onInput: (text: string) => void;
}

function Field({ name, value, type = "text", onInput }: FieldProps) {
  return (
    <label class="field">
      <span>{name}</span>
      <input
        // Each kind of field has a type of its own; these share what is used here.
        type={type as "text"}
        value={value ?? ""}
        min={0}
        step={type === "number" ? "any" : undefined}
        required={type !== "number"}
        onChange={({ currentTarget }) => onInput(currentTarget.value)}
      />
    </label>
  );
}
