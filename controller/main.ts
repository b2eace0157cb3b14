// The composition root: the only file that names real drivers.

import { hostname } from "node:os";
import { fileURLToPath } from "node:url";
import type { Logger } from "pino";
import type { PowerBoard } from "../hat/board.ts";
import { virtualSocketOf } from "../hat/board-spec.ts";
import { openBoard } from "../hat/detect.ts";
import { openFan, ownTempC } from "../hat/fan.ts";
import { answersOnVirtualNetwork } from "../hat/virtual/network.ts";
import { serviceNotice } from "../zero-agent/service/service-notice.ts";
import { BlockNews } from "./alerts/block-news.ts";
import { ApiServer } from "./api/api-server.ts";
import { readToken } from "./api/token.ts";
import type { ControllerConfig } from "./config/config.ts";
import { isLoopback } from "./config/this-machine.ts";
import { decodeBalance } from "./pools/duino/codec-balance.ts";
import type { WorkSource } from "./pools/stratum-server/work.ts";
import type { ProxyServer } from "./proxy/proxy-server.ts";
import { startProxy } from "./proxy/start-proxy.ts";
import type { UsageParts } from "./proxy/usage.ts";
import { type AddressProbe, tcpAddressProbe } from "./shell/address-probe.ts";
import type { BalanceSide } from "./shell/balance-lane.ts";
import { systemClock } from "./shell/clock.ts";
import { isClockSet } from "./shell/clock-set.ts";
import type { ActRequest } from "./shell/control-protocol.ts";
import { Controller } from "./shell/controller.ts";
import { messageOf } from "./shell/error.ts";
import type { FanParts } from "./shell/fan-lane.ts";
import { httpsGet } from "./shell/https-get.ts";
import { openLog } from "./shell/log.ts";
import type { LogRing } from "./shell/log-ring.ts";
import { MinersLane, type MinersParts } from "./shell/miners-lane.ts";
import { readMiningKey } from "./shell/mining-key.ts";
import { openState } from "./shell/open-state.ts";
import type { Parts } from "./shell/parts.ts";
import { poolsOf } from "./shell/pools-of.ts";
import type { ReloadReply } from "./shell/reload.ts";
import type { Store } from "./shell/store.ts";
import type { ShipLane } from "./ship/ship-lane.ts";
import { startShipping } from "./ship/start-shipping.ts";
import { answerPast } from "./stats/archive.ts";
import { StatsLane } from "./stats/stats-lane.ts";
import { StatsStore } from "./stats/stats-store.ts";
import { startVoices, type Voices } from "./voices.ts";

const BALANCE_BYTES_MAX = 65_536;
const BALANCE_TIMEOUT_MS = 15_000;

function balanceSide({ pool, balance }: ControllerConfig, store: Store): BalanceSide | null {
  if (balance.url === null) return null;
  const url = new URL(
    `${balance.url.replace(/\/$/, "")}/balances/${encodeURIComponent(pool.user)}`,
  );
  const limits = { timeoutMs: BALANCE_TIMEOUT_MS, maxBytes: BALANCE_BYTES_MAX };
  return {
    pollMs: balance.pollMs,
    ask: async () => {
      const got = await httpsGet(url, { ...limits, userAgent: `zerorig ${ZERORIG_VERSION}` });
      return got.ok ? decodeBalance(got.status, got.body) : got;
    },
    recall: (sinceMs) => store.readBalances(sinceMs),
    keep: (sample) => store.writeBalance(sample),
  };
}

/** Who tells whether a silent Zero's kernel answers. Virtual Zeros are on this machine: their board knows it. */
function addressProbe(config: ControllerConfig): AddressProbe {
  const socketPath = virtualSocketOf(config.hat.board);
  if (socketPath === null) return tcpAddressProbe(systemClock);
  return { answers: (slot) => answersOnVirtualNetwork(socketPath, slot).catch(() => null) };
}

function fanParts({ fan }: ControllerConfig): FanParts | null {
  const { bcm, limits } = fan;
  if (bcm === null) return null;
  return { limits, open: () => openFan({ bcm, hold: true }), tempC: () => ownTempC() };
}

interface RunningController {
  readonly stop: () => Promise<void>;
  readonly reload: () => Promise<ReloadReply>;
}

