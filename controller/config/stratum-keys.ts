// The keys of rigs that mine with Stratum.

import * as v from "valibot";
import { key, optional, section } from "./key.ts";
import { absolutePath, fraction, type Kind, milliseconds, text, trueOrFalse } from "./kind.ts";
import { type ListedGoal, splitFault } from "./split-list.ts";
import { tablesFromText } from "./table-list.ts";

const MINUTE_MS = 60_000;

const goals: Kind<readonly ListedGoal[]> = {
  schema: v.custom<readonly ListedGoal[]>((value) => splitFault(value) === null),
  expected: "a list of goals, each a table [[stratum.split]]",
  fault: splitFault,
  fromText: tablesFromText,
};

export const STRATUM = section(
  "How a Stratum pool is mined at, where [pool] algorithm is sha256d or scrypt.",
  {
    password: key(
      text("up to 64 characters without spaces", (value) => /^[!-~]{0,64}$/.test(value)),
      "x",
      'What some pools take settings from, as "d=0.01". No secret: it goes out in clear.',
    ),
    work_age_ms: key(
      milliseconds(1000, 10 * MINUTE_MS),
      90_000,
      "A pool that sends no new work for so long is left for the next, whatever its connection says.",
    ),
    return_after_ms: key(
      milliseconds(1000, 60 * MINUTE_MS),
      5 * MINUTE_MS,
      "A better pool must have sent work at each look for so long before the rig returns to it.",
    ),
    roll_version: key(
      trueOrFalse,
      false,
      "Ask for free version bits (BIP 310): for pools whose extranonce is a byte or two.",
    ),
    suggest_difficulty: optional(
      fraction(1e-9, 1e12),
      0.001,
      "Ask the pool for this difficulty; without it the pool decides.",
    ),
    ca_file: optional(
      absolutePath("a file"),
      "/etc/zerorig/pool-ca.pem",
      "Certificates to trust, in place of the system's, for stratum+ssl:// pools.",
    ),
    split: key(
      goals,
      [],
      "Others that get a part of the rig's hashing: tables as below, in place of this line.",
    ),
  },
);
