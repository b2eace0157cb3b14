// What is told of the agents' programs, and of a roll-out: the shape that the CLI prints.

import type { SlotId } from "../../hat/slots.ts";
import type { Linked } from "./fitness.ts";
import type { Rollout, RolloutKind, Stage } from "./rollout.ts";

export interface AgentStatus {
  readonly slot: SlotId;
  /** Of the program that runs; null while there is no link. */
  readonly version: string | null;
  readonly sha256: string | null;
  readonly from: "installed" | "update" | null;
  /** It waits to be confirmed. */
  readonly trial: boolean;
  /** What it could go back to. */
  readonly previous: string | null;
  /** What it is to run; null: what is installed there. */
  readonly wanted: string | null;
  /** Whether it runs what the controller would offer; null while that is not known. */
  readonly current: boolean | null;
  /** Why it cannot be updated over the link; null where it can, or nobody knows. */
  readonly refuses: string | null;
  /** Whether what it is given outlives its power. */
  readonly persists: boolean | null;
  /** The last program that did not last there, and why. */
  readonly failed: { readonly sha256: string; readonly why: string } | null;
}

export interface RolloutStatus {
  readonly kind: RolloutKind;
  readonly by: Rollout["by"];
  readonly reason: string;
  readonly sha256: string | null;
  readonly for_ms: number;
  readonly ended: Rollout["ended"];
  readonly why: string | null;
  readonly slots: readonly {
    readonly slot: SlotId;
    readonly stage: Stage;
    readonly why: string | null;
  }[];
}

export interface AgentsStatus {
  /** What the controller would offer; null where it has nothing to, and `why`. */
  readonly offered: {
    readonly sha256: string;
    readonly size: number;
    readonly file: string;
  } | null;
  readonly why: string | null;
  /** The public key that signs it (ed25519, hex); null while there is none. */
  readonly signer: string | null;
  /** The last roll-out since the controller started. */
  readonly rollout: RolloutStatus | null;
  readonly slots: readonly AgentStatus[];
}

/** `offered`: what the controller would give it; null where it has nothing. */
export function agentStatus(
  slot: SlotId,
  linked: Linked | null,
  wanted: string | null,
  offered: string | null,
): AgentStatus {
  const bundle = linked?.bundle ?? null;
  return {
    slot,
    version: linked?.version ?? null,
    sha256: bundle?.running ?? null,
    from: bundle && (bundle.isUpdate ? "update" : "installed"),
    trial: bundle?.isTrial ?? false,
    previous: bundle?.previous ?? null,
    wanted,
    current: bundle === null || offered === null ? null : bundle.running === offered,
    refuses: bundle?.refuses ?? null,
    persists: bundle?.persists ?? null,
    failed: bundle?.failed ?? null,
  };
}

export function rolloutStatus(rollout: Rollout, now: number): RolloutStatus {
  const { kind, by, reason, sha256, startedAt, ended, why, slots } = rollout;
  return { kind, by, reason, sha256, for_ms: Math.round(now - startedAt), ended, why, slots };
}
