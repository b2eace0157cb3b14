// A route of the proxy: which requests it takes, by host or path, and which Zeros serve them.

import { type SlotId, slotIndex } from "../../hat/slots.ts";

export interface Upstream {
  /** An address or a name, as it stands in a URL. */
  readonly host: string;
  readonly port: number;
}

export interface Route {
  /** What people call it: its host and path. */
  readonly name: string;
  /** In small letters; null for any. */
  readonly host: string | null;
  /** Begins with a slash and does not end with one; "" for all paths. */
  readonly path: string;
  /** Whether the service sees the path with the route's own before it. */
  readonly keepsPath: boolean;
  /** In the order in which they are woken. */
  readonly slots: readonly SlotId[];
  readonly upstreams: ReadonlyMap<SlotId, Upstream>;
}

/** A request's place: the route that takes it, and the address that the service gets to see. */
export interface Place {
  readonly route: Route;
  readonly url: string;
}

/** Where a slot's Zero is on the gadget network, as clusterctrl's images have it: p1 is 172.19.181.1. */
export function gadgetAddress(slot: SlotId): string {
  return `172.19.181.${slotIndex(slot) + 1}`;
}

/** The name in a Host header, without its port and in small letters. */
function nameOf(host: string | undefined): string {
  return (host ?? "").replace(/:\d*$/, "").toLowerCase();
}

function takes({ host, path }: Route, name: string, pathname: string): boolean {
  if (host !== null && host !== name) return false;
  return path === "" || pathname === path || pathname.startsWith(`${path}/`);
}

/** The route of a request: one that names its host before one that names none, then the one with the longest path; null for none. */
export function placeOf(
  routes: readonly Route[],
  hostHeader: string | undefined,
  url: string,
): Place | null {
  const name = nameOf(hostHeader);
  const pathname = url.split("?", 1)[0] ?? "";
  let best: Route | null = null;
  for (const route of routes) {
    if (takes(route, name, pathname) && (best === null || isNearer(route, best))) best = route;
  }
  return best && { route: best, url: best.keepsPath ? url : below(best.path, url) };
}

function isNearer(route: Route, than: Route): boolean {
  if ((route.host === null) !== (than.host === null)) return route.host !== null;
  return route.path.length > than.path.length;
}

function below(path: string, url: string): string {
  const rest = url.slice(path.length);
  return rest.startsWith("/") ? rest : `/${rest}`;
}
