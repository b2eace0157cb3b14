// What this controller's API offers, by its own description: a panel for what it has not is not shown, and nothing is asked in vain.

import { effect, signal } from "@preact/signals";
import { read } from "./api.ts";
import { connection } from "./stream.ts";

interface Description {
  readonly paths: Readonly<Record<string, object>>;
}

const paths = signal<ReadonlySet<string>>(new Set());

/** Whether this path is served, such as `/api/v1/log`; no, until it is known. Whoever reads it is told when it is. */
export function offers(path: string): boolean {
  return paths.value.has(path);
}

effect(() => {
  if (connection.value === 0) return;
  void read<Description>("/api/openapi.json").then((answer) => {
    if (answer.ok) paths.value = new Set(Object.keys(answer.value.paths));
  });
});
