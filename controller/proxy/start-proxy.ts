// Starts the proxy where one is configured.

import type { Logger } from "pino";
import type { ControllerConfig } from "../config/config.ts";
import type { ProxyServer } from "./proxy-server.ts";
import type { ProxySide } from "./server-side.ts";

/** Null where none is configured. Rejects with a ControllerError where it cannot listen. */
export async function startProxy(
  { proxy }: ControllerConfig,
  side: Omit<ProxySide, "warn">,
  log: Logger,
): Promise<ProxyServer | null> {
  if (proxy.listen === null) return null;
  const { ProxyServer: Server } = await import("./proxy-server.ts");
  const server = await Server.make(proxy, {
    ...side,
    warn: (ev, detail) => log.warn({ ev, ...detail }),
  });
  const strange = proxy.routes.flatMap(({ slots }) =>
    slots.filter((id) => side.rig().slots.every((slot) => slot.id !== id)),
  );
  for (const slot of new Set(strange)) {
    log.warn({ ev: "proxy.no-slot", slot, todo: "take it out of [[proxy.routes]]" });
  }
  const url = await server.listen();
  log.info({ ev: "proxy.listening", url });
  return server;
}
