// Shares onto a subject of NATS: each is a message with an id, and a stream of JetStream's says that it has it.

import { type JetStreamClient, jetstream } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import type { NatsDestination } from "./destination.ts";
import type { SinkOptions } from "./postgres-sink.ts";
import type { ShareSink, ShippedShare } from "./shipped-share.ts";

const CONNECT_MS = 10_000;
const ACK_MS = 10_000;

export class NatsSink implements ShareSink {
  readonly #destination: NatsDestination;
  readonly #options: SinkOptions;
  #connection: NatsConnection | null = null;
  #stream: JetStreamClient | null = null;

  constructor(destination: NatsDestination, options: SinkOptions) {
    this.#destination = destination;
    this.#options = options;
  }

  async send(shares: readonly ShippedShare[]): Promise<void> {
    const stream = await this.#connected();
    const { subject } = this.#destination;
    const acks = shares.map((share) =>
      stream.publish(subject, JSON.stringify(share), {
        msgID: `${share.rig}:${share.id}`,
        timeout: ACK_MS,
      }),
    );
    const failed = (await Promise.allSettled(acks)).find(({ status }) => status === "rejected");
    if (failed?.status === "rejected") throw this.#explained(failed.reason);
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = null;
    this.#stream = null;
    await connection?.close();
  }

  async #connected(): Promise<JetStreamClient> {
    if (this.#stream !== null && this.#connection?.isClosed() === false) return this.#stream;
    const { host, port, user } = this.#destination;
    const { password, tls } = this.#options;
    const secret =
      password === null ? {} : user === null ? { token: password } : { user, pass: password };
    this.#connection = await connect({
      servers: `${host.includes(":") ? `[${host}]` : host}:${port}`,
      name: "zerorig",
      timeout: CONNECT_MS,
      // Whoever sends next connects anew, with a pause that grows.
      reconnect: false,
      ...(user !== null && password === null ? { user } : secret),
      ...(tls === null ? {} : { tls: tls.ca === null ? {} : { ca: tls.ca } }),
    });
    this.#stream = jetstream(this.#connection);
    return this.#stream;
  }

  /** A subject that no stream listens to is the fault that people make; the client takes it for a server without JetStream. */
  #explained(reason: unknown): unknown {
    const cause = reason instanceof Error ? reason.cause : undefined;
    const text = [reason, cause].map(String).join(" ");
    if (!/no responders|jetstream is not enabled/i.test(text)) return reason;
    const { subject } = this.#destination;
    return new Error(
      `no stream takes ${subject}, or JetStream is off: \`nats stream add --subjects ${subject}\``,
    );
  }
}
