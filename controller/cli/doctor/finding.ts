// What one check found out: the verdict, what was read, and what to do.

/** `n/a`: there is nothing here that the check could be about. */
export type Verdict = "ok" | "warning" | "problem" | "n/a";

export interface Finding {
  /** Short and stable: `clock`, `disk`. */
  readonly check: string;
  readonly verdict: Verdict;
  /** What was read, and where. */
  readonly read: string;
  /** What to do; empty where nothing is to be done. */
  readonly todo: string;
}

export function ok(check: string, read: string): Finding {
  return { check, verdict: "ok", read, todo: "" };
}

export function warning(check: string, read: string, todo: string): Finding {
  return { check, verdict: "warning", read, todo };
}

export function problem(check: string, read: string, todo: string): Finding {
  return { check, verdict: "problem", read, todo };
}

export function notApplicable(check: string, read: string): Finding {
  return { check, verdict: "n/a", read, todo: "" };
}
