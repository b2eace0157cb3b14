// Who may change anything: whoever has the token, unless the address guessed too often. Each protocol says a refusal in its own words.

import { isToken } from "./access.ts";
import type { Visitors } from "./visitors.ts";

/** Why somebody may not; `waitMs` where asking again later may help. */
export interface Turned {
  readonly status: 401 | 403 | 429;
  readonly code: "token" | "read-only" | "locked-out";
  readonly error: string;
  readonly waitMs?: number;
}

export interface DoorOptions {
  /** Null: nothing can be changed over HTTP. */
  readonly token: string | null;
  readonly readOnly: boolean;
}

const NO_TOKEN = "nothing can be changed over HTTP: [http] token_file names no token";

export class Door {
  readonly #options: DoorOptions;
  readonly #visitors: Visitors;
  readonly #lockedOut: (address: string) => void;

  constructor(options: DoorOptions, visitors: Visitors, lockedOut: (address: string) => void) {
    this.#options = options;
    this.#visitors = visitors;
    this.#lockedOut = lockedOut;
  }

  /** Why nobody may change anything; null if somebody may. */
  get shut(): string | null {
    const { token, readOnly } = this.#options;
    if (readOnly) return "[http] read_only is set";
    return token === null ? NO_TOKEN : null;
  }

  /** Null for who may change something; `given` is the token that was sent, if one was. */
  turned(address: string, given: string | null): Turned | null {
    const locked = this.#locked(address);
    if (locked !== null) return locked;
    const { token } = this.#options;
    const { shut } = this;
    if (token === null || shut !== null) {
      return { status: 403, code: "read-only", error: shut ?? NO_TOKEN };
    }
    if (given === null) {
      return { status: 401, code: "token", error: "send Authorization: Bearer TOKEN" };
    }
    return this.#tried(address, given, token);
  }

  /** Null for who may read. Reading takes no token; one that is sent all the same, and is wrong, is not let pass in silence. */
  turnedReader(address: string, given: string | null): Turned | null {
    const { token } = this.#options;
    if (given === null || token === null) return null;
    return this.#locked(address) ?? this.#tried(address, given, token);
  }

  #locked(address: string): Turned | null {
    const waitMs = this.#visitors.lockedMs(address);
    if (waitMs === 0) return null;
    return { status: 429, code: "locked-out", error: "too many wrong tokens", waitMs };
  }

  #tried(address: string, given: string, token: string): Turned | null {
    if (isToken(given, token)) {
      this.#visitors.welcome(address);
      return null;
    }
    if (this.#visitors.guessed(address)) this.#lockedOut(address);
    return { status: 401, code: "token", error: "the token is wrong" };
  }
}
