// Windows as a list, as they come over the API and are kept in the store: the same keys and checks as in the file.

import * as v from "valibot";
import { everCloses, type Window } from "../shell/window.ts";
import { nearest } from "./nearest.ts";
import { isWindowName, WINDOW, windowOf } from "./window-keys.ts";

/** A window in the file's words. */
export interface ListedWindow {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly zone: string;
  readonly watts: number | null;
  readonly outside_watts: number | null;
}

const WINDOWS_MAX = 64;
const FIELDS = ["name", ...Object.keys(WINDOW.keys)];

export type ParsedWindows =
  | { readonly ok: true; readonly windows: readonly Window[] }
  /** Names the field, such as `windows[1].from: ...`. */
  | { readonly ok: false; readonly error: string };

/** Checks a list; `wallMs` is the time from which a window has to close some day. */
export function parseWindows(value: unknown, wallMs: number): ParsedWindows {
  if (!Array.isArray(value)) return wrong("windows", "expected a list of windows, or null");
  if (value.length > WINDOWS_MAX) return wrong("windows", `${WINDOWS_MAX} at most`);
  const windows: Window[] = [];
  for (const [index, each] of value.entries()) {
    const parsed = parseWindow(each, wallMs);
    if (typeof parsed === "string") return { ok: false, error: `windows[${index}]${parsed}` };
    if (windows.some(({ name }) => name === parsed.name)) {
      return wrong(`windows[${index}].name`, `there is another window "${parsed.name}"`);
    }
    windows.push(parsed);
  }
  return { ok: true, windows };
}

/** A window in the file's words. */
export function listed({ outsideWatts, ...window }: Window): ListedWindow {
  return { ...window, outside_watts: outsideWatts };
}

function wrong(field: string, what: string): ParsedWindows {
  return { ok: false, error: `${field}: ${what}` };
}

/** The window; or what is wrong with it, from the field on. */
function parseWindow(value: unknown, wallMs: number): Window | string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return ": expected an object";
  }
  const given = value as Readonly<Record<string, unknown>>;
  const strange = Object.keys(given).find((field) => !FIELDS.includes(field));
  if (strange !== undefined) {
    const close = nearest(strange, FIELDS);
    const hint = close === null ? `its fields are ${FIELDS.join(", ")}` : `did you mean ${close}?`;
    return `.${strange}: no such field; ${hint}`;
  }
  const { name } = given;
  if (typeof name !== "string" || !isWindowName(name)) {
    return ".name: expected a name of 1 to 32 letters, digits, '_' or '-'";
  }
  const values: Record<string, unknown> = {};
  for (const [field, { kind, presence }] of Object.entries(WINDOW.keys)) {
    const own = given[field] ?? null;
    const checked = v.safeParse(kind.schema, own);
    if (checked.success) values[field] = checked.output;
    else if (own === null && presence === "optional") values[field] = null;
    else return `.${field}: expected ${kind.expected}`;
  }
  const window = windowOf(name, values as unknown as Parameters<typeof windowOf>[1]);
  if (window.watts === null && window.outsideWatts === null) {
    return ".watts: give it watts, outside_watts or both: it sets no ceiling";
  }
  if (!everCloses(window, wallMs)) return ".to: comes only when from does, so it never closes";
  return window;
}
