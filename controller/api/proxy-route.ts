// GET /api/v1/proxy: how the proxy before the Zeros' services is doing.

import type { FastifyInstance } from "fastify";
import type { RigStatus } from "../core/status.ts";
import type { Operation } from "./openapi.ts";

export const PROXY: readonly Operation[] = [
  {
    method: "get",
    path: "/api/v1/proxy",
    summary: "The proxy before the Zeros' services: its routes, who waits, what it counted",
  },
];

export function addProxyRoute(server: FastifyInstance, status: () => RigStatus): void {
  server.get("/api/v1/proxy", async () => ({ proxy: status().proxy ?? null }));
}
