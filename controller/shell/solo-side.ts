// What a rig that mines alone is made with: connections to full nodes, the office that hands blocks in, and the ear for new ones.

import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ControllerConfig } from "../config/config.ts";
import { isThisMachine } from "../config/this-machine.ts";
import { addressOf, type PoolNode } from "../pools/node.ts";
import { scriptOf } from "../pools/solo/address.ts";
import { SoloClient } from "../pools/solo/client.ts";
import { PREFIX_BYTES } from "../pools/solo/job.ts";
import { NETWORKS } from "../pools/solo/networks.ts";
import { askNode, type RpcOptions } from "../pools/solo/rpc-client.ts";
import { DEFAULT_LIMITS, type SoloConfig } from "../pools/solo/session-state.ts";
import type { ClientEvent, WorkClient } from "../pools/stratum/work-client.ts";
import { BlockFolder } from "./block-folder.ts";
import { BlockNotify } from "./block-notify.ts";
import { BlockOffice } from "./block-office.ts";
import type { Clock } from "./clock.ts";
import { ControllerError, messageOf } from "./error.ts";
import type { LaneParts, Note } from "./seat-lane.ts";
import { readOwnSecret } from "./secret-file.ts";

const SUBMIT_MS = 30_000;
const SECRET_CHARS_MIN = 16;

export interface SoloParts {
  readonly config: ControllerConfig;
  readonly version: string;
  readonly clock: Clock;
  readonly ca: string | null;
  /** A secret that no log may show. */
  readonly hide: (secret: string) => void;
}

export class SoloSide {
  readonly #parts: SoloParts;
  readonly #rpc: RpcOptions;
  readonly #secret: string | null;
  readonly #clients = new Set<SoloClient>();
  #office: BlockOffice | null = null;
  #ear: BlockNotify | null = null;
  #isClosed = false;

