// A rig for development commands, each part a process of its own: the practice pool, the virtual HAT with its agents, and the
// real controller, which serves the page. So what is measured of the controller is the controller alone.

import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../controller/cli/demo/free-port.ts";
import {
  rigFiles,
  rigPaths,
  virtualHatArgs,
  writeRigFiles,
} from "../../controller/cli/demo/rig-files.ts";
import type { RigStatus } from "../../controller/core/status.ts";
import { VirtualHatClient } from "../../hat/virtual/client.ts";

const DIST = join(import.meta.dirname, "../../dist");
const LOOPBACK = "127.0.0.1";
const PATIENCE_MS = 60_000;
const LOOK_MS = 200;

export interface SeatRig {
  readonly url: string;
  readonly token: string;
  readonly controllerPid: number;
  readonly hat: VirtualHatClient;
  status(): Promise<RigStatus>;
  /** Waits until the state is so. */
  until(holds: (status: RigStatus) => boolean): Promise<void>;
  stop(): Promise<void>;
}

function start(program: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [join(DIST, program), ...args], {
    stdio: ["pipe", "ignore", "ignore"],
  });
}

async function eventually<T>(what: string, attempt: () => Promise<T | null>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await attempt().catch(() => null);
    if (found !== null) return found;
    if (performance.now() > deadline) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

export interface SeatRigOptions {
  /** What its pool is told beside the port. */
  readonly pool?: readonly string[];
  /** Changes to controller.toml, where the pool listens on this port. */
  readonly edit?: (toml: string, poolPort: number) => string;
}

/** Starts it, from dist/ (build first), and waits until all Zeros mine. */
export async function startSeatRig(zeros: number, options: SeatRigOptions = {}): Promise<SeatRig> {
  const dir = mkdtempSync(join(tmpdir(), "zr-seat-"));
  const paths = rigPaths(dir);
  const [linkPort, poolPort, httpPort] = [await freePort(), await freePort(), await freePort()];
  const token = randomBytes(12).toString("hex");
  const http = { port: httpPort, token };
  const shape = { zeros, pace: "zero", boot: { minMs: 1500, maxMs: 3000 }, seed: 5, http } as const;
  const pool = { host: LOOPBACK, port: poolPort, user: "seat" };
  const key = () => randomBytes(32).toString("hex");
  writeRigFiles(paths, rigFiles(paths, shape, pool, linkPort, key));
  if (options.edit !== undefined) {
    const toml = readFileSync(paths.controllerToml, "utf8");
    writeFileSync(paths.controllerToml, options.edit(toml, poolPort));
  }
  const poolArgs = options.pool ?? ["--seed", "5"];
  const parts = [
    start("zerorig.mjs", ["pool", "--port", String(poolPort), ...poolArgs]),
    start("hatctl.cjs", virtualHatArgs(paths, shape, linkPort, join(DIST, "zero-agent.cjs"))),
  ];
  const hat = await eventually("the virtual HAT answers", () =>
    VirtualHatClient.connect(paths.hatSocket),
  );
  const controller = start("zerorig.mjs", ["run", "--config", paths.controllerToml]);
  const url = `http://${LOOPBACK}:${httpPort}/`;
  const status = async () => (await (await fetch(`${url}api/v1/status`)).json()) as RigStatus;
  const until = async (holds: (status: RigStatus) => boolean) => {
    await eventually("the state that was waited for", async () =>
      holds(await status()) ? true : null,
    );
  };
  const stop = async () => {
    await end(controller);
    await hat.stop().catch(() => {});
    for (const part of parts) await end(part);
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  };
  const rig = { url, token, controllerPid: controller.pid ?? 0, hat, status, until, stop };
  try {
    await until(({ slots }) =>
      slots.every(({ state, accepted }) => state === "Ready" && accepted > 0),
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return rig;
}

function end(part: ChildProcess): Promise<void> {
  if (part.exitCode !== null || part.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    part.once("exit", () => resolve());
    part.kill("SIGTERM");
  });
}
