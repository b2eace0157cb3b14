// The controller as a running thing: the loop and everything around it, from start to stop.

import { AgentSide } from "../agents/agent-side.ts";
import type { ControllerConfig } from "../config/config.ts";
import type { EffectOf } from "../core/effect.ts";
import { initialState, type RigState } from "../core/state.ts";
import type { RigEvent, RigStatus } from "../core/status.ts";
import { awaitsVerdict, isSwitching, type Surroundings, view } from "../core/view.ts";
import { servedOf } from "../pools/stratum-server/report.ts";
import { answerOf } from "./answer.ts";
import { applyConfig } from "./apply-config.ts";
import { iotOf, rateOf } from "./asker.ts";
import { Audit } from "./audit.ts";
import { BalanceLane } from "./balance-lane.ts";
import { BoardLane } from "./board-lane.ts";
import { carryOut } from "./carry-out.ts";
import type { ActRequest, ControlReply } from "./control-protocol.ts";
import { ControlSocket } from "./control-socket.ts";
import { executors } from "./executors.ts";
import { type FanLane, openFanLane } from "./fan-lane.ts";
import { HostWorkers } from "./host-workers.ts";
import { LinkServer } from "./link-server.ts";
import { Loop, type Untimed, type Witness } from "./loop.ts";
import { openRecorder } from "./open-recorder.ts";
import { OrderDesk } from "./order-desk.ts";
import type { Parts } from "./parts.ts";
import { PoolFinders } from "./pool-finders.ts";
import type { Recorder } from "./recorder.ts";
import { Reload, type ReloadReply } from "./reload.ts";
import { Schedules } from "./schedules.ts";
import type { Asker, Note, SeatLane } from "./seat-lane.ts";
import { shareText } from "./share-text.ts";
import { type Judged, WorkFigures } from "./work-figures.ts";

/** How long a stop waits for verdicts that are still at the pool. */
const STOP_PATIENCE_MS = 3000;
const QUIESCE_LOOK_MS = 50;
const THIN_EVERY_MS = 3_600_000;

export class Controller {
  readonly #parts: Parts;
  /** What it runs by now. */
  #config: ControllerConfig;
  readonly #startedAt: number;
  readonly #around: Surroundings;
  readonly #loop: Loop;
  readonly #lane: BoardLane;
  readonly #links: LinkServer;
  readonly #agents: AgentSide;
  readonly #finders: PoolFinders;
  readonly #pool: SeatLane;
  readonly #balance: BalanceLane | null;
  readonly #hosts: HostWorkers;
  readonly #control: ControlSocket;
  readonly #schedules: Schedules;
  readonly #orders: OrderDesk;
  readonly #reload: Reload;
  readonly #recorder: Recorder | null;
  readonly figures: WorkFigures;
  readonly #audit: Audit;
  /** The share whose verdict is being taken in. */
  #judged: Judged | null = null;
  readonly #fan: FanLane | null;
  #thinning: NodeJS.Timeout | null = null;
  #stopping: Promise<void> | null = null;

