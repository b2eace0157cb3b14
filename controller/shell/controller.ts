// The controller as a running thing: the loop and everything around it, from start to stop.

import { join } from "node:path";
import type { Logger } from "pino";
import type { PowerBoard } from "../../hat/board.ts";
import type { ControllerConfig } from "../config/config.ts";
import type { EffectOf } from "../core/effect.ts";
import { initialState } from "../core/state.ts";
import type { RigEvent, RigStatus } from "../core/status.ts";
import { awaitsVerdict, isSwitching, type Surroundings, view } from "../core/view.ts";
import { temperatureIot } from "../pools/duino/codec.ts";
import { parseNode } from "../pools/node.ts";
import type { AddressProbe } from "./address-probe.ts";
import { answerOf, refusalOf } from "./answer.ts";
import { BalanceLane, type BalanceSide } from "./balance-lane.ts";
import { BoardLane } from "./board-lane.ts";
import type { Clock } from "./clock.ts";
import type { ActRequest, ControlReply } from "./control-protocol.ts";
import { ControlSocket } from "./control-socket.ts";
import { messageOf } from "./error.ts";
import { executors } from "./executors.ts";
import { FanLane, type FanParts } from "./fan-lane.ts";
import { HostWorkers } from "./host-workers.ts";
import { keyFaults } from "./link-keys.ts";
import { LinkServer } from "./link-server.ts";
import { Loop, type Untimed } from "./loop.ts";
import { PoolFinder, type PoolSide } from "./pool-finder.ts";
import { PoolLane, type SeatOptions } from "./pool-lane.ts";
import { Recorder } from "./recorder.ts";
import { eventOf } from "./request-event.ts";
import { ScheduleLane } from "./schedule-lane.ts";
import type { Store } from "./store.ts";

/** How long a stop waits for verdicts that are still at the pool. */
const STOP_PATIENCE_MS = 3000;
const QUIESCE_LOOK_MS = 50;
const THIN_EVERY_MS = 3_600_000;
const MEGABYTE = 1_000_000;

/** What the composition root hands in. */
export interface Parts {
  readonly config: ControllerConfig;
  readonly clock: Clock;
  /** Whether this time of the wall clock may be believed. */
  readonly isClockSet: (wall: Date) => boolean;
  readonly log: Logger;
  readonly board: PowerBoard;
  readonly addressProbe: AddressProbe;
  /** Null where no fan is configured. */
  readonly fan: FanParts | null;
  readonly store: Store;
  readonly seatOptionsOf: (seat: string) => SeatOptions;
  readonly pools: PoolSide;
  /** Null where the balance is not looked at. */
  readonly balance: BalanceSide | null;
  readonly hostWorkerScript: URL;
  readonly version: string;
}

/** Not for the audit table: shares have one of their own, and strangers are not to wear out the card. */
const NOT_AUDITED =
  /^(?:share|result|job)\.|^link\.(?:refused|ended|thinned|server-error)$|^agent\.log$/;

export class Controller {
  readonly #parts: Parts;
  readonly #startedAt: number;
  readonly #around: Surroundings;
  readonly #loop: Loop;
  readonly #lane: BoardLane;
  readonly #links: LinkServer;
  readonly #finder: PoolFinder;
  readonly #pool: PoolLane;
  readonly #balance: BalanceLane | null;
  readonly #hosts: HostWorkers;
  readonly #control: ControlSocket;
  readonly #schedules: ScheduleLane;
  readonly #recorder: Recorder | null;
  readonly #fan: FanLane | null;
  #thinning: NodeJS.Timeout | null = null;
  #stopping: Promise<void> | null = null;

