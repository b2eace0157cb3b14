// Looks at the rig now and then, and tells those who want to know when something is wrong. Whatever becomes of it, the rig mines on.

import { randomUUID } from "node:crypto";
import type { RigStatus } from "../core/status.ts";
import type { Clock } from "../shell/clock.ts";
import { messageOf } from "../shell/error.ts";
import type { AlertKind, AlertLevel } from "./alert-kind.ts";
import type { Letter } from "./receiver.ts";
import { type Notice, Thinner } from "./thinner.ts";
import { firstLook, type Look, lookAgain, type Matter, type Watched } from "./watch.ts";

export interface AlertOptions {
  readonly rig: string;
  readonly kinds: readonly AlertKind[];
  readonly repeatMs: number;
  readonly noSharesMs: number;
}

export interface AlertSide {
  readonly clock: Clock;
  status(): RigStatus;
  /** Bytes that are free where the state is. */
  diskFree(): Promise<number>;
  /** What happened since it was asked last, and is told of by itself. */
  news(): readonly Matter[];
  deliver(letter: Letter): void;
  log(level: AlertLevel, ev: string, detail: Readonly<Record<string, string>>): void;
}

const LOOK_MS = 2000;
const DISK_LOOK_MS = 60_000;
/** An SD card with less is about to be full: a day of statistics and events is some megabytes. */
const DISK_FREE_MIN_BYTES = 64_000_000;

export class AlertLane {
  readonly #options: AlertOptions;
  readonly #side: AlertSide;
  readonly #thinner: Thinner;
  #watched: Watched | null = null;
  #diskFreeBytes: number | null = null;
  #diskAt = Number.NEGATIVE_INFINITY;
  #cancel: () => void = () => {};

  constructor(options: AlertOptions, side: AlertSide) {
    this.#options = options;
    this.#side = side;
    this.#thinner = new Thinner(options.repeatMs);
  }

  start(): void {
    this.#cancel = this.#side.clock.after(LOOK_MS, () => {
      try {
        this.#look();
      } catch (error) {
        this.#side.log("warn", "alert.lane-failed", { error: messageOf(error) });
      }
      this.start();
    });
  }

  stop(): void {
    this.#cancel();
  }

  #look(): void {
    const now = this.#side.clock.now();
    this.#lookAtDisk(now);
    const look: Look = {
      status: this.#side.status(),
      diskFreeBytes: this.#diskFreeBytes,
    };
    this.#watched ??= firstLook(look, now);
    const { noSharesMs } = this.#options;
    const limits = { noSharesMs, diskFreeMinBytes: DISK_FREE_MIN_BYTES };
    const { watched, lasting, happened } = lookAgain(this.#watched, look, now, limits);
    this.#watched = watched;
    const isWanted = ({ kind }: Matter) => this.#options.kinds.includes(kind);
    const all = [...happened, ...this.#side.news()];
    const notices = this.#thinner.take(now, lasting.filter(isWanted), all.filter(isWanted));
    for (const notice of notices) this.#tell(notice);
  }

  #tell(notice: Notice): void {
    const { state, kind, slot, level, text } = notice;
    this.#side.log(level, `alert.${state}`, { kind: kind ?? "", slot: slot ?? "", text });
    this.#side.deliver(letterOf(notice, this.#options.rig, this.#side.clock));
  }

  #lookAtDisk(now: number): void {
    if (now - this.#diskAt < DISK_LOOK_MS) return;
    this.#diskAt = now;
    this.#side.diskFree().then(
      (bytes) => {
        this.#diskFreeBytes = bytes;
      },
      () => {
        this.#diskFreeBytes = null;
      },
    );
  }
}

export function letterOf(notice: Notice, rig: string, clock: Clock): Letter {
  return { ...notice, id: randomUUID(), at: clock.wall().toISOString(), rig };
}
