// An API server of a rig of 32 Zeros at work, in which every figure has a value.

import { ApiServer } from "../../controller/api/api-server.ts";
import { NOTHING_REMEMBERED } from "../../controller/core/memory.ts";
import { DEFAULT_POLICY } from "../../controller/core/policy.ts";
import { initialState, type RigState } from "../../controller/core/state.ts";
import type { ProxyStatus } from "../../controller/core/status.ts";
import { view } from "../../controller/core/view.ts";
import { type MinersReport, NO_MINERS } from "../../controller/pools/stratum-server/report.ts";
import { handClock } from "../../controller/shell/hand-clock.ts";
import { LogRing } from "../../controller/shell/log-ring.ts";
import { slotId } from "../../hat/slots.ts";

export const ZEROS = 32;
const EARNED = {
  ...{ last_interval: null, last_minute: null, last_hour: null },
  ...{ duco_per_day: null, duco_per_kwh: null },
};

const PROXY: ProxyStatus = {
  url: "http://127.0.0.1:8090",
  waiting: 2,
  requests: { served: 5, waited: 3, failed: 1, websockets: 1, refused: { waking: 2 } },
  slots: [{ slot: "p1", active: 1 }],
  routes: [{ name: "/wiki", slots: ["p1"], waiting: 2, serves: true, why: "p1 serves" }],
};

const MINERS: MinersReport = {
  ...NO_MINERS,
  listen: "127.0.0.1:3333",
  connections: 1,
  workers: [
    {
      ...{ worker: 'a "worker"', connections: 1, address: "127.0.0.1", agent: "x/1" },
      ...{ connected_ms: 5, difficulty: 1e-4, hashrate_hs: 5e4, hourly_hashrate_hs: 5e4 },
      ...{ accepted: 3, rejected: 0, rejected_by: NO_MINERS.rejected_by, last_share_ms: 5 },
      ...{ since: "2026-11-22T00:00:00.000Z", forwarded: { accepted: 1, rejected: 0 } },
      ...{ blocks: 1, best_difficulty: 0.5 },
    },
  ],
};

/** 32 Zeros at work, under a ceiling: every figure has a value. */
function busyRig(): RigState {
  const slots = Array.from({ length: ZEROS }, (_, index) => slotId(index + 1));
  const policy = { ...DEFAULT_POLICY, ceilingWatts: 100, tariffPerKwh: 0.3 };
  const state = initialState({ slots, hostWorkers: 2 }, policy, NOTHING_REMEMBERED, 0);
  const vitals = { at: 1000, hashes: 123_456_789, tempC: 41.5, throttled: 0, uptimeMs: 5000 };
  return {
    ...state,
    slots: state.slots.map((slot) => ({
      ...slot,
      phase: "Ready" as const,
      line: "on" as const,
      heardAt: 1000,
      vitals,
      hashes: 123_456_789,
      rateHs: 240_000,
      boots: 3,
      fences: 1,
    })),
  };
}

/** Listens on loopback; close() it. */
export async function serveBusyRig(): Promise<{
  readonly server: ApiServer;
  readonly url: string;
}> {
  const rig = busyRig();
  const server = await ApiServer.make(
    {
      ...{ listen: "127.0.0.1", port: 0, token: null, readOnly: false, hosts: [] },
      ...{ version: "1.2.3", pageDir: null },
    },
    {
      clock: handClock(),
      status: () => ({
        ...view(rig, { version: "1.2.3", board: "a board" }, 2000),
        proxy: PROXY,
        jobs: { queued: 1, running: 1, found: 0, exhausted: 0, cancelled: 0, failed: 0 },
        balance: { ...EARNED, duco: 12.5, age_ms: 1000, error: null },
      }),
      act: async () => ({ ok: false, code: "none", error: "none" }),
      rig: () => rig,
      miners: () => MINERS,
      ring: new LogRing(),
      warn: () => {},
    },
  );
  return { server, url: await server.listen() };
}
