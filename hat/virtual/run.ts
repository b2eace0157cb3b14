// Puts a virtual ClusterHAT together from its parts and runs it until it is told to stop.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { ExpanderRevision } from "../expander.ts";
import { type SlotId, slotId } from "../slots.ts";
import type { ChipModel } from "./chip.ts";
import { realClock } from "./clock.ts";
import { type Seat, VirtualHat } from "./hat.ts";
import { commandLaunch, killLeftover, type Launch } from "./program.ts";
import { randomStream } from "./random.ts";
import { type LinkTarget, Relay } from "./relay.ts";
import { serveVirtualHat, type VirtualServer } from "./server.ts";
import { makeSysroot } from "./sysroot.ts";
import { Zero } from "./zero.ts";

export interface VirtualRunOptions {
  readonly socketPath: string;
  readonly slotCount: number;
  readonly revision: ExpanderRevision;
  readonly model: ChipModel;
  /** Which card sits in which slot: [2, 1] swaps the cards of p1 and p2. Without it each is in its own. */
  readonly cards?: readonly number[] | undefined;
  readonly seed: string;
  readonly bootMs: { readonly min: number; readonly max: number };
  /** Where the controller listens for agents. */
  readonly link: LinkTarget;
  /** Gets `<slot>.log` and `<slot>/` (the fake /proc and /sys) for each Zero. */
  readonly directory: string;
  /** Each Zero's software; `{slot}` in an argument becomes the slot's name. Empty for none. */
  readonly command: readonly string[];
  readonly log: (ev: string, detail: Readonly<Record<string, string | number | null>>) => void;
}

export interface RunningVirtualHat {
  /** Settles when a client asked for the end. */
  readonly stopAsked: Promise<void>;
  /** Kills all Zeros before it returns, then closes the socket. */
  stop(): Promise<void>;
}

/** Starts the board; it listens when this resolves. All Zeros are off. Rejects with a HatError. */
export async function runVirtualHat(options: VirtualRunOptions): Promise<RunningVirtualHat> {
  const relays: Relay[] = [];
  const seats: Seat[] = [];
  for (let index = 0; index < options.slotCount; index += 1) {
    const relay = new Relay(options.link);
    relays.push(relay);
    seats.push(await makeSeat(options, slotId(index), relay));
  }
  const hat = new VirtualHat({
    seats,
    revision: options.revision,
    model: options.model,
    cards: options.cards,
    clock: realClock,
    log: options.log,
  });
  let askStop = () => {};
  const stopAsked = new Promise<void>((resolve) => {
    askStop = resolve;
  });
  const dismantle = () => {
    hat.stop();
    for (const relay of relays) relay.close();
  };
  let server: VirtualServer;
  try {
    server = await serveVirtualHat({ ...options, hat, onStop: () => askStop() });
  } catch (error) {
    dismantle();
    throw error;
  }
  const killLeftovers = () => {
    for (const seat of seats) killLeftover(pidPath(options, seat.slot));
  };
  // Only now: the socket is ours, so whatever runs there has lost its board.
  killLeftovers();
  const stop = async () => {
    try {
      dismantle();
    } finally {
      // Also when the board is in no state to: no Zero may outlive it.
      killLeftovers();
    }
    await server.close();
  };
  let stopped: Promise<void> | null = null;
  return {
    stopAsked,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

async function makeSeat(options: VirtualRunOptions, slot: SlotId, relay: Relay): Promise<Seat> {
  const root = join(options.directory, slot);
  await mkdir(root, { recursive: true });
  const onFault = (why: string) => options.log("files.failed", { slot, why });
  const sysroot = makeSysroot(root, onFault);
  const port = await relay.listen();
  const zero = new Zero({
    slot,
    clock: realClock,
    random: randomStream(options.seed, `zero ${slot}`),
    bootMs: options.bootMs,
    launch: launchOf(options, slot, port, root, onFault),
    link: relay,
    sysroot,
    log: (ev, detail) => options.log(ev, { slot, ...detail }),
  });
  return { slot, zero, link: relay, sysroot };
}

function pidPath(options: VirtualRunOptions, slot: SlotId): string {
  return join(options.directory, `${slot}.pid`);
}

function launchOf(
  options: VirtualRunOptions,
  slot: SlotId,
  port: number,
  root: string,
  onFault: (why: string) => void,
): Launch | null {
  const [command, ...args] = options.command.map((word) => word.replaceAll("{slot}", slot));
  if (command === undefined) return null;
  return commandLaunch({
    command,
    args,
    env: {
      ZERO_AGENT_CONTROLLER: `ws://127.0.0.1:${port}/link`,
      ZERO_AGENT_SYSROOT: root,
    },
    logPath: join(options.directory, `${slot}.log`),
    pidPath: pidPath(options, slot),
    onFault,
  });
}
