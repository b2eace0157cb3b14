// Runs the finder: asks the picker, looks at better nodes, remembers good ones, and says where connections go.

import { isThisMachine } from "../config/this-machine.ts";
import type { FinderStatus } from "../core/status.ts";
import { decodePick, type Pick } from "../pools/duino/codec-picker.ts";
import { finderWakeAt, openFinder, stepFinder } from "../pools/finder.ts";
import type { FinderInput, FinderOutput, FinderRules, FinderState } from "../pools/finder-state.ts";
import { addressOf, type PoolNode } from "../pools/node.ts";
import type { Clock } from "./clock.ts";
import { messageOf } from "./error.ts";
import { type GetOptions, httpsGet } from "./https-get.ts";
import type { Untimed } from "./loop.ts";

export interface PoolMemory {
  readonly good: readonly PoolNode[];
  /** A person's choice. */
  readonly chosen: PoolNode | null;
}

export interface PoolFinderParts {
  readonly list: readonly PoolNode[];
  /** Its address, for when the list is empty. */
  readonly picker: string;
  readonly memory: PoolMemory;
  /** Without them, those of the Duino-Coin nodes. */
  readonly rules?: FinderRules;
  readonly clock: Clock;
  readonly random: () => number;
  readonly askPicker: (picker: URL) => Promise<Pick>;
  readonly greets: (node: PoolNode) => Promise<boolean>;
  readonly remember: (memory: PoolMemory) => void;
  readonly post: (event: Untimed) => void;
  /** Which goal's pools these are, where the hashing is split. @default the first's */
  readonly goal?: number;
  readonly note: (ev: string, detail: Readonly<Record<string, string>>) => void;
}

/** What the composition root gives of it. */
export type PoolSide = Omit<PoolFinderParts, "clock" | "post" | "note" | "goal">;

/** Why a session ended, in the sight of its node: none of its doing, or not to be mended by another node. */
const NOT_THE_NODES: ReadonlySet<string> = new Set(["stopped", "banned"]);

type Said = FinderInput extends infer I
  ? I extends FinderInput
    ? Omit<I, "now" | "roll">
    : never
  : never;

export class PoolFinder {
  readonly #parts: PoolFinderParts;
  #state: FinderState | null = null;
  #node: PoolNode | null = null;
  #cancelWake: () => void = () => {};
  #stopped = false;
  #picker: URL;
  /** As it was last written down. */
  #memory: PoolMemory;

  constructor(parts: PoolFinderParts) {
    this.#parts = parts;
    this.#picker = new URL(parts.picker);
    this.#memory = parts.memory;
  }

  /** The node that a new connection goes to; null while none is known. */
  get node(): PoolNode | null {
    return this.#node;
  }

  get all(): readonly PoolNode[] {
    return this.#state?.candidates.map(({ node }) => node) ?? [];
  }

  start(): void {
    this.#open(this.#parts.list);
  }

  /** Begins anew with another list, or another picker. A person's choice still stands; connections that stay right stay up. */
  relist(list: readonly PoolNode[], picker: string): void {
    this.#picker = new URL(picker);
    this.#open(list);
  }

  #open(list: readonly PoolNode[]): void {
    const { good, chosen } = this.#memory;
    const { clock, rules } = this.#parts;
    const { state, outputs } = openFinder(list, good, chosen, clock.now(), rules);
    this.#take(state, outputs);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelWake();
  }

  /** A session with this node got a job or a verdict. */
  good(node: PoolNode): void {
    this.#tell({ type: "good", address: addressOf(node) });
  }

  /** A session with this node ended in the middle of something. */
  bad(node: PoolNode, code: string, detail: string, isFinal = false): void {
    if (NOT_THE_NODES.has(code)) return;
    const address = addressOf(node);
    this.#tell({ type: "bad", address, detail: `${code}: ${detail}`, isFinal });
  }

  /** A person's choice; null gives it back. */
  choose(node: PoolNode | null): void {
    this.#tell({ type: "choose", node });
  }

  status(): FinderStatus {
    const now = this.#parts.clock.now();
    const { candidates = [], picker = null } = this.#state ?? {};
    return {
      nodes: candidates.map(({ node, from, failures, restUntil, goodAt, wellSince }) => ({
        address: addressOf(node),
        name: node.name,
        from,
        good_ms: Number.isFinite(goodAt) ? Math.round(now - goodAt) : null,
        failures,
        rests_ms: restUntil > now ? Math.round(restUntil - now) : null,
        well_ms: wellSince === null ? null : Math.round(now - wellSince),
      })),
      picker: picker && {
        state: picker.state,
        failures: picker.failures,
        error: picker.error,
        next_ms: Number.isFinite(picker.at) ? Math.max(0, Math.round(picker.at - now)) : null,
      },
    };
  }

  #tell(said: Said): void {
    if (this.#state === null || this.#stopped) return;
    const { clock, random } = this.#parts;
    const { state, outputs } = stepFinder(this.#state, {
      ...said,
      now: clock.now(),
      roll: random(),
    });
    this.#take(state, outputs);
  }

  #take(state: FinderState, outputs: readonly FinderOutput[]): void {
    this.#state = state;
    for (const output of outputs) this.#execute(output);
    this.#cancelWake();
    const { clock } = this.#parts;
    const waitMs = finderWakeAt(this.#state) - clock.now();
    this.#cancelWake = Number.isFinite(waitMs)
      ? clock.after(waitMs, () => this.#tell({ type: "tick" }))
      : () => {};
  }

  #execute(output: FinderOutput): void {
    const { post, goal } = this.#parts;
    switch (output.type) {
      case "use": {
        const { node, why, detail } = output;
        this.#node = node;
        const more = goal === undefined ? {} : { goal };
        post({ type: "pool-node", node: node && addressOf(node), why, detail, ...more });
        break;
      }
      case "ask-picker":
        void this.#ask();
        break;
      case "look":
        void this.#look(output.node);
        break;
      case "remember":
        this.#remember({ good: output.good, chosen: output.chosen });
        break;
      default:
        output satisfies never;
    }
  }

  /** A full disk is no reason to stop looking for pools. */
  #remember(memory: PoolMemory): void {
    const { remember, note } = this.#parts;
    this.#memory = memory;
    try {
      remember(memory);
    } catch (error) {
      note("pool.not-remembered", { error: messageOf(error) });
    }
  }

  async #ask(): Promise<void> {
    const { askPicker, note } = this.#parts;
    const pick = await askPicker(this.#picker);
    if (pick.ok) this.#tell({ type: "picked", node: pick.node });
    else {
      const { code, detail } = pick;
      note("pool.picker-failed", { code, detail });
      this.#tell({ type: "pick-failed", code, detail });
    }
  }

  async #look(node: PoolNode): Promise<void> {
    const greets = await this.#parts.greets(node);
    this.#tell({ type: "looked", address: addressOf(node), greets });
  }
}

/** 16 KiB: the picker's answers take 200 bytes. */
const PICK_BYTES_MAX = 16_384;
const PICK_TIMEOUT_MS = 10_000;

/** Asks the picker once. */
export async function askPicker(
  url: URL,
  options: Omit<GetOptions, "timeoutMs" | "maxBytes">,
): Promise<Pick> {
  const limits = { timeoutMs: PICK_TIMEOUT_MS, maxBytes: PICK_BYTES_MAX };
  const got = await httpsGet(url, { ...limits, ...options });
  return got.ok ? decodePick(got.status, got.body, isThisMachine(url)) : got;
}
