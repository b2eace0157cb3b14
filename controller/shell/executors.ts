// The table of executors: one for each effect, or it does not compile. Each hands on at once; outcomes come back as events.

import type { Effect, EffectOf } from "../core/effect.ts";
import type { Share } from "../core/seat.ts";
import { solvesAt } from "../pools/solves.ts";
import type { AddressProbe } from "./address-probe.ts";
import type { BoardLane } from "./board-lane.ts";
import type { Clock } from "./clock.ts";
import { messageOf } from "./error.ts";
import type { HostWorkers } from "./host-workers.ts";
import type { LinkServer } from "./link-server.ts";
import type { Untimed } from "./loop.ts";
import type { Asker, SeatLane } from "./seat-lane.ts";
import type { Store } from "./store.ts";

export interface Machinery {
  readonly clock: Clock;
  readonly store: Store;
  readonly board: BoardLane;
  readonly links: LinkServer;
  readonly addresses: AddressProbe;
  readonly pool: SeatLane;
  readonly hosts: HostWorkers;
  askerOf(seat: string): Asker;
  /** Told of each order whose end is on disk. */
  orderEnded(order: string): void;
  post(event: Untimed): void;
  report(effect: EffectOf<"report">): void;
}

type Executors = { readonly [T in Effect["type"]]: (effect: EffectOf<T>) => void };

/**
 * Effects -> the machinery that carries them out. One that throws (a full disk) ends nothing but itself: an intent that is
 * not written is never made durable, so no power action follows; a share that is not written is never sent.
 */
export function executors(machinery: Machinery): (effect: Effect) => void {
  const { clock, store, board, links, addresses, pool, hosts, post } = machinery;
  const table: Executors = {
    "write-intent": (effect) => {
      store.writeIntent(effect, clock.wall());
      post({ type: "intent-durable", slot: effect.slot, intent: effect.intent });
    },
    "close-intent": ({ intent, outcome }) => store.closeIntent(intent, outcome, clock.wall()),
    "save-slot": ({ slot, memory }) => store.saveSlot(slot, memory),
    "save-rig": ({ memory }) => store.saveRig(memory),
    probe: ({ slot }) => {
      void addresses.answers(slot, links.addressOf(slot)).then((answers) => {
        if (answers !== null) post({ type: "probed", slot, answers });
      });
    },
    power: ({ slot, action, to }) => board.power(slot, action, to),
    send: ({ link, message }) => links.send(link, message),
    "close-link": ({ link, code, why }) => links.close(link, code, why),
    "host-search": ({ worker, message }) => hosts.search(worker, message),
    "host-cancel": ({ worker }) => hosts.cancel(worker),
    "connect-pool": ({ seat, goal }) => pool.connect(seat, goal),
    "drop-pool": ({ seat, why }) => pool.drop(seat, why),
    "request-job": ({ seat }) => pool.requestJob(seat, machinery.askerOf(seat)),
    "secure-share": (effect) => {
      // After the rest of this turn: the job that the Zero has waiting for it should not wait for the disk.
      setImmediate(() => attempt(machinery, effect, () => secure(machinery, effect.share)));
    },
    "submit-share": ({ share }) => pool.submit(share),
    "settle-share": ({ share, outcome, reason }) => store.settleShare(share, outcome, reason),
    "check-find": (effect) => {
      const { order, nonce } = effect;
      setImmediate(() =>
        attempt(machinery, effect, () => {
          const right = solvesAt({ ...order, nonce }, order.target);
          post({ type: "find-checked", order: order.id, nonce, right });
        }),
      );
    },
    "save-order": ({ order, progress }) => store.orders.saveProgress(order, progress),
    "end-order": ({ order, end, progress }) => {
      store.orders.end(order, end, progress, clock.wall().toISOString());
      post({ type: "order-ended", order });
      machinery.orderEnded(order);
    },
    report: (effect) => machinery.report(effect),
  };
  return <T extends Effect["type"]>(effect: EffectOf<T> & { readonly type: T }) => {
    const execute: Executors[T] = table[effect.type];
    attempt(machinery, effect, () => execute(effect));
  };
}

function attempt(machinery: Machinery, effect: Effect, execute: () => void): void {
  try {
    execute();
  } catch (error) {
    onFailure(machinery, effect, error);
  }
}

/** Verifies the share, and writes it down if it is one for the pool. */
function secure({ store, clock, post }: Machinery, share: Share): void {
  const { seat, id, target, poolTarget } = share;
  const valid = solvesAt(share, target);
  const isLocal = valid && target !== poolTarget && !solvesAt(share, poolTarget);
  if (valid && !isLocal) store.writeShare(share, clock.wall());
  const more = isLocal ? { isLocal } : {};
  post({ type: "share-secured", seat, share: id, valid, ...more });
}

function onFailure(machinery: Machinery, effect: Effect, error: unknown): void {
  const detail = { effect: effect.type, error: messageOf(error) };
  const ev = "effect.failed";
  machinery.report({ type: "report", level: "error", ev, slot: null, why: null, detail });
  // Its seat would wait for ever: the session starts over.
  if (effect.type === "secure-share") {
    machinery.pool.drop(effect.share.seat, "its share could not be written down");
  }
}
