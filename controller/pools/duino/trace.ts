// A recorded pool session: bytes with direction and time, one JSON line each; and what our session makes of them.

import type { PoolEvent } from "../pool-event.ts";
import { decodeOpening, decodeResult } from "../practice/codec.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { step, wakeAt } from "./session.ts";
import {
  openSession,
  type SessionConfig,
  type SessionInput,
  type SessionState,
} from "./session-state.ts";

/** What went over a seat's wire. `text` is latin1, as it was written or arrived, segment by segment. */
export interface TraceEntry {
  /** Since the recording began. */
  readonly at_ms: number;
  readonly seat: string;
  readonly dir: "open" | "in" | "out" | "close";
  /** Of `open` the node, of `close` why. */
  readonly text: string;
}

const DIRS: ReadonlySet<unknown> = new Set(["open", "in", "out", "close"]);

/** Reads one line; null for one that is none, such as the torn last one. */
export function parseTraceLine(line: string): TraceEntry | null {
  try {
    const { at_ms, seat, dir, text } = JSON.parse(line);
    if (typeof at_ms !== "number" || typeof seat !== "string") return null;
    if (!DIRS.has(dir) || typeof text !== "string") return null;
    return { at_ms, seat, dir, text };
  } catch {
    return null;
  }
}

/** Without the mining key, which stands in the open in each job request. */
export function withoutKey(text: string): string {
  return text.replace(/^(JOB,[^,]*,[^,]*,)(?!None\b)[^,\n]+/, "$1***");
}

/** What came of one entry: what the session told its owner, and what it would have asked the socket to do. */
export interface Decoded {
  readonly entry: TraceEntry;
  readonly tells: readonly string[];
}

const CONFIG: SessionConfig = {
  user: "",
  tier: "LOW",
  miningKey: null,
  rig: "",
  group: 0,
  version: "0",
  limits: DEFAULT_LIMITS,
};

/** Decodes a recording, each seat's session for itself. */
export function decodeTrace(entries: readonly TraceEntry[]): Decoded[] {
  const sessions = new Map<string, SessionState>();
  return entries.map((entry) => {
    const { seat, dir, at_ms: now } = entry;
    if (dir === "open") sessions.set(seat, openSession(now));
    const tells: string[] = [];
    let state = sessions.get(seat);
    // Recorded from somewhere in its middle: nothing to go by before the next one begins.
    if (state === undefined) return { entry, tells: ["of a session whose beginning is not here"] };
    const take = (input: SessionInput) => {
      const next = step(CONFIG, state as SessionState, input);
      state = next.state;
      for (const output of next.outputs) {
        if (output.type === "event") tells.push(eventText(output.event));
        // How it was closed, the entry says itself.
        if (output.type === "drop" && dir !== "close")
          tells.push(`given up: ${output.code}, ${output.detail}`);
      }
    };
    // Whatever a timer ended or settled before this.
    // What we wrote we wrote after it; the times are rounded.
    const until = dir === "out" ? now + 1 : now - 1;
    for (let due = wakeAt(DEFAULT_LIMITS, state); due !== null && due <= until; ) {
      take({ type: "tick", now: due });
      const next = wakeAt(DEFAULT_LIMITS, state);
      due = next === due ? null : next;
    }
    const input = inputOf(entry, state);
    if (input !== null) take(input);
    if (dir === "out") tells.push(messageText(entry.text));
    sessions.set(seat, state);
    return { entry, tells };
  });
}

/** The session's input that the entry is or follows from. */
function inputOf(
  { dir, text, at_ms: now }: TraceEntry,
  { phase }: SessionState,
): SessionInput | null {
  switch (dir) {
    case "open":
      return { type: "connected", now };
    case "in":
      return { type: "text", text, now };
    case "close":
      return phase === "dropped" ? null : { type: "ended", code: "closed", detail: text, now };
    case "out": {
      if (decodeOpening(text).type === "job") return { type: "request", iot: "", now };
      const { nonce, hashrateHs } = decodeResult(text);
      const share = { nonce: nonce ?? 0, hashrateHs: hashrateHs ?? 0 };
      return { type: "submit", share, now };
    }
  }
}

/** What we wrote, for people. */
function messageText(text: string): string {
  const opening = decodeOpening(text);
  if (opening.type === "job") return `asks for a job as ${opening.user}, ${opening.tier}`;
  const { nonce, hashrateHs } = decodeResult(text);
  return `hands in ${nonce ?? "nothing"} at ${hashrateHs ?? "?"} H/s`;
}

function eventText(event: PoolEvent): string {
  switch (event.type) {
    case "up":
      return `greeted, version ${event.server}`;
    case "job":
      return `job, difficulty ${event.difficulty}`;
    case "verdict": {
      const { verdict, block, reason, pingMs } = event;
      const more = `${block ? ", a block" : ""}${reason === null ? "" : `: ${reason}`}`;
      return `${verdict}${more}, after ${Math.round(pingMs)} ms`;
    }
    case "refused":
      return `refused: ${event.reason}`;
    case "down":
      return `down: ${event.code}, ${event.detail}`;
  }
}
