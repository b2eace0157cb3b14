// The connection to the broker: it comes back by itself, never all at once with others, and holds no queue that grows.

import type { MqttClient } from "mqtt";
import type { Clock } from "../shell/clock.ts";
import { messageOf } from "../shell/error.ts";

export interface BrokerOptions {
  /** mqtt:// or mqtts://, without user and password. */
  readonly url: string;
  readonly clientId: string;
  readonly user: string | null;
  readonly password: string | null;
  /** Certificates to trust in place of the system's, as PEM. */
  readonly ca: string | null;
  /** Said by the broker when we are gone without a word, and by us when we go. */
  readonly will: { readonly topic: string; readonly payload: string };
  readonly subscriptions: readonly string[];
}

export interface BrokerSide {
  readonly clock: Clock;
  /** From 0 to 1. */
  random(): number;
  /** Connected, and subscribed. */
  up(): void;
  /** The connection is gone, or could not be made: told once until it is up again. */
  down(why: string): void;
  heard(topic: string, payload: string, isRetained: boolean): void;
}

const CONNECT_MS = 10_000;
const KEEPALIVE_S = 30;
/** The first pause before a new try, and the longest. */
const RETRY_MS = 1000;
const RETRY_MAX_MS = 60_000;
/** Messages that the broker has not confirmed; whoever has more to say says it later. */
const UNCONFIRMED_MAX = 100;
/** What is asked is a word or a number; of a longer payload no more than this is looked at. */
const PAYLOAD_BYTES_MAX = 1024;
const GOODBYE_MS = 2000;

export class BrokerLink {
  readonly #options: BrokerOptions;
  readonly #side: BrokerSide;
  #client: MqttClient | null = null;
  #isUp = false;
  #isClosed = false;
  #wasDown = false;
  #tries = 0;
  #unconfirmed = 0;
  #lastError = "";
  #cancelRetry: () => void = () => {};

  constructor(options: BrokerOptions, side: BrokerSide) {
    this.#options = options;
    this.#side = side;
  }

  /** The package loads only here. Resolves when the first try was begun; never rejects for the network's faults. */
  async open(): Promise<void> {
    const { connect } = await import("mqtt");
    if (this.#isClosed) return;
    const { url, clientId, user, password, ca, will } = this.#options;
    const client = connect(url, {
      clientId,
      // What was asked while we were away is not done later.
      clean: true,
      // We choose the pauses.
      reconnectPeriod: 0,
      connectTimeout: CONNECT_MS,
      keepalive: KEEPALIVE_S,
      queueQoSZero: false,
      resubscribe: false,
      will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: true },
      ...(user === null ? {} : { username: user }),
      ...(password === null ? {} : { password }),
      ...(ca === null ? {} : { ca }),
    });
    this.#client = client;
    client.on("error", (error) => {
      this.#lastError = messageOf(error) || "no answer";
    });
    client.on("connect", () => this.#onConnect(client));
    client.on("close", () => this.#onClose(client));
    client.on("message", (topic, payload, packet) => {
      const text = payload.toString("utf8", 0, PAYLOAD_BYTES_MAX);
      this.#side.heard(topic, text, packet.retain === true);
    });
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Whether it was taken: not while the link is down, nor while too much is unconfirmed. */
  publish(topic: string, payload: string, retain: boolean): boolean {
    if (!this.#isUp || this.#client === null || this.#unconfirmed >= UNCONFIRMED_MAX) return false;
    this.#unconfirmed++;
    this.#client.publish(topic, payload, { qos: 1, retain }, () => {
      this.#unconfirmed--;
    });
    return true;
  }

  /** Says the last will ourselves, then goes. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelRetry();
    const client = this.#client;
    if (client === null) return;
    const { topic, payload } = this.#options.will;
    const said = !this.#isUp
      ? Promise.resolve()
      : new Promise<void>((resolve) => {
          client.publish(topic, payload, { qos: 1, retain: true }, () => resolve());
        });
    let cancel = () => {};
    const late = new Promise<void>((resolve) => {
      cancel = this.#side.clock.after(GOODBYE_MS, resolve);
    });
    this.#isUp = false;
    await Promise.race([said, late]);
    cancel();
    client.end(true);
  }

  #onConnect(client: MqttClient): void {
    client.subscribe([...this.#options.subscriptions], { qos: 1 }, (error) => {
      if (error !== null && error !== undefined) {
        this.#lastError = `cannot subscribe: ${messageOf(error)}`;
        client.stream.destroy();
        return;
      }
      this.#isUp = true;
      this.#wasDown = false;
      this.#tries = 0;
      this.#lastError = "";
      this.#side.up();
    });
  }

  #onClose(client: MqttClient): void {
    this.#isUp = false;
    if (this.#isClosed) return;
    if (!this.#wasDown) {
      this.#wasDown = true;
      this.#side.down(this.#lastError || "the broker hung up");
    }
    const longest = Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** this.#tries++);
    this.#cancelRetry();
    this.#cancelRetry = this.#side.clock.after(longest * (0.5 + this.#side.random() / 2), () =>
      client.reconnect(),
    );
  }
}
