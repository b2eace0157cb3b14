// The table of executors: one for each effect, or it does not compile. Each hands on at once; outcomes come back as events.

import { solves } from "../../zero-agent/kernels/reference.ts";
import type { Effect, EffectOf } from "../core/effect.ts";
import type { Share } from "../core/seat.ts";
import type { AddressProbe } from "./address-probe.ts";
import type { BoardLane } from "./board-lane.ts";
import type { Clock } from "./clock.ts";
import { messageOf } from "./error.ts";
import type { HostWorkers } from "./host-workers.ts";
import type { LinkServer } from "./link-server.ts";
import type { Untimed } from "./loop.ts";
import type { PoolLane } from "./pool-lane.ts";
import type { Store } from "./store.ts";

export interface Machinery {
  readonly clock: Clock;
  readonly store: Store;
  readonly board: BoardLane;
  readonly links: LinkServer;
  readonly addresses: AddressProbe;
  readonly pool: PoolLane;
  readonly hosts: HostWorkers;
  /** What the wallet shows beside this seat's rig name; "" for nothing. */
  iotOf(seat: string): string;
  post(event: Untimed): void;
  report(effect: EffectOf<"report">): void;
}

type Executors = { readonly [T in Effect["type"]]: (effect: EffectOf<T>) => void };

function solvesIts(share: Share): boolean {
  const { prefix, target, nonce } = share;
  return solves({ algorithm: "duco-s1", prefix, target }, nonce);
}

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
    "connect-pool": ({ seat }) => pool.connect(seat),
    "drop-pool": ({ seat }) => pool.drop(seat),
    "request-job": ({ seat }) => pool.requestJob(seat, machinery.iotOf(seat)),
    "secure-share": ({ share }) => {
      const valid = solvesIts(share);
      if (valid) store.writeShare(share, clock.wall());
      post({ type: "share-secured", seat: share.seat, share: share.id, valid });
    },
    "submit-share": ({ share }) => pool.submit(share),
    "settle-share": ({ share, outcome, reason }) => store.settleShare(share, outcome, reason),
    report: (effect) => machinery.report(effect),
  };
  return <T extends Effect["type"]>(effect: EffectOf<T> & { readonly type: T }) => {
    const execute: Executors[T] = table[effect.type];
    try {
      execute(effect);
    } catch (error) {
      onFailure(machinery, effect, error);
    }
  };
}

function onFailure(machinery: Machinery, effect: Effect, error: unknown): void {
  const detail = { effect: effect.type, error: messageOf(error) };
  const ev = "effect.failed";
  machinery.report({ type: "report", level: "error", ev, slot: null, why: null, detail });
  // Its seat would wait for ever: the session starts over.
  if (effect.type === "secure-share") machinery.pool.drop(effect.share.seat);
}