  /** Throws a ControllerError where a secret cannot be read. */
  constructor(parts: SoloParts) {
    const { config, version, ca, hide } = parts;
    this.#parts = parts;
    this.#rpc = { credentials: credentialsOf(config, hide), userAgent: `zerorig/${version}`, ca };
    this.#secret = readNotifySecret(config.solo.notifySecretFile);
    if (this.#secret !== null) hide(this.#secret);
  }

  /** Hands in what is found from now on; what was left, and the ear, follow when the controller stands that is told of it. */
  begin({ allNodes, note }: Pick<LaneParts, "allNodes" | "note">): void {
    const { config, clock } = this.#parts;
    this.#office = new BlockOffice({
      clock,
      folder: new BlockFolder(join(config.stateDir, "blocks")),
      nodes: () => allNodes().filter(({ rpc }) => rpc === true),
      submit: (node, hex) => {
        const question = { method: "submitblock", params: [hex], timeoutMs: SUBMIT_MS };
        return askNode(node, this.#rpc, question).answer;
      },
      note,
    });
    setImmediate(() => {
      if (this.#isClosed) return;
      this.#office?.resume();
      warnOfPlainHttp(config, note);
      void this.#listen(note);
    });
  }

  /** A connection of one node; what it finds before `begin` is not handed in, for then it only looks. */
  open(node: PoolNode, name: string, onEvent: (event: ClientEvent) => void): WorkClient {
    const config = this.#config(name);
    if (config === null) return nobody(onEvent);
    const options = {
      config,
      rpc: this.#rpc,
      handIn: async (block: Parameters<BlockOffice["handIn"]>[0]) =>
        (await this.#office?.handIn(block)) ?? null,
    };
    const client = new SoloClient(node, options, (event) => {
      if (event.type === "down") this.#clients.delete(client);
      onEvent(event);
    });
    this.#clients.add(client);
    return client;
  }

  close(): void {
    this.#isClosed = true;
    this.#office?.close();
    this.#ear?.close();
  }

  /** null where nobody would be paid: a full node was named to a rig that was started for pools. */
  #config(name: string): SoloConfig | null {
    const { solo, stratum, miners } = this.#parts.config;
    const network = NETWORKS[solo.network];
    const script = scriptOf(solo.address, network);
    if (script === null) return null;
    return {
      name,
      isShared: miners.listen !== null,
      algorithm: network.algorithm,
      networkName: solo.network,
      network,
      payee: { script, tag: solo.tag },
      prefix: randomBytes(PREFIX_BYTES).toString("hex"),
      limits: { ...DEFAULT_LIMITS, pollMs: solo.pollMs, workAgeMs: stratum.workAgeMs },
    };
  }

  async #listen(note: Note): Promise<void> {
    const { config, clock } = this.#parts;
    const { notifyPort: port, notifyListen: listen } = config.solo;
    if (port === null) return;
    const onBlock = () => {
      for (const client of this.#clients) client.poke();
    };
    this.#ear = new BlockNotify({ listen, port, secret: this.#secret, clock, note, onBlock });
    try {
      const taken = await this.#ear.listen();
      note("solo.notify", { listen, port: String(taken) }, "info");
    } catch (error) {
      const todo =
        "set [solo] notify_listen and notify_port to a free one; until then the node is polled";
      note("solo.notify-failed", { error: messageOf(error), todo }, "error");
    }
  }
}

/** A connection that is over as soon as it is looked at. */
function nobody(onEvent: (event: ClientEvent) => void): WorkClient {
  const detail = "[solo] names no address of this chain: set it, and restart zerorig";
  setImmediate(() => onEvent({ type: "down", code: "denied", detail }));
  const nothing = () => {};
  return { ask: nothing, submit: nothing, hand: nothing, leave: nothing, close: nothing };
}

/** Asked for each question: what the node wrote into its cookie holds until its next start. */
function credentialsOf(
  { solo: { cookieFile, rpcUser, rpcPasswordFile } }: ControllerConfig,
  hide: (secret: string) => void,
): () => string | null {
  if (rpcUser !== null && rpcPasswordFile !== null) {
    const todo = "check [solo] rpc_password_file; the file holds the password alone, mode 0600";
    const password = readOwnSecret(rpcPasswordFile, "the node's password", todo);
    hide(password);
    return () => `${rpcUser}:${password}`;
  }
  if (cookieFile === null) return () => null;
  let last = "";
  return () => {
    const cookie = readCookie(cookieFile);
    if (cookie !== last) hide(cookie.replace(/^[^:]*:/, ""));
    last = cookie;
    return cookie;
  };
}

function readCookie(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    throw new Error(
      `cannot read [solo] cookie_file: ${messageOf(error)}; is the node running, and may this user read its cookie?`,
      { cause: error },
    );
  }
}

/** Null where none is named. Throws a ControllerError for a file that cannot be read, that others may read, or that holds none that is good enough. */
export function readNotifySecret(path: string | null): string | null {
  if (path === null) return null;
  const todo = `check [solo] notify_secret_file: ${SECRET_CHARS_MIN} printable characters or more, no spaces`;
  const secret = readOwnSecret(path, "the secret of blocknotify", todo);
  if (/^[!-~]+$/.test(secret) && secret.length >= SECRET_CHARS_MIN) return secret;
  throw new ControllerError("key-file", `${path} holds no secret that is good enough`, todo);
}

/** Bitcoin's node speaks no TLS: in a network of one's own that may be right, and it should be known. */
function warnOfPlainHttp({ pool, solo }: ControllerConfig, note: Note): void {
  if (solo.cookieFile === null && solo.rpcUser === null) return;
  for (const node of pool.nodes) {
    const address = addressOf(node);
    if (node.rpc !== true || node.tls === true || isThisMachine(new URL(address))) continue;
    const todo =
      "anybody on the way can read the node's password: use https://, or a tunnel such as ssh -L";
    note("solo.plain-http", { node: address, todo });
  }
}
