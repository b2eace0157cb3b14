// Debian's litecoind as a process of its own, on regtest: it gives work only to who has peers, so there are two.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { freePort } from "../../controller/cli/demo/free-port.ts";
import { askNode } from "../../controller/pools/solo/rpc-client.ts";
import { until } from "./programs.ts";

/** The block from which on the extension block (MWEB) is part of the rules, and what stands before it. */
export const MWEB_HEIGHT = 432;

interface Options {
  readonly dir: string;
  readonly name: string;
  readonly peer?: LitecoinNode;
}

export class LitecoinNode {
  readonly #dir: string;
  readonly #rpcPort: number;
  readonly #p2pPort: number;

  private constructor(dir: string, rpcPort: number, p2pPort: number) {
    this.#dir = dir;
    this.#rpcPort = rpcPort;
    this.#p2pPort = p2pPort;
  }

  /** Ends with the test. */
  static async start({ dir, name, peer }: Options): Promise<LitecoinNode> {
    const home = join(dir, name);
    mkdirSync(home);
    const node = new LitecoinNode(home, await freePort(), await freePort());
    const child = node.#run(peer);
    const ended = new Promise((resolve) => child.once("close", resolve));
    onTestFinished(async () => {
      child.kill("SIGKILL");
      await ended;
    });
    await until(`litecoind ${name} answers`, () =>
      node.rpc("getblockcount").then(
        () => true,
        () => false,
      ),
    );
    return node;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#rpcPort}`;
  }

  /** Where it writes user and password, anew at each start. */
  get cookie(): string {
    return join(this.#dir, "regtest/.cookie");
  }

  async rpc(method: string, ...params: unknown[]): Promise<unknown> {
    const at = { host: "127.0.0.1", port: this.#rpcPort, name: "", rpc: true };
    const credentials = () => readFileSync(this.cookie, "utf8");
    const options = { credentials, userAgent: "test", ca: null };
    const answer = await askNode(at, options, { method, params, timeoutMs: 60_000 }).answer;
    if (!answer.ok) throw new Error(answer.fault.detail);
    return answer.result;
  }

  async height(): Promise<number> {
    return Number(await this.rpc("getblockcount"));
  }

  /** The block of this height with its transactions. */
  async block(height: number): Promise<{ readonly tx: readonly object[]; readonly mweb?: object }> {
    return Object(await this.rpc("getblock", await this.rpc("getblockhash", height), 2));
  }

  /** The same as it goes over the wire. */
  async blockHex(height: number): Promise<unknown> {
    return await this.rpc("getblock", await this.rpc("getblockhash", height), 0);
  }

  /** Past the block from which on the extension block is part of the rules, which wants somebody to have paid into it before. */
  async passMweb(): Promise<void> {
    await this.rpc("createwallet", "w");
    const address = await this.rpc("getnewaddress");
    await this.rpc("generatetoaddress", MWEB_HEIGHT - 1, address);
    await this.rpc("sendtoaddress", await this.rpc("getnewaddress", "", "mweb"), 1);
    await this.rpc("generatetoaddress", 1, address);
  }

  #run(peer: LitecoinNode | undefined): ChildProcess {
    const words = [
      "-regtest",
      `-datadir=${this.#dir}`,
      "-server",
      "-daemon=0",
      "-printtoconsole=0",
      "-dnsseed=0",
      "-discover=0",
      "-listenonion=0",
      "-fallbackfee=0.001",
      `-rpcport=${this.#rpcPort}`,
      `-port=${this.#p2pPort}`,
      `-bind=127.0.0.1:${this.#p2pPort}`,
      ...(peer === undefined ? [] : [`-connect=127.0.0.1:${peer.#p2pPort}`]),
    ];
    return spawn("litecoind", words, { stdio: "ignore" });
  }
}
