// Where shares are to be shipped, as [ship] url names it.

export type Destination = PostgresDestination | NatsDestination;

interface Server {
  readonly host: string;
  readonly port: number;
  readonly user: string | null;
}

export interface PostgresDestination extends Server {
  readonly kind: "postgres";
  readonly database: string;
}

export interface NatsDestination extends Server {
  readonly kind: "nats";
  readonly subject: string;
}

const PORTS = { postgres: 5432, nats: 4222 } as const;
/** No wildcards: shares go to one subject. */
const SUBJECT = /^[\w-]{1,64}(\.[\w-]{1,64}){0,7}$/;
const DATABASE = /^[\w-]{1,63}$/;

/** `postgres://user@host:5432/database` or `nats://host:4222/subject`; null for anything else, such as one with a password. */
export function parseDestination(text: string): Destination | null {
  if (!URL.canParse(text)) return null;
  const { protocol, hostname, port, pathname, username, password, search, hash } = new URL(text);
  if (hostname === "" || password + search + hash !== "") return null;
  const kind =
    protocol === "nats:" ? "nats" : /^postgres(ql)?:$/.test(protocol) ? "postgres" : null;
  if (kind === null) return null;
  const path = pathname.slice(1);
  const server = {
    // Of another scheme than http, an address of version 6 keeps its brackets.
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? PORTS[kind] : Number(port),
    user: username === "" ? null : decodeURIComponent(username),
  };
  if (kind === "nats") return SUBJECT.test(path) ? { kind, ...server, subject: path } : null;
  return DATABASE.test(path) ? { kind, ...server, database: path } : null;
}

/** Tells this destination from others in the file that says where shipping is up to; without the user. */
export function nameOf(destination: Destination): string {
  const { kind, host, port } = destination;
  const path = destination.kind === "nats" ? destination.subject : destination.database;
  return `${kind}://${host}:${port}/${path}`;
}
