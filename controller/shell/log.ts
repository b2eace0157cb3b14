// The controller's log: JSON lines on stdout, the newest of them in memory too, and no secret in either.

import pino, { type Logger } from "pino";
import { LogRing } from "./log-ring.ts";

export interface ControllerLog {
  readonly log: Logger;
  readonly ring: LogRing;
  /** From now on these words are never written, whatever line they get into. */
  readonly hide: (secret: string) => void;
}

interface Out {
  write(text: string): unknown;
}

/** Shorter ones would black out ordinary words; no secret of ours is that short. */
const SECRET_CHARS_MIN = 6;
/** Link keys are 64 hex digits, and there are too many of them to name. What else looks so is a block's hash, which begins with zeros. */
const LINK_KEY = /\b(?!00000000)[0-9a-f]{64}\b/gi;
const HIDDEN = "(hidden)";

/** A terminal that was closed, a full disk: the rig goes on without a log, and stops in order when it is told to. */
function stdout(): Out {
  return pino.destination({ dest: 1, sync: true }).on("error", () => {});
}

/** `out` takes a line at once, so that nothing is lost when power goes. */
export function openLog(level: string, out: Out = stdout()): ControllerLog {
  const ring = new LogRing();
  const secrets = new Set<string>();
  const write = (text: string) => {
    let safe = text.replace(LINK_KEY, HIDDEN);
    for (const secret of secrets) safe = safe.replaceAll(secret, HIDDEN);
    out.write(safe);
    ring.take(safe);
  };
  return {
    log: pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, { write }),
    ring,
    hide: (secret) => {
      // As it stands in a line of JSON.
      if (secret.length >= SECRET_CHARS_MIN) secrets.add(JSON.stringify(secret).slice(1, -1));
    },
  };
}
