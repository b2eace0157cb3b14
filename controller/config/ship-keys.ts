// The keys of [ship]: a central store that gets every share.

import { parseDestination } from "../ship/destination.ts";
import { key, optional, section } from "./key.ts";
import { absolutePath, milliseconds, text, trueOrFalse } from "./kind.ts";

const HOUR_MS = 3_600_000;

export const SHIP = section(
  "A central store that gets every settled share, of one rig or of many.",
  {
    url: optional(
      text(
        '"postgres://user@host:5432/database" or "nats://host:4222/subject"; no password, which has a file of its own',
        (value) => parseDestination(value) !== null,
      ),
      "postgres://zerorig@192.0.2.3:5432/mining",
      "The store; without it nothing is shipped.",
    ),
    password_file: optional(
      absolutePath("a file"),
      "/etc/zerorig/ship.password",
      "Holds that user's password alone (or, of NATS without a user, the token), mode 0600.",
    ),
    tls: key(trueOrFalse, false, "TLS, with the store's certificate checked."),
    ca_file: optional(
      absolutePath("a file"),
      "/etc/zerorig/ship-ca.pem",
      "The certificates to trust, in place of the system's; with it there is TLS anyway.",
    ),
    every_ms: key(
      milliseconds(1000, HOUR_MS),
      30_000,
      "How often shares are sent, those that came meanwhile together.",
    ),
  },
);
