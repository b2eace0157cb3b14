// A full node for tests that says what it is told to: over real HTTP, with real headers.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { PoolNode } from "../node.ts";

export interface Heard {
  readonly method: string;
  readonly params: readonly unknown[];
  readonly authorization: string | undefined;
  readonly agent: string | undefined;
}

/** What a question is answered with; undefined never is. */
export type Script = (heard: Heard) => unknown;

export class ScriptedNode {
  readonly heard: Heard[] = [];
  script: Script;
  /** What it answers with instead, where it is not 200. */
  status = 200;
  readonly #server: Server;
  readonly #held = new Set<ServerResponse>();

  constructor(script: Script) {
    this.script = script;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  async listen(): Promise<PoolNode> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const { port } = this.#server.address() as AddressInfo;
    return { host: "127.0.0.1", port, name: "", rpc: true };
  }

  /** How often it was asked this. */
  count(method: string): number {
    return this.heard.filter((each) => each.method === method).length;
  }

  /** Answers all questions that are open. */
  release(result: unknown): void {
    for (const response of this.#held) response.end(JSON.stringify({ result, error: null }));
    this.#held.clear();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method, params } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    const { authorization, "user-agent": agent } = request.headers;
    const heard = { method, params, authorization, agent };
    this.heard.push(heard);
    response.statusCode = this.status;
    const said = this.script(heard);
    if (said === undefined) this.#held.add(response);
    else response.end(typeof said === "string" ? said : JSON.stringify(said));
  }
}
