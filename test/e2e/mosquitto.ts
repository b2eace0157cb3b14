// Debian's mosquitto on a loopback port, and somebody who listens to all of it.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { connect as dial } from "node:net";
import { join } from "node:path";
import { connect, type MqttClient } from "mqtt";
import { onTestFinished } from "vitest";
import { freePort } from "../../controller/cli/demo/free-port.ts";
import { makeCertificate } from "./certificate.ts";
import { until } from "./programs.ts";
import { tempDir } from "./rig.ts";

const USER = "rig";
const PASSWORD = "e2e-broker-password";

/** A broker with TLS and a password, whose memory ends with it. */
export class Mosquitto {
  readonly #dir: string;
  readonly port: number;
  #process: ChildProcess | null = null;

  private constructor(dir: string, port: number) {
    this.#dir = dir;
    this.port = port;
  }

  static async start(): Promise<Mosquitto> {
    const broker = new Mosquitto(tempDir(), await freePort());
    broker.#makeFiles();
    onTestFinished(() => broker.stop());
    await broker.run();
    return broker;
  }

  get url(): string {
    return `mqtts://127.0.0.1:${this.port}`;
  }

  get caFile(): string {
    return this.#file("cert.pem");
  }

  get user(): string {
    return USER;
  }

  get passwordFile(): string {
    return this.#file("password");
  }

  #file(name: string): string {
    return join(this.#dir, name);
  }

  #makeFiles(): void {
    makeCertificate(this.#dir);
    writeFileSync(this.passwordFile, `${PASSWORD}\n`, { mode: 0o600 });
    execFileSync("mosquitto_passwd", ["-b", "-c", this.#file("users"), USER, PASSWORD]);
    chmodSync(this.#file("users"), 0o644);
    chmodSync(this.#dir, 0o755);
    const lines = [
      `listener ${this.port} 127.0.0.1`,
      `cafile ${this.#file("cert.pem")}`,
      `certfile ${this.#file("cert.pem")}`,
      `keyfile ${this.#file("key.pem")}`,
      `password_file ${this.#file("users")}`,
      "allow_anonymous false",
      "persistence false",
    ];
    writeFileSync(this.#file("mosquitto.conf"), `${lines.join("\n")}\n`);
  }

  /** Starts it, with nothing retained. */
  async run(): Promise<void> {
    const child = spawn("mosquitto", ["-c", this.#file("mosquitto.conf")], { stdio: "ignore" });
    this.#process = child;
    await until("mosquitto listens", () => {
      if (child.exitCode !== null) throw new Error(`mosquitto ended with ${child.exitCode}`);
      return new Promise<boolean>((resolve) => {
        const socket = dial(this.port, "127.0.0.1", () => {
          socket.destroy();
          resolve(true);
        });
        socket.on("error", () => resolve(false));
      });
    });
  }

  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  /** It stands still: what is sent to it stays unanswered. */
  freeze(): void {
    this.#process?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#process?.kill("SIGCONT");
  }

  client(): Promise<House> {
    return House.enter(this.url, USER, PASSWORD, readFileSync(this.caFile, "utf8"));
  }
}

interface Heard {
  readonly topic: string;
  readonly payload: string;
}

/** A house in which everything is heard. */
export class House {
  readonly #client: MqttClient;
  /** In the order in which it came. */
  readonly heard: Heard[] = [];
  /** The last on each topic; an empty one is gone. */
  readonly now = new Map<string, string>();

  private constructor(client: MqttClient) {
    this.#client = client;
    client.on("error", () => {});
    client.on("message", (topic, data) => {
      const payload = data.toString("utf8");
      this.heard.push({ topic, payload });
      if (payload === "") this.now.delete(topic);
      else this.now.set(topic, payload);
    });
  }

  static async enter(url: string, username: string, password: string, ca: string): Promise<House> {
    const client = connect(url, { username, password, ca, reconnectPeriod: 200 });
    const house = new House(client);
    onTestFinished(() => client.endAsync(true));
    await new Promise<void>((resolve) => client.once("connect", () => resolve()));
    await client.subscribeAsync("#", { qos: 1 });
    return house;
  }

  say(topic: string, payload: string, retain = false): Promise<unknown> {
    return this.#client.publishAsync(topic, payload, { qos: 1, retain });
  }

  /** The last JSON on a topic. */
  json<T = Record<string, unknown>>(topic: string): T | null {
    const payload = this.now.get(topic);
    return payload === undefined ? null : (JSON.parse(payload) as T);
  }
}
