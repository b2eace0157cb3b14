// A share as a central store gets it, and what takes it there.

/** The names are those of the table's columns and of the message's fields. */
export interface ShippedShare {
  /** Which rig's database it is from, a random UUID: with `id` it names the share among all of all rigs. */
  readonly rig: string;
  readonly id: number;
  /** [pool] rig. */
  readonly name: string;
  /** When it was found, ISO 8601. */
  readonly at: string;
  readonly seat: string;
  readonly worker: string;
  /** duco-s1, sha256d or scrypt. */
  readonly algorithm: string;
  readonly difficulty: number;
  readonly nonce: number;
  readonly hashrate_hs: number;
  readonly outcome: "accepted" | "rejected" | "unknown";
  readonly reason: string | null;
}

/** A way to one central store. It connects when there is something to send, and again after it failed. */
export interface ShareSink {
  /** Resolves when the store has all of them for good; what it had already stays single. Rejects with whatever went wrong. */
  send(shares: readonly ShippedShare[]): Promise<void>;
  /** Lets go of the connection; the next `send` makes a new one. */
  close(): Promise<void>;
}
