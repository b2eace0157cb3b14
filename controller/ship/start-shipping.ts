// Begins to ship shares where [ship] names a store. Its packages load only then.

import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import type { ControllerConfig } from "../config/config.ts";
import { readCertificates } from "../shell/certificates.ts";
import type { Clock } from "../shell/clock.ts";
import { readOwnSecret } from "../shell/secret-file.ts";
import type { Store } from "../shell/store.ts";
import { type Destination, nameOf } from "./destination.ts";
import type { SinkOptions } from "./postgres-sink.ts";
import { ShipLane } from "./ship-lane.ts";
import type { ShareSink } from "./shipped-share.ts";

/** Beside the names of destinations, which are URLs. */
const RIG = "rig";

export interface ShipSide {
  readonly clock: Clock;
  readonly store: Store;
  readonly log: Logger;
  /** Keeps a secret out of the log, wherever an error may carry it. */
  hide(secret: string): void;
}

/** Null where nothing is to be shipped. Throws a ControllerError for a file that cannot be read; a store that is gone is no error. */
export async function startShipping(
  { ship, pool }: Pick<ControllerConfig, "ship" | "pool">,
  { clock, store, log, hide }: ShipSide,
): Promise<ShipLane | null> {
  const { to } = ship;
  if (to === null) return null;
  const password = ship.passwordFile === null ? null : readPassword(ship.passwordFile);
  if (password !== null) hide(password);
  const tls = ship.tls ? { ca: readCertificates(ship.caFile, "[ship] ca_file") } : null;
  const [name, rig] = [nameOf(to), rigIdOf(store)];
  const lane = new ShipLane({
    clock,
    everyMs: ship.everyMs,
    random: Math.random,
    sink: await sinkOf(to, { password, tls }),
    cursor: Number(store.readShip(name) ?? 0),
    read: (after, limit) =>
      store.settledShares(after, limit).map((share) => ({ rig, name: pool.rig, ...share })),
    has: (id) => store.hasShare(id),
    keep: (cursor) => store.writeShip(name, String(cursor)),
    note: (level, ev, detail) => log[level]({ ev, to: name, ...detail }),
  });
  lane.start();
  return lane;
}

/** Made with the database: one that is begun anew counts its shares from the beginning, and they are others. */
function rigIdOf(store: Store): string {
  const known = store.readShip(RIG);
  if (known !== null) return known;
  const made = randomUUID();
  store.writeShip(RIG, made);
  return made;
}

async function sinkOf(to: Destination, options: SinkOptions): Promise<ShareSink> {
  if (to.kind === "postgres") {
    const { PostgresSink } = await import("./postgres-sink.ts");
    return new PostgresSink(to, options);
  }
  const { NatsSink } = await import("./nats-sink.ts");
  return new NatsSink(to, options);
}

function readPassword(path: string): string {
  const todo = "check [ship] password_file; the file holds the password alone, mode 0600";
  return readOwnSecret(path, "the store's password", todo);
}
