// One request on its way through the proxy: its place, the Zero that serves it, and how often it was tried.

import type { FastifyReply, FastifyRequest } from "fastify";
import type { Lease, Lobby, Refusal } from "./lobby.ts";
import type { Place } from "./route.ts";

/** Requests that a service may get twice; others may have been done although no answer came. */
const REPEATABLE: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);
const TRIES_MAX = 2;

export class Visit {
  readonly place: Place;
  readonly #request: FastifyRequest;
  readonly #lobby: Lobby;
  #lease: Lease | null = null;
  #tries = 0;
  #isGone = false;
  #leave: () => void = () => {};

  constructor(place: Place, request: FastifyRequest, reply: FastifyReply, lobby: Lobby) {
    this.place = place;
    this.#request = request;
    this.#lobby = lobby;
    const over = () => {
      this.#isGone = true;
      this.#leave();
      this.#lease?.end();
    };
    // An upgraded socket outlives its reply.
    if (request.headers.upgrade === undefined) reply.raw.once("close", over);
    else request.raw.socket.once("close", over);
  }

  /** Set once it has a Zero. */
  get lease(): Lease {
    if (this.#lease === null) throw new Error("it has no Zero yet");
    return this.#lease;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** Gets a Zero for it, the first or another. Null if it has one now. */
  async enter(): Promise<Refusal | null> {
    this.#lease?.end();
    this.#tries++;
    const gone = (leave: () => void) => {
      if (this.#isGone) leave();
      else this.#leave = leave;
    };
    const taken = await this.#lobby.take(this.place.route, gone, this.#lease?.slot ?? null);
    this.#leave = () => {};
    if (!taken.ok) return taken;
    this.#lease = taken;
    if (this.#isGone) taken.end();
    return null;
  }

  /** Whether another Zero may be asked after one that did not answer. */
  get mayRetry(): boolean {
    const { method, headers } = this.#request;
    const hasBody =
      headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
    return REPEATABLE.has(method) && !hasBody && this.#tries < TRIES_MAX && !this.#isGone;
  }

  /** Where the service is, as the origin of a URL. */
  get origin(): string {
    const { host, port } = this.lease.upstream;
    return `http://${host}:${port}`;
  }

  /** The path that was taken off. */
  get prefix(): string {
    const { keepsPath, path } = this.place.route;
    return keepsPath ? "" : path;
  }
}
