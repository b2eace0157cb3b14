// A Zero of the test bench: while its power line is on it has a cable, a boot and a real agent.

import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CONTROLLER_ADDRESS, GadgetLink } from "./gadget-link.ts";

const AGENT = "/app/dist/zero-agent.cjs";
/** What remains of a boot when the cable is up. */
const BOOT_MS = 1000;
const RESTART_MS = 500;
/** The agent's exit codes for what it was asked: see zero-agent/shell/exit-codes.ts. */
const POWEROFF = 64;
const REBOOT = 65;

export interface BenchZeroOptions {
  readonly id: number;
  readonly directory: string;
  readonly keyFile: string;
  readonly hashrateHs: number;
}

export class BenchZero {
  readonly link: GadgetLink;
  readonly slot: string;
  readonly #directory: string;
  readonly #log: number;
  #agent: ChildProcess | null = null;
  #isOn = false;
  #wanted = false;
  #turning: Promise<void> = Promise.resolve();

  private constructor(link: GadgetLink, slot: string, directory: string) {
    this.link = link;
    this.slot = slot;
    this.#directory = directory;
    this.#log = openSync(join(directory, "agent.log"), "a");
  }

  static async make({ id, directory, keyFile, hashrateHs }: BenchZeroOptions): Promise<BenchZero> {
    const link = await GadgetLink.make(id, id % 2 === 1 ? "ncm" : "ecm");
    const home = join(directory, `p${id}`);
    mkdirSync(join(home, "proc/sys/kernel/random"), { recursive: true });
    // To test and measure them all takes an emulated processor some seconds, and its compiler more.
    const settings = {
      slot: `p${id}`,
      controller: `ws://${CONTROLLER_ADDRESS}:8686/link`,
      key_file: keyFile,
      workers: 1,
      kernel: "plain",
      max_hashrate_hs: hashrateHs,
      sysroot: home,
    };
    const lines = Object.entries(settings).map(
      ([name, value]) => `${name} = ${JSON.stringify(value)}`,
    );
    writeFileSync(join(home, "agent.toml"), `${lines.join("\n")}\n`);
    return new BenchZero(link, `p${id}`, home);
  }

  /** What the power line is now. Returns at once; the Zero follows in the order of the calls. */
  power(isOn: boolean): void {
    if (isOn === this.#wanted) return;
    this.#wanted = isOn;
    this.#turning = this.#turning.then(() => (isOn ? this.#start() : this.#stop()));
  }

  /** When what power() was told last has happened. Rejects if a cable did not come up. */
  settled(): Promise<void> {
    return this.#turning;
  }

  get isRunning(): boolean {
    return this.#agent !== null;
  }

  /** Its agent stands still and nothing of it answers. */
  async hang(): Promise<void> {
    await this.link.silence();
    this.#agent?.kill("SIGSTOP");
  }

  async #start(): Promise<void> {
    await this.link.plug();
    this.#isOn = true;
    void this.#boot();
  }

  async #stop(): Promise<void> {
    this.#isOn = false;
    this.#agent?.kill("SIGKILL");
    this.#agent = null;
    await this.link.unplug();
  }

  async #boot(): Promise<void> {
    const bootId = randomUUID();
    writeFileSync(join(this.#directory, "proc/sys/kernel/random/boot_id"), `${bootId}\n`);
    await sleep(BOOT_MS);
    if (this.#isOn) this.#startAgent();
  }

  #startAgent(): void {
    const config = join(this.#directory, "agent.toml");
    const command = ["netns", "exec", this.link.namespace, process.execPath, AGENT];
    const agent = spawn("ip", [...command, "--config", config], {
      stdio: ["ignore", this.#log, this.#log],
    });
    this.#agent = agent;
    agent.on("exit", (code) => {
      if (this.#agent !== agent) return;
      this.#agent = null;
      if (!this.#isOn || code === POWEROFF) return;
      if (code === REBOOT) void this.#boot();
      else
        void sleep(RESTART_MS).then(() => this.#isOn && this.#agent === null && this.#startAgent());
    });
  }
}
