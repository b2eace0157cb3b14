// npm's bcoin as a process of its own: a full node of Bitcoin on regtest. It stands in a folder with a package.json of its own, for it is
// no part of the program.

import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../controller/cli/demo/free-port.ts";
import { askNode } from "../../controller/pools/solo/rpc-client.ts";
import { type Program, start, until } from "./programs.ts";

const HERE = join(import.meta.dirname, "../full-node");
const PASSWORD = "a-password-of-the-tests";
const INSTALL_MS = 120_000;

/** From npm, once, where `.ci/run` has not done it; its scripts would build what `NODE_BACKEND=js` does without. */
export function installBitcoin(): void {
  const place = join(HERE, "node_modules");
  if (existsSync(place)) return;
  // Beside it, and then whole into its place: another file of tests may be at the same.
  const work = mkdtempSync(join(HERE, ".install-"));
  try {
    for (const name of ["package.json", "package-lock.json"]) {
      copyFileSync(join(HERE, name), join(work, name));
    }
    const words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-progress"];
    execFileSync("npm", words, { cwd: work, stdio: "pipe", timeout: INSTALL_MS });
    renameSync(join(work, "node_modules"), place);
  } catch (error) {
    if (!existsSync(place)) throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

interface Ports {
  readonly rpc: number;
  readonly p2p: number;
}

export class BitcoinNode {
  readonly password = PASSWORD;
  readonly #ports: Ports;
  readonly #peer: number | null;
  #program: Program;

  private constructor(ports: Ports, peer: number | null) {
    this.#ports = ports;
    this.#peer = peer;
    this.#program = this.#start();
  }

  /** `peer`: whose chain it follows. */
  static async start(peer?: BitcoinNode): Promise<BitcoinNode> {
    const ports = { rpc: await freePort(), p2p: await freePort() };
    const node = new BitcoinNode(ports, peer === undefined ? null : peer.#ports.p2p);
    await node.answers();
    return node;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#ports.rpc}`;
  }

  async kill(): Promise<void> {
    this.#program.kill("SIGKILL");
    await this.#program.ended;
  }

  /** It is there, and says nothing. */
  stop(): void {
    this.#program.kill("SIGSTOP");
  }

  goOn(): void {
    this.#program.kill("SIGCONT");
  }

  /** With an empty chain, unless its peer has one. */
  async again(): Promise<void> {
    this.#program = this.#start();
    await this.answers();
  }

  /** Throws where it does not answer, or refuses. */
  async rpc(method: string, ...params: unknown[]): Promise<unknown> {
    const node = { host: "127.0.0.1", port: this.#ports.rpc, name: "", rpc: true };
    const credentials = () => `x:${PASSWORD}`;
    const options = { credentials, userAgent: "test", ca: null };
    const answer = await askNode(node, options, { method, params, timeoutMs: 20_000 }).answer;
    if (!answer.ok) throw new Error(answer.fault.detail);
    return answer.result;
  }

  async height(): Promise<number> {
    return Number(await this.rpc("getblockcount"));
  }

  /** The coinbases' outputs and scripts of a block. */
  async coinbase(height: number): Promise<string> {
    const hash = await this.rpc("getblockhash", height);
    const block = await this.rpc("getblock", hash, true, true);
    return JSON.stringify((block as { tx: unknown[] }).tx[0]);
  }

  async answers(): Promise<void> {
    await until("the node answers", () =>
      this.height().then(
        () => true,
        () => false,
      ),
    );
  }

  #start(): Program {
    const { rpc, p2p } = this.#ports;
    const peer = this.#peer === null ? [] : [String(this.#peer)];
    return start(join(HERE, "main.cjs"), [String(rpc), PASSWORD, String(p2p), ...peer]);
  }
}
