// What a pool client tells its owner, whatever the coin: a seat comes up, gets jobs and verdicts, and goes down.

/** Why a connection ended. Stable: shown to users, counted, and what the owner's back-off depends on. */
export type DownCode =
  /** Nobody listens on that port. */
  | "refused"
  /** No route, no such host, or no network. */
  | "unreachable"
  /** Somebody listens, but did not answer in time. `detail` says what was waited for. */
  | "timeout"
  /** The other side hung up. */
  | "closed"
  /** What arrived is not the pool's protocol. */
  | "nonsense"
  /** Question and answer no longer belong together: a reply that nobody asked for, or good nonces called wrong. */
  | "desync"
  /** The pool gives no work to this request. `detail` is its reason. */
  | "denied"
  /** The pool bans this user or address. */
  | "banned"
  /** The owner called close(). */
  | "stopped";

export type PoolEvent =
  /** The pool greeted us: a job may be asked for. `server` is what it calls its version. */
  | { readonly type: "up"; readonly server: string }
  | {
      readonly type: "job";
      /** 40 hex digits, hashed as ASCII in front of the decimal nonce. */
      readonly prefix: string;
      /** 40 hex digits: the SHA-1 to be found. */
      readonly target: string;
      readonly difficulty: number;
      /** The last nonce of the range: search 0..to, both inclusive. */
      readonly to: number;
    }
  | {
      readonly type: "verdict";
      readonly verdict: "accepted" | "rejected";
      /** The share also won a block bonus. */
      readonly block: boolean;
      /** The pool's own words on a rejected share; null if it gave none. */
      readonly reason: string | null;
      /** From the share's write to its verdict. */
      readonly pingMs: number;
      /** The pool wants a pause before the next job. */
      readonly restMs?: number;
    }
  /** The pool answered a job request with a refusal. `down` follows. */
  | { readonly type: "refused"; readonly reason: string }
  /** The connection is over. Exactly once for each connect(), and last. */
  | {
      readonly type: "down";
      readonly code: DownCode;
      readonly detail: string;
      /** How long to stay away at least, where the reason tells. */
      readonly retryMs?: number;
    };
