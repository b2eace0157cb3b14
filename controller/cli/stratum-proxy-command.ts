// `zerorig pool --stratum ... --upstream`: ordinary miners at another pool, over one connection, without a rig.

import { addressOf, type PoolNode } from "../pools/node.ts";
import type { HeaderAlgorithm } from "../pools/stratum/target.ts";
import { ControllerError } from "../shell/error.ts";
import { MinerTap } from "../shell/miner-tap.ts";
import { MinersLane } from "../shell/miners-lane.ts";
import type { LaneParts } from "../shell/seat-lane.ts";
import { StratumLane } from "../shell/stratum-lane.ts";
import { stratumClients } from "../shell/stratum-side.ts";
import { openKept, workerLines } from "./kept-workers.ts";
import { onStopSignal } from "./signals.ts";
import type { StratumPoolOptions } from "./stratum-pool-command.ts";

export interface ProxyOptions extends StratumPoolOptions {
  readonly upstream: PoolNode;
  /** As which the upstream knows all of them. */
  readonly user: string;
}

const MINERS_MAX = 256;
const BAN_MS = 600_000;

/** A lane of one pool, that no seat but the miners' is at. */
function tapAt(
  algorithm: HeaderAlgorithm,
  { upstream, user }: ProxyOptions,
  note: LaneParts["note"],
): MinerTap {
  const tap = new MinerTap(algorithm);
  const parts: LaneParts = {
    nodes: {
      node: upstream,
      good: () => {},
      bad: (node, code, detail) => note("pool.failed", { node: addressOf(node), code, detail }),
    },
    otherNodes: [],
    allNodes: () => [upstream],
    post: () => {},
    note,
  };
  const shape = { user, password: "x", algorithm, agent: `zerorig/${ZERORIG_VERSION}`, ca: null };
  const more = { suggestDifficulty: null, rollsVersion: true, isShared: true };
  const open = tap.open(stratumClients({ ...shape, ...more }));
  const lane = new StratumLane({
    ...parts,
    ...{ post: tap.post(parts.post), algorithm, open, otherOpens: [], random: Math.random },
    onClose: () => {},
  });
  tap.attach(lane, parts);
  return tap;
}

/** What keeps a rig's miners from being served is advised on by its settings; here there are options in their place. */
function byOptions(error: unknown): unknown {
  if (!(error instanceof ControllerError)) return error;
  const todo = "choose another address with --host and --port";
  return new ControllerError(error.code, error.message, todo, error);
}

/** Runs until it is told to stop; prints what happens, and the counts at the end. */
export async function runStratumProxy(options: ProxyOptions): Promise<void> {
  const { stratum: algorithm, host, port, json, shareTime, shareDifficulty } = options;
  const print = (ev: string, detail: object, words = Object.values(detail).join(" ")) => {
    const at = new Date().toISOString();
    process.stdout.write(json ? `${JSON.stringify({ at, ev, ...detail })}\n` : `${ev} ${words}\n`);
  };
  const signal = onStopSignal();
  const miners = new MinersLane({
    config: {
      ...{ listen: host, port, startDifficulty: shareDifficulty ?? null, banMs: BAN_MS },
      ...{ shareEveryMs: shareTime, maxMiners: MINERS_MAX, maxPerAddress: MINERS_MAX },
    },
    source: tapAt(algorithm, options, (ev, detail) => print(ev, detail)),
    note: (_, ev, detail) => print(ev, detail),
  });
  const past = await openKept(options.stateDir, print);
  await miners.start(past).catch(async (error: unknown) => {
    await miners.stop();
    await past?.close();
    throw byOptions(error);
  });
  const tell = () => {
    if (past === null) return;
    for (const { value, text } of workerLines(miners.report())) print("pool.worker", value, text);
  };
  tell();
  await signal.stopped;
  const { accepted, rejected, forwarded } = miners.report();
  tell();
  await miners.stop();
  await past?.close();
  print("pool.stopped", {
    ...{ accepted, rejected },
    ...{ forwarded_accepted: forwarded.accepted, forwarded_rejected: forwarded.rejected },
  });
  signal.release();
}