/** Starts the controller. Rejects with a HatError or a ControllerError; after that, failures are handled or reported. */
export async function startController(
  config: ControllerConfig,
  source: Parts["source"],
): Promise<RunningController> {
  const { log, ring, hide } = openLog(config.logLevel);
  const miningKey = miningKeyOf(config, log);
  const token = readToken(config.http.tokenFile);
  for (const secret of [miningKey, token]) if (secret !== null) hide(secret);
  const board = await openBoard({ ...config.hat, hold: true });
  const { store, lock } = await openState(config.stateDir, () => systemClock.wall()).catch(
    async (error: unknown) => {
      await board.close();
      throw error;
    },
  );
  if (store.setAside !== null) {
    log.error({ ev: "store.set-aside", file: store.setAside, todo: "a new store is begun" });
  }
  const notice = noticeOf(log);
  // Both are made after the controller, which they look at.
  let stats: StatsLane | null = null;
  let api: ApiServer | null = null;
  let voices: Voices | null = null;
  let ship: ShipLane | null = null;
  let proxy: ProxyServer | null = null;
  const blocks = new BlockNews();
  const { miners: work, ...pools } = poolsOf(config, miningKey, store, log, hide);
  const miners = minersOf(config, work, log);
  const controller = new Controller({
    config,
    source,
    clock: systemClock,
    isClockSet,
    log,
    ring,
    board,
    addressProbe: addressProbe(config),
    fan: fanParts(config),
    store,
    ...pools,
    miners: () => miners.report(),
    balance: balanceSide(config, store),
    hostWorkerScript: new URL("./host-worker.mjs", import.meta.url),
    agentProgram: fileURLToPath(new URL("./zero-agent.cjs", import.meta.url)),
    version: ZERORIG_VERSION,
    past: (request) => answerPast(request, stats, store),
    beside: () => (proxy === null ? {} : { proxy: proxy.status() }),
    onEvent: (event) => {
      api?.publish(event);
      voices?.publish(event);
      blocks.hear(event);
    },
    onTick: () => notice?.turned(),
  });
  api = await apiOf(config, token, controller, log, ring, miners);
  stats = statsLane(config, controller, log);
  try {
    await controller.start();
  } catch (error) {
    await lock.release();
    throw error;
  }
  stats?.start();
  const stop = async () => {
    await Promise.all([api?.close(), voices?.stop(), ship?.stop(), miners.stop(), proxy?.close()]);
    await controller.stop();
    stats?.stop();
    await lock.release();
  };
  try {
    await serve(api, log);
    await miners.start(stats);
    const side = { ...sideOf(controller), news: () => blocks.take() };
    voices = await startVoices(config, aboutOf(config, board), side, { log, hide });
    ship = await startShipping(config, { clock: systemClock, store, log, hide });
    proxy = await startProxy(config, proxySide(controller), log);
  } catch (error) {
    await stop();
    throw error;
  }
  notice?.ready();
  return { stop, reload: () => controller.reload() };
}

function miningKeyOf({ pool }: ControllerConfig, log: Logger): string | null {
  return readMiningKey(pool.keyFile, (todo) => log.warn({ ev: "pool.key-exposed", todo }));
}

function noticeOf(log: Logger) {
  return serviceNotice(process.env, (why) =>
    log.warn({ ev: "service.notice-lost", why, todo: "systemd will take us for hung" }),
  );
}

/** Null where their file cannot be opened: the rig runs without them. */
function statsLane(
  { stateDir }: ControllerConfig,
  controller: Controller,
  log: Logger,
): StatsLane | null {
  const note = (ev: string, detail: Readonly<Record<string, string>>) =>
    log.warn({ ev, ...detail });
  try {
    const store = new StatsStore(stateDir, () => systemClock.wall());
    if (store.setAside !== null) note("stats.set-aside", { file: store.setAside });
    return new StatsLane({
      clock: systemClock,
      isClockSet,
      store,
      status: () => controller.status(),
      work: () => controller.figures.sums(),
      note,
    });
  } catch (error) {
    note("stats.failed", { error: messageOf(error) });
    return null;
  }
}

function minersOf({ miners }: ControllerConfig, source: WorkSource | null, log: Logger) {
  const note: MinersParts["note"] = (level, ev, detail) => log[level]({ ev, ...detail });
  return new MinersLane({ config: miners, source, note });
}

/** Whom the API and the voices speak for. */
function sideOf(controller: Controller) {
  return {
    clock: systemClock,
    status: () => controller.status(),
    rig: () => controller.state,
    act: (request: ActRequest) => controller.act(request),
  };
}

function proxySide(controller: Controller) {
  const post: UsageParts["post"] = ({ slots, forMs, by = "" }) =>
    void controller.act({ verb: "wake", slots: [...slots], forMs, by });
  return { clock: systemClock, rig: () => controller.state, post };
}

function aboutOf({ http }: ControllerConfig, { info }: PowerBoard) {
  const isSeen = http.listen !== null && !isLoopback(http.listen) && http.port !== 0;
  const url = isSeen ? `http://${hostname().toLowerCase()}.local:${http.port}/` : null;
  return { version: ZERORIG_VERSION, board: info.description, slots: info.slots, url };
}

/** The names of this machine: as it calls itself, and as its neighbours find it. */
function ownNames(): readonly string[] {
  const name = hostname().toLowerCase();
  return ["localhost", name, `${name}.local`];
}

async function apiOf(
  { http }: ControllerConfig,
  token: string | null,
  controller: Controller,
  log: Logger,
  ring: LogRing,
  miners: MinersLane,
): Promise<ApiServer | null> {
  const { listen, port, readOnly, hosts } = http;
  if (listen === null) return null;
  const names = [...ownNames(), ...hosts];
  const pageDir = new URL("./page/", import.meta.url);
  const options = {
    listen,
    port,
    token,
    readOnly,
    hosts: names,
    version: ZERORIG_VERSION,
    pageDir,
  };
  return await ApiServer.make(options, {
    ...sideOf(controller),
    ring,
    miners: () => miners.report(),
    warn: (ev, detail) => log.warn({ ev, ...detail }),
  });
}

async function serve(api: ApiServer | null, log: Logger): Promise<void> {
  if (api === null) return;
  const url = await api.listen();
  log.info({ ev: "api.listening", url }, `open ${pageUrl(url)}`);
}

/** Where a browser finds the page: an address that stands for all of this machine's is nothing to open. */
function pageUrl(url: string): string {
  return `${url.replace(/0\.0\.0\.0|\[::\]/, `${hostname().toLowerCase()}.local`)}/`;
}
