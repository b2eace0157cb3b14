// [[proxy.routes]]: a list of tables, checked field by field, so that a fault names the route and the field.

import { isIP } from "node:net";
import { isSlotId, type SlotId } from "../../hat/slots.ts";
import { gadgetAddress, type Route, type Upstream } from "../proxy/route.ts";
import { type Field, isTable, type TableShape, tablesFault } from "./table-list.ts";

/** A route in the file's words. */
export interface ListedRoute {
  readonly host?: string;
  readonly path?: string;
  readonly slots: readonly string[];
  readonly port?: number;
  readonly keep_path?: boolean;
  readonly address?: Readonly<Record<string, string>>;
}

const ROUTES_MAX = 64;
const HOST = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;
const PATH = /^(\/[A-Za-z0-9._~-]+)+$/;
const HTTP_PORT = 80;

type Check = (value: unknown) => boolean;

function isText(pattern: RegExp): Check {
  return (value) => typeof value === "string" && pattern.test(value);
}

function isPort(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 65_535;
}

function areSlots(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0) return false;
  return value.every(isSlot) && new Set(value).size === value.length;
}

function isSlot(value: unknown): value is SlotId {
  return typeof value === "string" && isSlotId(value);
}

function areAddresses(value: unknown): boolean {
  if (!isTable(value)) return false;
  return Object.entries(value).every(
    ([slot, address]) =>
      isSlotId(slot) && typeof address === "string" && parseUpstream(address, 80),
  );
}

/** The fields, each with what it may be. */
const FIELDS: Readonly<Record<string, Field>> = {
  host: { is: isText(HOST), expected: 'a name in small letters such as "wiki.lan"' },
  path: { is: isText(PATH), expected: 'a path such as "/wiki", without a slash at its end' },
  slots: { is: areSlots, expected: 'a list of different slots such as ["p1", "p2"]' },
  port: { is: isPort, expected: "a whole number from 1 to 65535" },
  keep_path: { is: (value) => typeof value === "boolean", expected: "true or false" },
  address: {
    is: areAddresses,
    expected: 'a table such as { p1 = "192.0.2.1", p2 = "192.0.2.2:8081" }',
  },
};

/** "192.0.2.1", "192.0.2.1:80", "zero.lan:80" or "[2001:db8::1]:80"; null if it is none. */
function parseUpstream(text: string, port: number): Upstream | null {
  const parts = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]{1,253})(?::(\d{1,5}))?$/.exec(text);
  const host = parts?.[1];
  if (host === undefined) return null;
  if (host.startsWith("[") && isIP(host.slice(1, -1)) !== 6) return null;
  const own = parts?.[2] === undefined ? port : Number(parts[2]);
  return isPort(own) ? { host, port: own } : null;
}

const ROUTES: TableShape = {
  noun: "route",
  header: "proxy.routes",
  max: ROUTES_MAX,
  fields: FIELDS,
  required: ["slots"],
  fault: (route) => {
    if (route["host"] === undefined && route["path"] === undefined) {
      return "give it `host`, `path` or both: it takes no request";
    }
    const { slots, address = {} } = route as unknown as ListedRoute;
    const stray = Object.keys(address).find((slot) => !slots.includes(slot));
    return stray === undefined ? null : `\`address\`: ${stray} is none of its \`slots\``;
  },
  nameOf,
};

/** What is wrong with a list of routes, from the field on; null if nothing is. */
export function routesFault(value: unknown): string | null {
  return tablesFault(ROUTES, value);
}

function nameOf({ host = "", path = "" }: Pick<ListedRoute, "host" | "path">): string {
  return `${host}${path}`;
}

/** A route as the program knows it. */
export function routeOf(listed: ListedRoute): Route {
  const { host = null, path = "", port = HTTP_PORT, keep_path: keepsPath = false } = listed;
  const slots = listed.slots.filter(isSlot);
  const upstreams = new Map<SlotId, Upstream>();
  for (const slot of slots) {
    const upstream = parseUpstream(listed.address?.[slot] ?? gadgetAddress(slot), port);
    if (upstream !== null) upstreams.set(slot, upstream);
  }
  return { name: nameOf(listed), host, path, keepsPath, slots, upstreams };
}
