// The audit: which events are written down, and that a store which cannot is no reason to stop.

import type { Logger } from "pino";
import type { RigEvent } from "../core/status.ts";
import { messageOf } from "./error.ts";
import type { Store } from "./store.ts";

/** Not for the audit table: shares have one of their own, and strangers are not to wear out the card. */
const NOT_AUDITED =
  /^(?:share|result|job)\.|^link\.(?:refused|ended|thinned|server-error)$|^agent\.log$/;

export class Audit {
  readonly #store: Store;
  readonly #log: Logger;

  constructor(store: Store, log: Logger) {
    this.#store = store;
    this.#log = log;
  }

  take(event: RigEvent): void {
    if (NOT_AUDITED.test(event.ev)) return;
    this.#try(() => this.#store.writeEvent(event));
  }

  /** Lets go of old rows. */
  thin(): void {
    this.#try(() => this.#store.thin());
  }

  #try(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#log.error({ ev: "store.failed", error: messageOf(error) });
    }
  }
}
