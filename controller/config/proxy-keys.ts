// The keys of [proxy]: services on the Zeros, woken by whoever asks for them.

import { isIP } from "node:net";
import * as v from "valibot";
import { isSlotId, type SlotId } from "../../hat/slots.ts";
import { key, optional, section } from "./key.ts";
import { fraction, type Kind, milliseconds, text, trueOrFalse, wholeNumber } from "./kind.ts";
import { type ListedRoute, routesFault } from "./route-list.ts";
import { tablesFromText } from "./table-list.ts";

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;

/** Slots, each once; none is enough. */
const slotNames: Kind<readonly SlotId[]> = {
  schema: v.pipe(
    v.array(v.custom<SlotId>((value) => typeof value === "string" && isSlotId(value))),
    v.maxLength(99),
    v.check((slots) => new Set(slots).size === slots.length),
    v.readonly(),
  ),
  expected: 'a list of different slots such as ["p3", "p4"]',
  fromText: (value) => (value === "" ? [] : value.split(",").map((part) => part.trim())),
};

const routes: Kind<readonly ListedRoute[]> = {
  schema: v.custom<readonly ListedRoute[]>((value) => routesFault(value) === null),
  expected: "a list of routes, each a table [[proxy.routes]]",
  fault: routesFault,
  fromText: tablesFromText,
};

export const PROXY = section(
  "A reverse proxy before services on the Zeros: it wakes one when it is asked for.",
  {
    listen: optional(
      text("an IP address of this machine", (value) => isIP(value) !== 0),
      "127.0.0.1",
      "The address to serve on; without it nothing is.",
    ),
    port: key(wholeNumber(0, 65_535), 8090, "0 takes any free port."),
    on_demand: key(
      slotNames,
      [],
      "Zeros that are up only while somebody asks for them (or `zerorig wake`): mining neither wakes them nor keeps them up.",
    ),
    idle_minutes: key(
      fraction(0.01, DAY_MINUTES, "minutes"),
      10,
      "A Zero that is up on demand is switched off so long after it was last asked for.",
    ),
    wait_ms: key(
      milliseconds(0, 10 * MINUTE_MS),
      30_000,
      "How long a request waits for a Zero to come up before it is answered with 503.",
    ),
    max_waiting: key(wholeNumber(1, 10_000), 256, "So many requests wait at once at most."),
    max_connections: key(
      wholeNumber(1, 10_000),
      512,
      "So many connections are open at once at most.",
    ),
    response_ms: key(
      milliseconds(100, 60 * MINUTE_MS),
      MINUTE_MS,
      "How long a service may take to begin its answer.",
    ),
    max_body_mb: key(
      fraction(0.001, 4096, "megabytes"),
      16,
      "The largest request body (and WebSocket message) that is passed on.",
    ),
    trust_forwarded: key(
      trueOrFalse,
      false,
      "Believe X-Forwarded-* headers of requests, because a proxy of your own sets them.",
    ),
    routes: key(
      routes,
      [],
      "Which requests go to which Zeros: tables as below, in place of this line.",
    ),
  },
);

/** One route, for the example file. */
export const ROUTE_EXAMPLE = [
  "# One table for each route. It takes requests by `host`, by `path` or by both; the nearest route wins.",
  "#   [[proxy.routes]]",
  '#   host = "wiki.lan"',
  '#   path = "/wiki"             # taken off before the service sees it, unless keep_path = true',
  '#   slots = ["p3", "p4"]       # the Zeros that serve it, in the order in which they are woken',
  "#   port = 8080                # 80 where none is said",
  '#   address = { p3 = "192.0.2.3", p4 = "192.0.2.4:8081" }  # 172.19.181.N where none is said',
];
