// Debian's PostgreSQL in a folder of the test's own, by password and over TLS or not; it refuses to be run by root.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { onTestFinished } from "vitest";
import { freePort } from "../../controller/cli/demo/free-port.ts";
import { until } from "./programs.ts";
import { tempDir } from "./rig.ts";

const USER = "rig";
const PASSWORD = "e2e-store-password";
const VERSIONS = "/usr/lib/postgresql";

export class Postgres {
  readonly #dir: string;
  readonly port: number;
  #process: ChildProcess | null = null;

  private constructor(dir: string, port: number) {
    this.#dir = dir;
    this.port = port;
  }

  static async start(): Promise<Postgres> {
    const dir = tempDir();
    const store = new Postgres(dir, await freePort());
    store.#init();
    onTestFinished(() => store.crash());
    await store.run();
    return store;
  }

  get url(): string {
    return `postgres://${USER}@127.0.0.1:${this.port}/postgres`;
  }

  get password(): string {
    return PASSWORD;
  }

  get passwordFile(): string {
    return join(this.#dir, "password");
  }

  #init(): void {
    // For the one who runs it, who may be another than we.
    chmodSync(this.#dir, 0o755);
    writeFileSync(this.passwordFile, `${PASSWORD}\n`, { mode: 0o600 });
    const forServer = join(this.#dir, "server-password");
    writeFileSync(forServer, `${PASSWORD}\n`, { mode: 0o644 });
    const { uid } = other();
    if (uid !== null) chownSync(this.#dir, uid, -1);
    const who = ["-U", USER, `--pwfile=${forServer}`, "-A", "scram-sha-256"];
    const [program, ...args] = asOther("initdb", ["-D", this.#data, "-N", "--no-locale", ...who]);
    execFileSync(program, args, { stdio: "ignore" });
  }

  get #data(): string {
    return join(this.#dir, "data");
  }

  async run(): Promise<void> {
    const listen = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="];
    const [program, ...args] = asOther("postgres", [
      ...["-D", this.#data, "-p", String(this.port), "-c", "fsync=off"],
      ...listen,
    ]);
    const child = spawn(program, args, { stdio: "ignore" });
    this.#process = child;
    await until("PostgreSQL answers", () => {
      if (child.exitCode !== null) throw new Error(`PostgreSQL ended with ${child.exitCode}`);
      return this.query("SELECT 1").catch(() => null);
    });
  }

  /** Ends it at once, as after a crash: it goes through its log when it starts again. */
  async crash(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGQUIT");
    await ended;
  }

  async query<T extends object>(sql: string): Promise<readonly T[]> {
    const client = new Client({
      host: "127.0.0.1",
      port: this.port,
      user: USER,
      password: PASSWORD,
      database: "postgres",
      connectionTimeoutMillis: 2000,
    });
    client.on("error", () => {});
    await client.connect();
    try {
      return (await client.query<T>(sql)).rows;
    } finally {
      await client.end();
    }
  }
}

/** Whom root hands over to. */
function other(): { readonly uid: number | null } {
  if (process.getuid?.() !== 0) return { uid: null };
  return { uid: Number(execFileSync("id", ["-u", "postgres"], { encoding: "utf8" })) };
}

function asOther(name: string, args: readonly string[]): [string, ...string[]] {
  const version = readdirSync(VERSIONS).sort((a, b) => Number(b) - Number(a))[0] ?? "";
  const path = join(VERSIONS, version, "bin", name);
  if (other().uid === null) return [path, ...args];
  return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", path, ...args];
}