  constructor(parts: Parts) {
    const { config, clock, board, store } = parts;
    this.#parts = parts;
    this.#startedAt = clock.now();
    this.#around = { version: parts.version, board: board.info.description };
    const post = (event: Untimed) => this.#loop.post(event);
    const report = (effect: EffectOf<"report">) => this.#report(effect);
    this.#lane = new BoardLane(board, clock, post, () => isSwitching(this.#loop.state));
    this.#links = new LinkServer(config.link, clock, post, (ev, detail) => this.#note(ev, detail));
    const warn = (ev: string, detail: Readonly<Record<string, string>>) =>
      report({ type: "report", level: "warn", ev, slot: null, why: null, detail });
    this.#finder = new PoolFinder({ ...parts.pools, clock, post, note: warn });
    this.#balance =
      parts.balance &&
      new BalanceLane({
        ...parts.balance,
        clock,
        isClockSet: parts.isClockSet,
        joules: () => view(this.#loop.state, this.#around, clock.now()).totals.energy.joules,
        note: warn,
      });
    this.#pool = new PoolLane(parts.seatOptionsOf, this.#finder, post);
    this.#hosts = new HostWorkers(parts.hostWorkerScript, post, (worker, detail) => {
      const effect = { type: "report", ev: "host.failed", slot: null, why: null } as const;
      report({ ...effect, level: "error", detail: { worker, detail } });
    });
    this.#control = new ControlSocket(config.controlSocket, {
      status: () => this.status(),
      act: (request) => this.#act(request),
    });
    this.#schedules = new ScheduleLane({
      windows: config.schedules,
      clock,
      isClockSet: parts.isClockSet,
      post,
      alarmFailed: (error) => this.#note("schedule.alarm-failed", { error: messageOf(error) }),
    });
    this.#fan =
      parts.fan === null
        ? null
        : new FanLane(parts.fan, clock, (level, ev, detail) =>
            report({ type: "report", level, ev, slot: null, why: null, detail }),
          );
    const shape = { slots: board.info.slots, hostWorkers: config.hostWorkers };
    const state = initialState(shape, config.policy, store.recall(), this.#startedAt);
    const machinery = {
      clock,
      store,
      board: this.#lane,
      links: this.#links,
      addresses: parts.addressProbe,
      pool: this.#pool,
      hosts: this.#hosts,
      iotOf: (seat: string) => this.#iotOf(seat),
      post,
      report,
    };
    this.#recorder = config.record.on ? this.#record() : null;
    this.#loop = new Loop(state, clock, executors(machinery), this.#recorder?.take);
  }

  /** Opens the control socket, lets agents in, then reads the lines. A start that fails changes no line. */
  async start(): Promise<void> {
    const { config } = this.#parts;
    // First, so that the loop's first turn knows where connections go, or that nobody knows yet.
    this.#finder.start();
    try {
      await this.#control.listen();
      const port = await this.#links.listen();
      this.#schedules.start();
      // Last, for nothing is switched before the lines were read: a start that fails has touched none.
      await this.#lane.start();
      this.#note("controller.started", {
        version: this.#around.version,
        board: this.#around.board,
        link: `${config.link.listen}:${port}`,
        config: config.source,
      });
      this.#warnOfKeys();
    } catch (error) {
      this.#schedules.stop();
      this.#loop.stop();
      this.#finder.stop();
      this.#pool.close();
      await Promise.all([this.#links.stop(), this.#hosts.close(), this.#control.close()]);
      await this.#lane.close();
      await this.#recorder?.close();
      this.#parts.store.close();
      throw error;
    }
    this.#fan?.start();
    this.#balance?.start();
    this.#thinning = setInterval(() => this.#thin(), THIN_EVERY_MS);
  }

  /** Lets verdicts come in, then ends everything. No line changes: the Zeros hash on and wait. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  status(): RigStatus {
    return view(this.#loop.state, this.#surroundings(), this.#parts.clock.now());
  }

  /** The temperature of the Zero whose seat it is, where it is to be shown. */
  #iotOf(seat: string): string {
    if (!this.#parts.config.pool.showTemperature) return "";
    const tempC = this.#loop.state.slots.find(({ id }) => id === seat)?.vitals?.tempC ?? null;
    return tempC === null ? "" : temperatureIot(tempC);
  }

  #surroundings(): Surroundings {
    const balance = this.#balance === null ? {} : { balance: this.#balance.status() };
    return { ...this.#around, finder: this.#finder.status(), ...balance };
  }

  async #stop(): Promise<void> {
    if (this.#thinning !== null) clearInterval(this.#thinning);
    this.#balance?.stop();
    await this.#quiesce(STOP_PATIENCE_MS);
    this.#note("controller.stopping", {});
    await this.#fan?.stop();
    this.#schedules.stop();
    this.#loop.stop();
    this.#finder.stop();
    this.#pool.close();
    await Promise.all([this.#links.stop(), this.#hosts.close(), this.#control.close()]);
    await this.#lane.close();
    await this.#recorder?.close();
    this.#parts.store.close();
  }

  #record(): Recorder {
    const { config, clock, version } = this.#parts;
    const onFailure = (error: unknown) => {
      const detail = { error: messageOf(error), todo: "nothing more is recorded in this run" };
      const [level, ev] = ["error", "record.failed"] as const;
      this.#report({ type: "report", level, ev, slot: null, why: null, detail });
    };
    const dir = join(config.stateDir, "record");
    const maxBytes = config.record.maxMb * MEGABYTE;
    return new Recorder({ dir, maxBytes, program: version, clock, onFailure });
  }

  async #quiesce(timeoutMs: number): Promise<void> {
    const { clock } = this.#parts;
    this.#loop.post({ type: "quiesce" });
    const until = clock.now() + timeoutMs;
    do {
      await new Promise<void>((resolve) => clock.after(QUIESCE_LOOK_MS, resolve));
    } while (awaitsVerdict(this.#loop.state) && clock.now() < until);
  }

  async #act(request: ActRequest): Promise<ControlReply> {
    const refusal = refusalOf(request, this.#loop.state);
    if (refusal !== null) return refusal;
    const event = eventOf(request);
    if (request.verb === "pool-node") await this.#choosePool(request.node, request.reason);
    else if (request.verb === "quiesce") await this.#quiesce(request.timeoutMs);
    else if (event !== null) {
      this.#loop.post(event);
      await twoTurns();
    }
    return answerOf(request, this.#loop.state, this.#surroundings(), this.#parts.clock.now());
  }

  async #choosePool(node: string | null, reason: string): Promise<void> {
    this.#note("pool.chosen", { node: node ?? "auto", reason });
    this.#finder.choose(node === null ? null : parseNode(node));
    await twoTurns();
  }

  /** An agent whose key is not here is refused at each try; whoever reads this log finds out why. */
  #warnOfKeys(): void {
    const { config, board } = this.#parts;
    for (const { slot, ...detail } of keyFaults(config.link.keysDir, board.info.slots)) {
      const effect = { type: "report", ev: "link.key-fault", slot, why: null } as const;
      this.#report({ ...effect, level: "warn", detail });
    }
  }

  #thin(): void {
    try {
      this.#parts.store.thin();
    } catch (error) {
      this.#parts.log.error({ ev: "store.failed", error: messageOf(error) });
    }
  }

  #note(ev: string, detail: Readonly<Record<string, string>>): void {
    this.#report({ type: "report", level: "info", ev, slot: null, why: null, detail });
  }

  #report({ level, ev, slot, why, detail }: EffectOf<"report">): void {
    const { clock, log, store } = this.#parts;
    const at = clock.wall().toISOString();
    const at_ms = Math.round(clock.now() - this.#startedAt);
    const event: RigEvent = { at, at_ms, level, ev, slot, why, detail };
    log[level]({ ev, slot, why, ...detail });
    if (!NOT_AUDITED.test(ev)) {
      try {
        store.writeEvent(event);
      } catch (error) {
        log.error({ ev: "store.failed", error: messageOf(error) });
      }
    }
    this.#control.publish(event);
  }
}

/** The event that was posted is taken in, and the answer shows what came of it. */
function twoTurns(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
