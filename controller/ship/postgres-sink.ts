// Shares into a table of PostgreSQL: a batch is one statement, and a share that is there already stays as it is.

import { Client } from "pg";
import type { PostgresDestination } from "./destination.ts";
import type { ShareSink, ShippedShare } from "./shipped-share.ts";

export interface SinkOptions {
  readonly password: string | null;
  /** Null without TLS; `ca` is null for the system's certificates. */
  readonly tls: { readonly ca: string | null } | null;
}

const CONNECT_MS = 10_000;
const QUERY_MS = 25_000;

const COLUMNS: readonly (readonly [name: keyof ShippedShare, type: string])[] = [
  ["rig", "text"],
  ["id", "bigint"],
  ["name", "text"],
  ["at", "timestamptz"],
  ["seat", "text"],
  ["worker", "text"],
  ["algorithm", "text"],
  ["difficulty", "double precision"],
  ["nonce", "bigint"],
  ["hashrate_hs", "double precision"],
  ["outcome", "text"],
  ["reason", "text"],
];

const TABLE = "zerorig_shares";

const CREATE = `CREATE TABLE IF NOT EXISTS ${TABLE} (
  ${COLUMNS.map(([name, type]) => `${name} ${type}${name === "reason" ? "" : " NOT NULL"}`).join(", ")},
  PRIMARY KEY (rig, id)
)`;

const INSERT = `INSERT INTO ${TABLE} (${COLUMNS.map(([name]) => name).join(", ")})
  SELECT * FROM unnest(${COLUMNS.map(([, type], index) => `$${index + 1}::${type}[]`).join(", ")})
  ON CONFLICT DO NOTHING`;

export class PostgresSink implements ShareSink {
  readonly #destination: PostgresDestination;
  readonly #options: SinkOptions;
  #client: Client | null = null;

  constructor(destination: PostgresDestination, options: SinkOptions) {
    this.#destination = destination;
    this.#options = options;
  }

  async send(shares: readonly ShippedShare[]): Promise<void> {
    const client = await this.#connected();
    await client.query(
      INSERT,
      COLUMNS.map(([name]) => shares.map((share) => share[name])),
    );
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    await client?.end();
  }

  async #connected(): Promise<Client> {
    if (this.#client !== null) return this.#client;
    const { host, port, user, database } = this.#destination;
    const { password, tls } = this.#options;
    const client = new Client({
      host,
      port,
      database,
      application_name: "zerorig",
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: QUERY_MS,
      keepAlive: true,
      ...(user === null ? {} : { user }),
      ...(password === null ? {} : { password }),
      ssl: tls === null ? false : tls.ca === null ? true : { ca: tls.ca },
    });
    // One that ends between two batches is noticed at the next.
    client.on("error", () => {
      if (this.#client === client) this.#client = null;
    });
    this.#client = client;
    await client.connect();
    await this.#makeTable(client);
    return client;
  }

  /** A user who may only insert finds the table made by another. */
  async #makeTable(client: Client): Promise<void> {
    const { rows } = await client.query("SELECT to_regclass($1) AS found", [TABLE]);
    if (rows[0]?.found === null) await client.query(CREATE);
  }
}
