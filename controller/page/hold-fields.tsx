// The fields that several dialogs share: why, and for how long.

const TIMES: readonly (readonly [label: string, ms: number | null])[] = [
  ["until somebody ends it", null],
  ["15 minutes", 900_000],
  ["1 hour", 3_600_000],
  ["4 hours", 14_400_000],
  ["12 hours", 43_200_000],
  ["1 day", 86_400_000],
  ["7 days", 604_800_000],
];

export function ReasonField({ required }: { readonly required: boolean }) {
  return (
    <label class="field">
      <span>Reason {required ? "" : <small>(if you like)</small>}</span>
      <input name="reason" required={required} maxLength={200} autocomplete="off" />
      <small>Goes into the log, for whoever asks why.</small>
    </label>
  );
}

export function ForField({ mustEnd = false }: { readonly mustEnd?: boolean }) {
  const times = mustEnd ? TIMES.slice(1) : TIMES;
  return (
    <label class="field">
      <span>For how long</span>
      <select name="for">
        {times.map(([label, ms]) => (
          <option key={label} value={ms ?? ""}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

/** As the API takes it; null for no end. */
export function forMs(form: FormData): number | null {
  const value = form.get("for");
  return typeof value === "string" && value !== "" ? Number(value) : null;
}

export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value.trim() : "";
}