  constructor(parts: Parts) {
    const { config, clock, board, store } = parts;
    this.#parts = parts;
    this.#config = config;
    this.#audit = new Audit(store, parts.log);
    this.#startedAt = clock.now();
    this.#around = { version: parts.version, board: board.info.description };
    const post = (event: Untimed) => this.#loop.post(event);
    const report = (effect: EffectOf<"report">) => this.#report(effect);
    this.#lane = new BoardLane(board, clock, post, () => isSwitching(this.#loop.state));
    this.#agents = new AgentSide(parts, {
      state: () => this.#loop.state,
      results: (slot) => this.figures.figures()[slot]?.jobs ?? 0,
      links: () => this.#links,
      post,
      report,
    });
    const note = (ev: string, detail: Readonly<Record<string, string>>) => this.#note(ev, detail);
    this.#links = new LinkServer(config.link, clock, post, note, this.#agents);
    const warn: Note = (ev, detail, level = "warn") =>
      report({ type: "report", level, ev, slot: null, why: null, detail });
    const around = { clock, post, note: warn };
    this.#finders = new PoolFinders(parts.pools, parts.otherPools, around);
    this.#balance =
      parts.balance &&
      new BalanceLane({
        ...parts.balance,
        clock,
        isClockSet: parts.isClockSet,
        joules: () => view(this.#loop.state, this.#around, clock.now()).totals.energy.joules,
        note: warn,
      });
    this.#pool = parts.openLane({ ...this.#finders.sources, post, note: warn });
    this.#hosts = new HostWorkers(parts.hostWorkerScript, post, (worker, detail) =>
      warn("host.failed", { worker, detail }, "error"),
    );
    this.#control = new ControlSocket(config.controlSocket, this, parts.ring);
    this.#schedules = new Schedules({
      windows: config.schedules,
      store,
      configuredWatts: () => this.#config.policy.ceilingWatts,
      note,
      clock,
      isClockSet: parts.isClockSet,
      post,
    });
    this.#orders = this.#openDesk(post);
    this.#fan = openFanLane(parts.fan, clock, report);
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
      askerOf: (seat: string) => this.#askerOf(seat),
      orderEnded: (order: string) => this.#orders.onEnd(order),
      post,
      report,
    };
    this.#reload = new Reload({
      ...parts.source,
      file: config.source,
      apply: (next) => this.#apply(next),
      report: (level, ev, detail) =>
        report({ type: "report", level, ev, slot: null, why: null, detail }),
    });
    this.#recorder = openRecorder(config, parts, report);
    this.figures = new WorkFigures(this.#startedAt);
    const witness: Witness = (before, event, effects) => {
      this.#judged = this.figures.take(before, event, effects);
      this.#recorder?.take(before, event, effects);
    };
    this.#loop = new Loop(state, clock, executors(machinery), witness, parts.onTick);
  }

  #askerOf(seat: string): Asker {
    const iot = this.#config.pool.showTemperature ? iotOf(this.#loop.state, seat) : "";
    return { iot, rateHs: rateOf(this.#loop.state, seat) };
  }

  /** Opens the control socket, lets agents in, then reads the lines. A start that fails changes no line. */
  async start(): Promise<void> {
    const { config } = this.#parts;
    // First, so that the loop's first turn knows where connections go, or that nobody knows yet.
    this.#finders.start();
    try {
      await this.#control.listen();
      const port = await this.#links.listen();
      this.#schedules.start();
      this.#agents.start();
      // Last, for nothing is switched before the lines were read: a start that fails has touched none.
      await this.#lane.start();
      this.#note("controller.started", {
        version: this.#around.version,
        board: this.#around.board,
        link: `${config.link.listen}:${port}`,
        config: config.source,
      });
      this.#agents.warnOfKeys();
    } catch (error) {
      await this.#close();
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

  get state(): RigState {
    return this.#loop.state;
  }

  status(): RigStatus {
    return view(this.#loop.state, this.#surroundings(), this.#parts.clock.now());
  }

  #surroundings(): Surroundings {
    const balance = this.#balance === null ? {} : { balance: this.#balance.status() };
    const [work, jobs] = [this.figures.figures(), this.#orders.counts()];
    const inbox = { dropped: this.#loop.dropped };
    const more = { ...balance, ...servedOf(this.#parts.miners()), ...this.#parts.beside?.() };
    const finder = this.#finders.main.status();
    return { ...this.#around, finder, work, jobs, inbox, ...more };
  }

  #openDesk(post: (event: Untimed) => void): OrderDesk {
    const { store, clock } = this.#parts;
    const limits = () => this.#config.jobs;
    return new OrderDesk({
      store: store.orders,
      clock,
      limits,
      state: () => this.#loop.state,
      post,
    });
  }

  #thin(): void {
    this.#audit.thin();
    this.#orders.thin();
  }

  async #stop(): Promise<void> {
    if (this.#thinning !== null) clearInterval(this.#thinning);
    this.#balance?.stop();
    await this.#quiesce(STOP_PATIENCE_MS);
    this.#note("controller.stopping", {});
    await this.#fan?.stop();
    await this.#close();
  }

  async #close(): Promise<void> {
    this.#schedules.stop();
    this.#orders.close();
    this.#agents.stop();
    this.#loop.stop();
    this.#finders.stop();
    this.#pool.close();
    await Promise.all([this.#links.stop(), this.#hosts.close(), this.#control.close()]);
    await this.#lane.close();
    await this.#recorder?.close();
    this.#parts.store.close();
  }

  async #quiesce(timeoutMs: number): Promise<void> {
    const { clock } = this.#parts;
    this.#loop.post({ type: "quiesce" });
    const until = clock.now() + timeoutMs;
    do {
      await new Promise<void>((resolve) => clock.after(QUIESCE_LOOK_MS, resolve));
    } while (awaitsVerdict(this.#loop.state) && clock.now() < until);
  }

  /** Carries out every verb but `watch`; a request that does not fit this rig is refused. */
  act(request: ActRequest): Promise<ControlReply> {
    return carryOut(request, {
      state: () => this.#loop.state,
      answer: () =>
        answerOf(request, this.#loop.state, this.#surroundings(), this.#parts.clock.now()),
      post: (event) => this.#loop.post(event),
      note: (ev, detail) => this.#note(ev, detail),
      choosePool: (node) => this.#finders.main.choose(node),
      blink: (slots, forMs) => this.#lane.blink(slots, forMs),
      quiesce: (timeoutMs) => this.#quiesce(timeoutMs),
      reload: () => this.reload(),
      past: this.#parts.past,
      orders: this.#orders,
      miners: this.#parts.miners,
      schedules: this.#schedules,
      agents: this.#agents,
    });
  }

  reload(): Promise<ReloadReply> {
    return this.#reload.run();
  }

  #apply(next: ControllerConfig): void {
    const before = this.#config;
    this.#config = next;
    this.#parts.log.level = next.logLevel;
    applyConfig(before, next, {
      policy: (policy) => this.#loop.post({ type: "policy", policy }),
      schedules: (windows) => this.#schedules.replaceFile(windows),
      pools: (nodes, picker) => this.#finders.main.relist(nodes, picker),
    });
  }

  #note(ev: string, detail: Readonly<Record<string, string>>): void {
    this.#report({ type: "report", level: "info", ev, slot: null, why: null, detail });
  }

  #report({ level, ev, slot, why, detail }: EffectOf<"report">): void {
    const { clock, log } = this.#parts;
    const at = clock.wall().toISOString();
    const at_ms = Math.round(clock.now() - this.#startedAt);
    const event: RigEvent = { at, at_ms, level, ev, slot, why, detail };
    log[level]({ ev, slot, why, ...detail }, shareText(this.#judged, ev, why, detail));
    this.#audit.take(event);
    this.#control.publish(event);
    this.#parts.onEvent(event);
  }
}
