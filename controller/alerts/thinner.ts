// So that nobody stops reading: the same alert once in a while, what was held back as a digest, and a word when it is over.

import type { SlotId } from "../../hat/slots.ts";
import type { AlertKind, AlertLevel } from "./alert-kind.ts";
import type { Matter } from "./watch.ts";

/** What goes out. */
export interface Notice {
  readonly state: "raised" | "resolved" | "digest" | "test";
  /** Null of a digest, and of a test. */
  readonly kind: AlertKind | null;
  readonly slot: SlotId | null;
  readonly level: AlertLevel;
  readonly text: string;
}

interface Known {
  matter: Matter;
  isActive: boolean;
  /** Somebody was told that it is so, and not yet that it is over. */
  isTold: boolean;
  /** Monotonic ms; -Infinity if never. */
  toldAt: number;
  /** How often it came since it was told last. */
  held: number;
}

/** Alerts that are known of; a rig has fewer, and memory has not more. */
const KNOWN_MAX = 512;
/** Things that each are an alert of their own: of more in one `repeatMs` all others are one alert. A chain of one's own has a block each second. */
const SINGLES_MAX = 10;
const GRAVEST_FIRST: readonly AlertLevel[] = ["error", "warn", "info"];

export class Thinner {
  readonly #repeatMs: number;
  readonly #known = new Map<string, Known>();
  #digestAt = Number.POSITIVE_INFINITY;
  /** When those were told that are alerts of their own. */
  #singlesAt: number[] = [];

  /** The same alert goes out at most once in `repeatMs`. */
  constructor(repeatMs: number) {
    this.#repeatMs = repeatMs;
  }

  /** What to tell now, of what is wrong and what happened since it was asked last. */
  take(now: number, lasting: readonly Matter[], happened: readonly Matter[]): readonly Notice[] {
    const notices: Notice[] = [];
    const present = new Set(lasting.map(keyOf));
    for (const matter of lasting) {
      const known = this.#find(matter);
      if (!known.isActive) this.#comes(known, now, notices);
      known.isActive = true;
      known.matter = matter;
    }
    for (const [key, known] of this.#known) {
      if (!known.isActive || present.has(key)) continue;
      known.isActive = false;
      if (known.isTold) notices.push(over(known.matter));
      known.isTold = false;
    }
    for (const matter of happened) {
      const known = this.#find(this.#fewOrOne(matter, now));
      this.#comes(known, now, notices);
      known.isTold = false;
    }
    const digest = this.#digest(now);
    return digest === null ? notices : [...notices, digest];
  }

  #fewOrOne(matter: Matter, now: number): Matter {
    const { of, ...rest } = matter;
    if (of === undefined || this.#known.has(keyOf(matter))) return matter;
    this.#singlesAt = this.#singlesAt.filter((at) => now - at < this.#repeatMs);
    if (this.#singlesAt.length >= SINGLES_MAX) return rest;
    this.#singlesAt.push(now);
    return matter;
  }

  #find(matter: Matter): Known {
    const key = keyOf(matter);
    const known = this.#known.get(key) ?? {
      matter,
      isActive: false,
      isTold: false,
      toldAt: Number.NEGATIVE_INFINITY,
      held: 0,
    };
    known.matter = matter;
    this.#known.delete(key);
    if (this.#known.size >= KNOWN_MAX) {
      for (const [other, { isActive }] of this.#known) {
        if (isActive) continue;
        this.#known.delete(other);
        break;
      }
    }
    this.#known.set(key, known);
    return known;
  }

  #comes(known: Known, now: number, notices: Notice[]): void {
    if (now - known.toldAt < this.#repeatMs) {
      known.held++;
      this.#digestAt = Math.min(this.#digestAt, now + this.#repeatMs);
      return;
    }
    known.toldAt = now;
    known.isTold = true;
    const { kind, slot, level = "warn", text } = known.matter;
    notices.push({ state: "raised", kind, slot, level, text });
  }

  /** One notice for all that was held back. */
  #digest(now: number): Notice | null {
    if (now < this.#digestAt) return null;
    this.#digestAt = Number.POSITIVE_INFINITY;
    const lines: string[] = [];
    const levels = new Set<AlertLevel>();
    for (const known of this.#known.values()) {
      const { held, isActive, matter } = known;
      if (held === 0) continue;
      const times = held === 1 ? "once more" : `${held} times more`;
      lines.push(`${titleOf(matter)} ${times}, ${isActive ? "still so" : "over"}: ${matter.text}`);
      levels.add(matter.level ?? "warn");
      known.held = 0;
      known.toldAt = now;
      known.isTold = isActive;
    }
    const level = GRAVEST_FIRST.find((each) => levels.has(each)) ?? "info";
    return { state: "digest", kind: null, slot: null, level, text: lines.join("\n") };
  }
}

function keyOf({ kind, slot, of, level }: Matter): string {
  return `${kind} ${slot ?? ""} ${of ?? level ?? ""}`;
}

/** "p3 fenced", "storm". */
export function titleOf({ kind, slot }: Pick<Notice, "kind" | "slot">): string {
  return [slot, kind].filter((word) => word !== null).join(" ");
}

function over({ kind, slot, text }: Matter): Notice {
  return { state: "resolved", kind, slot, level: "info", text: `over: ${text}` };
}
