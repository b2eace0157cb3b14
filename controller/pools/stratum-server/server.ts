// A Stratum server: ordinary miners over TCP, one session machine for each, all at the work of one source.

import { createServer, type Server, type Socket } from "node:net";
import { hex32 } from "../stratum/hex.ts";
import { cutLines } from "../stratum/lines.ts";
import { MINER_ID_BYTES } from "../stratum/space.ts";
import { Door, type DoorRules } from "./door.ts";
import { Ledger } from "./ledger.ts";
import { step } from "./session.ts";
import type { Claim, JudgedShare, Scene } from "./session-state.ts";
import { type MinerInput, type MinerRules, type MinerState, openMiner } from "./session-state.ts";
import { ShareJudge } from "./share-judge.ts";
import type { FoundShare, ServedWork, ShareVerdict, WorkSource } from "./work.ts";

export interface StratumServerOptions extends DoorRules {
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  readonly rules: MinerRules;
  readonly source: WorkSource;
  readonly onShare?: (share: JudgedShare) => void;
  /** A share that the source wanted, and what it said. */
  readonly onWanted?: (share: FoundShare, verdict: ShareVerdict, reason?: string) => void;
  /** For people: who was banned or turned away, and why. */
  readonly note?: (ev: string, detail: Readonly<Record<string, string>>) => void;
}

interface Miner {
  readonly socket: Socket;
  readonly address: string;
  readonly sinceMs: number;
  state: MinerState;
  tail: string;
  /** What is to be written when what came is dealt with. */
  out: string;
}

/** One miner that is here. */
export interface ConnectedMiner {
  readonly address: string;
  readonly agent: string | null;
  readonly workers: readonly string[];
  readonly difficulty: number;
  readonly sinceMs: number;
}

const TICK_MS = 1000;
/** No request of a miner is longer. */
const LINE_CHARS_MAX = 4096;
/** Who reads so slowly that this much waits for it is hung up on. */
const OUT_BYTES_MAX = 262_144;
const IDS = 256 ** MINER_ID_BYTES;

/** One server. listen() once; close() ends every connection, and the source. */
export class StratumServer {
  readonly #options: StratumServerOptions;
  readonly #source: WorkSource;
  readonly #door: Door;
  readonly #judge: ShareJudge;
  readonly ledger: Ledger;
  /** By the number that is their extranonce1. */
  readonly #miners = new Map<number, Miner>();
  #work: ServedWork | null = null;
  /** null until there was work: who comes before it is heard when it comes. */
  #extranonce2Bytes: number | null = null;
  #server: Server | null = null;
  #timer: NodeJS.Timeout | null = null;
  #lastId = 0;
  #muted = false;

  constructor(options: StratumServerOptions) {
    const { source } = options;
    this.#options = options;
    this.#source = source;
    this.#door = new Door(options);
    this.#judge = new ShareJudge(source.algorithm);
    this.ledger = new Ledger(source.algorithm);
  }

