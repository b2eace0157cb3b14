// The keys of [miners]: ordinary miners beside the Zeros.

import { isIP } from "node:net";
import { key, optional, section } from "./key.ts";
import { fraction, milliseconds, text, wholeNumber } from "./kind.ts";

const MINUTE_MS = 60_000;

export const MINERS = section(
  "A Stratum server for ordinary miners, at the pool that the rig mines at; for sha256d and scrypt.",
  {
    listen: optional(
      text("an IP address of this machine", (value) => isIP(value) !== 0),
      "0.0.0.0",
      "The address to serve on; without it no miners are served. 0.0.0.0 is every address: whoever reaches it may mine.",
    ),
    port: key(wholeNumber(0, 65_535), 3333, "0 takes any free port."),
    start_difficulty: optional(
      fraction(1e-9, 1e12),
      0.001,
      "Where a new miner starts; without it, where a small one finds a share in seconds.",
    ),
    share_interval_ms: key(
      milliseconds(1000, 10 * MINUTE_MS),
      10_000,
      "How often each miner should find a share: its difficulty is made so.",
    ),
    max_miners: key(wholeNumber(1, 10_000), 256, "The most connections."),
    max_per_address: key(wholeNumber(1, 10_000), 64, "The most connections of one address."),
    ban_ms: key(
      milliseconds(1000, 1440 * MINUTE_MS),
      10 * MINUTE_MS,
      "How long an address is turned away that sent too much that is wrong.",
    ),
  },
);
