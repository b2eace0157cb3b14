// Which Zero serves a request, which is woken for it, or why none can be.

import type { SlotId } from "../../hat/slots.ts";
import type { Readiness, Ready } from "./readiness.ts";

export type Choice =
  | { readonly kind: "serve"; readonly slot: SlotId }
  /** `wake` is wanted up for it; null where there is only to wait. */
  | { readonly kind: "wait"; readonly wake: SlotId | null; readonly why: string }
  | { readonly kind: "none"; readonly why: string };

/** @param activeOf how many requests and WebSockets the Zero has now */
export function choose(all: readonly Ready[], activeOf: (slot: SlotId) => number): Choice {
  const first = (readiness: Readiness) => all.find((each) => each.readiness === readiness);
  let best: SlotId | null = null;
  for (const { slot, readiness } of all) {
    if (readiness === "serves" && (best === null || activeOf(slot) < activeOf(best))) best = slot;
  }
  if (best !== null) return { kind: "serve", slot: best };
  const next = first("comes") ?? first("sleeps");
  if (next !== undefined) return { kind: "wait", wake: next.slot, why: next.why };
  const ill = first("ill");
  if (ill !== undefined) return { kind: "wait", wake: null, why: ill.why };
  return { kind: "none", why: all.map(({ why }) => why).join("; ") };
}