  /** Resolves with the port. Rejects with the system's error where the address cannot be had. Throws when called twice. */
  listen(): Promise<{ readonly host: string; readonly port: number }> {
    if (this.#server !== null) throw new Error("listen: this server listens already");
    const { host, port } = this.#options;
    const server = createServer((socket) => this.#accept(socket));
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once("error", (error) => {
        this.#server = null;
        reject(error);
      });
      server.listen({ host, port }, () => {
        const address = server.address();
        // Not null while it listens, and a string only for unix sockets.
        if (address === null || typeof address === "string") return;
        this.#timer = setInterval(() => this.#forAll({ type: "tick" }), TICK_MS);
        this.#source.start({
          work: (work, clean) => this.#onWork(work, clean),
          gone: () => this.#onGone(),
        });
        resolve({ host: address.address, port: address.port });
      });
    });
  }

  get connections(): number {
    return this.#miners.size;
  }

  get bannedAddresses(): number {
    return this.#door.banned(performance.now());
  }

  get hasWork(): boolean {
    return this.#work !== null;
  }

  /** Those that are here. */
  miners(): ConnectedMiner[] {
    return [...this.#miners.values()].map(({ address, sinceMs, state }) => {
      const { agent, users, difficulty } = state;
      return { address, sinceMs, agent, workers: users, difficulty };
    });
  }

  /** One that is mute keeps its connections and says nothing over them, nor to who comes. */
  mute(muted: boolean): void {
    this.#muted = muted;
  }

  /** Hangs up on everybody and stops listening. Resolves when it is done; again is harmless. */
  async close(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#source.close();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const { socket } of this.#miners.values()) socket.destroy();
    await closed;
  }

  get #scene(): Scene {
    const { rules } = this.#options;
    return {
      rules,
      work: this.#work,
      extranonce2Bytes: this.#extranonce2Bytes ?? 0,
      lastDifficulty: (user) => this.ledger.difficultyOf(user),
    };
  }

  #onWork(work: ServedWork, clean: boolean): void {
    const isFirst = this.#work === null;
    this.#work = work;
    const waits = this.#extranonce2Bytes === null;
    this.#extranonce2Bytes = work.extranonce2Bytes;
    if (waits) for (const { socket } of this.#miners.values()) socket.resume();
    this.#judge.take(work, clean || isFirst);
    this.#forAll({ type: "work", clean: clean || isFirst });
  }

  #onGone(): void {
    this.#work = null;
    this.#judge.clear();
    this.#forAll({ type: "gone" });
  }

  #forAll(input: { type: "tick" } | { type: "gone" } | { type: "work"; clean: boolean }): void {
    const now = performance.now();
    for (const miner of [...this.#miners.values()]) {
      this.#step(miner, { ...input, now });
      this.#flush(miner);
    }
  }

  #accept(socket: Socket): void {
    const now = performance.now();
    const address = (socket.remoteAddress ?? "").replace(/^::ffff:/, "");
    const answer = this.#door.admit(address, now);
    if (answer !== "in") {
      socket.on("error", () => {});
      socket.destroy();
      return;
    }
    const id = this.#freeId();
    const state = openMiner(this.#scene, hex32(id).slice(-2 * MINER_ID_BYTES), now);
    const miner: Miner = { socket, address, sinceMs: now, state, tail: "", out: "" };
    this.#miners.set(id, miner);
    socket.setEncoding("utf8");
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.#miners.delete(id);
      this.#door.leave(address);
      for (const user of miner.state.users) {
        this.ledger.greet(user, miner.state.difficulty, performance.now());
      }
    });
    if (this.#extranonce2Bytes === null) socket.pause();
    socket.on("data", (text) => this.#receive(miner, String(text)));
  }

  /** The one that was free for longest, about: what a miner before it searched is not searched again. */
  #freeId(): number {
    do this.#lastId = (this.#lastId % (IDS - 1)) + 1;
    while (this.#miners.has(this.#lastId));
    return this.#lastId;
  }

  #receive(miner: Miner, text: string): void {
    const { lines, tail, flooded } = cutLines(miner.tail, text, LINE_CHARS_MAX);
    miner.tail = tail;
    for (const line of lines) {
      if (miner.socket.destroyed) return;
      this.#step(miner, { type: "line", line, now: performance.now() });
    }
    if (flooded) this.#step(miner, { type: "flooded", now: performance.now() });
    this.#flush(miner);
  }

  #step(miner: Miner, input: MinerInput): void {
    const { difficulty } = miner.state;
    const { state, outputs } = step(this.#scene, miner.state, input);
    miner.state = state;
    // Told at once, and not when it leaves: a power cut leaves no time for that.
    if (state.difficulty !== difficulty) {
      for (const user of state.users) this.ledger.greet(user, state.difficulty, input.now);
    }
    for (const output of outputs) {
      switch (output.type) {
        case "send":
          miner.out += output.text;
          break;
        case "claim":
          this.#onClaim(miner, output.claim);
          break;
        case "judged":
          this.ledger.take(output.share, input.now);
          this.#options.onShare?.(output.share);
          break;
        case "authorized":
          this.ledger.greet(output.user, state.difficulty, input.now);
          break;
        case "offence":
          this.#offend(miner, output.points, input.now);
          break;
        case "drop":
          this.#note("miner.dropped", miner, output.why);
          this.#flush(miner);
          miner.socket.destroy();
          break;
      }
    }
  }

  #onClaim(miner: Miner, claim: Claim): void {
    const { onWanted } = this.#options;
    const judgement = this.#judge.judge(claim, miner.state.extranonce1);
    const tell = (verdict: Extract<MinerInput, { type: "verdict" }>["verdict"], reason?: string) =>
      this.#step(miner, { type: "verdict", claim, verdict, reason, now: performance.now() });
    if (judgement.verdict !== "right") {
      tell(judgement.verdict);
      return;
    }
    this.ledger.found(claim.user, judgement.difficulty, performance.now());
    if (!judgement.isWanted) {
      tell("accepted");
    } else {
      const { share } = judgement;
      this.#source.submit(share, (verdict, reason) => {
        tell(verdict, reason);
        this.ledger.handedOn(share.user, verdict, performance.now());
        this.#flush(miner);
        onWanted?.(share, verdict, reason);
      });
    }
  }

  #offend(miner: Miner, points: number, now: number): void {
    const { address } = miner;
    if (!this.#door.offend(address, points, now)) return;
    this.#note("miner.banned", miner, `for ${Math.round(this.#options.banMs / 1000)} s`);
    for (const each of this.#miners.values()) if (each.address === address) each.socket.destroy();
  }

  #note(ev: string, { address, state }: Miner, why: string): void {
    this.#options.note?.(ev, { address, worker: state.users[0] ?? "", why });
  }

  #flush(miner: Miner): void {
    const { socket, out } = miner;
    miner.out = "";
    if (out === "" || this.#muted || socket.destroyed) return;
    socket.write(out);
    if (socket.writableLength <= OUT_BYTES_MAX) return;
    this.#note("miner.dropped", miner, "it reads too slowly");
    socket.destroy();
  }
}
