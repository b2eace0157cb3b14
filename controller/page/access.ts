// Whether this page may change anything: never, where the controller is read-only; else with a token, asked for at the first change.

import { computed, effect, signal } from "@preact/signals";
import { readAccess } from "./api.ts";
import { connected, connection } from "./stream.ts";
import { token } from "./token.ts";

/** Why the controller lets nobody change anything; null where it does, or has not said. */
const closedWhy = signal<string | null>(null);

/** Why no button works now; null when they do. */
export const lockedWhy = computed(() => {
  if (closedWhy.value !== null) return `Read-only: ${closedWhy.value}`;
  return connected.value ? null : "The controller does not answer";
});

/** Whether the token dialog is open, and who waits for its end. */
export const asking = signal<((given: boolean) => void) | null>(null);

/** Resolves with whether there is a token now; asks for one if not. */
export function needToken(): Promise<boolean> {
  if (token.value !== null) return Promise.resolve(true);
  return new Promise((resolve) => {
    asking.value = (given) => {
      asking.value = null;
      resolve(given);
    };
  });
}

effect(() => {
  if (connection.value === 0) return;
  void readAccess(null).then((answer) => {
    if (answer.ok) closedWhy.value = answer.value.changes === "none" ? answer.value.why : null;
  });
});
