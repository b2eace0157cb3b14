// The practice pool's look-alike of the coin's REST API and picker, so that dashboards and zerorig itself can be pointed at it.

import { createServer, type Server } from "node:http";
import { PracticeError } from "./practice-error.ts";
import { efficiency, type Worker, type Workers } from "./workers.ts";

const SERVER = "zerorig practice pool";
/** Addresses to listen on that nobody can connect to. */
const EVERYWHERE: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

export interface RestAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What the answers are made of. */
export interface RestSources {
  readonly workers: Workers;
  /** Where the pool itself listens. */
  readonly host: string;
  readonly port: number;
}

function result(value: unknown): RestAnswer {
  return { status: 200, body: { result: value, success: true, server: SERVER } };
}

function refusal(message: string, status = 200): RestAnswer {
  return { status, body: { message, success: false, server: SERVER } };
}

function minerRow({ id, user, ordinal, accepted, rejected, last }: Worker) {
  return {
    threadid: String(id),
    username: user,
    hashrate: last?.hashrateHs ?? 0,
    sharetime: (last?.shareMs ?? 0) / 1000,
    accepted,
    rejected,
    diff: last?.difficulty ?? 0,
    software: last?.software ?? "",
    identifier: last?.rig ?? "",
    algorithm: "DUCO-S1",
    pool: SERVER,
    wd: last?.group ?? null,
    ki: ordinal,
    efficiency: efficiency(ordinal),
  };
}

function balanceRow(username: string, balance: number) {
  const never = { stake_date: 0, stake_amount: 0 };
  return { username, balance, verified: "yes", created: "practice", ...never, last_login: 0 };
}

/** The answer to a GET of this path. Never throws. */
export function answerRest({ workers, host, port }: RestSources, path: string): RestAnswer {
  const [what, name = ""] = path.replace(/\?.*$/s, "").split("/").slice(1).map(decoded);
  const balance = workers.balanceOf(name);
  const miners = workers.of(name).map(minerRow);
  switch (what) {
    case "getPool":
      return { status: 200, body: { name: SERVER, ip: host, port, server: SERVER, success: true } };
    case "statistics":
      return result({ "Active connections": workers.count, "Duco price": 0 });
    case "balances":
      if (balance === null) return refusal("This user doesn't exist");
      return result(balanceRow(name, balance));
    case "miners":
      return miners.length === 0 ? refusal("No miners detected") : result(miners);
    case "users":
      if (balance === null) return refusal("This user doesn't exist");
      return result({ balance: balanceRow(name, balance), miners, transactions: [] });
    default:
      return refusal("no such page", 404);
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export interface RestServer {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** Listens for plain HTTP. Rejects with a PracticeError if the address cannot be had. @param at 0 = any free port */
export function serveRest(
  sources: RestSources,
  at: { readonly host: string; readonly port: number },
): Promise<RestServer> {
  const server = createServer((request, response) => {
    // One that listens everywhere is where it was asked.
    const here = request.socket.localAddress?.replace(/^::ffff:/, "") ?? sources.host;
    const host = EVERYWHERE.has(sources.host) ? here : sources.host;
    const { status, body } =
      request.method === "GET"
        ? answerRest({ ...sources, host }, request.url ?? "/")
        : refusal("only GET is answered", 405);
    response.writeHead(status, {
      "content-type": "application/json",
      "access-control-allow-origin": "*",
    });
    response.end(JSON.stringify(body));
  });
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(new PracticeError("rest", at, error)));
    server.listen(at, () => {
      const address = server.address();
      // Not null while it listens, and a string only for unix sockets.
      if (address === null || typeof address === "string") return;
      resolve({ port: address.port, close: () => closed(server) });
    });
  });
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
