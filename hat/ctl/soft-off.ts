// A graceful off: the Zero is asked to shut down, and its USB port is watched until it is gone.

import type { UsbPresence } from "../board.ts";

export interface SoftOff {
  /** Resolves with null when the Zero was asked, or with why it could not be. */
  readonly ask: (signal: AbortSignal) => Promise<string | null>;
  readonly presence: () => Promise<UsbPresence>;
  readonly limitMs: number;
  /** Aborts when the person has had enough. */
  readonly signal: AbortSignal;
  readonly sleep: (ms: number) => Promise<unknown>;
  readonly nowMs: () => number;
}

/** A Zero that is still there, or may be: it was not cut. */
export class NotGoneError extends Error {
  override readonly name = "NotGoneError";
}

const LOOK_EVERY_MS = 250;

/**
 * Resolves with what happened when the Zero is gone from its port: it halted, or it was in no state to be asked. Rejects with a
 * NotGoneError when it could not be asked, did not go within the limit, or cannot be seen going.
 */
export async function shutDown(options: SoftOff): Promise<string> {
  const { presence, limitMs, nowMs, sleep } = options;
  const startMs = nowMs();
  const atFirst = await presence();
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), limitMs);
  const enough = AbortSignal.any([giveUp.signal, options.signal]);
  const refusal = await options.ask(enough).finally(() => clearTimeout(timer));
  if (atFirst === "absent") {
    if (refusal !== null) return `shows nothing on USB and does not answer (${refusal})`;
    throw new NotGoneError("was asked, but showed nothing on USB before, so nobody sees it go");
  }
  if (refusal !== null) throw new NotGoneError(`could not be asked (${refusal})`);
  while (nowMs() - startMs < limitMs) {
    if ((await presence()) === "absent") return "shut down";
    if (options.signal.aborted) throw new NotGoneError("was asked, and we were interrupted");
    await sleep(LOOK_EVERY_MS);
  }
  throw new NotGoneError(
    (await presence()) === "unknown"
      ? "was asked, but its USB port cannot be read (is the hub's path known? --hub), so nobody sees it go"
      : `was asked, and is still on USB after ${limitMs} ms`,
  );
}
