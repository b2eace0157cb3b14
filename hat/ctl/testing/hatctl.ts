// hatctl as users run it: the bundle, as a process, and a virtual board for it.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { expect, onTestFinished } from "vitest";
import { VirtualHatClient } from "../../virtual/client.ts";

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Bundle {
  readonly directory: string;
  readonly path: string;
  /** The same program by another name. */
  readonly vendorPath: string;
  remove(): Promise<void>;
}

/** Bundles the program as `npm run build` does. */
export async function bundleHatctl(): Promise<Bundle> {
  const directory = await mkdtemp(join(tmpdir(), "hat-ctl-"));
  const path = join(directory, "hatctl.cjs");
  const vendorPath = join(directory, "clusterctrl");
  await build({
    entryPoints: ["hat/ctl/main.ts"],
    outfile: path,
    bundle: true,
    platform: "node",
    format: "cjs",
    external: ["i2c-bus", "onoff"],
    define: { ZERORIG_VERSION: '"1.2.3"' },
  });
  await symlink(path, vendorPath);
  return { directory, path, vendorPath, remove: () => rm(directory, { recursive: true }) };
}

/** Runs it to its end. */
export function runHatctl(
  path: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [path, ...args],
      { env: { ...process.env, ...env } },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      },
    );
  });
}

/** Starts `hatctl virtual`; it listens when this resolves. */
export async function startVirtual(
  path: string,
  socketPath: string,
  ...args: readonly string[]
): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    [path, "virtual", "--socket", socketPath, "--boot-ms", "20-40", ...args],
    { stdio: ["pipe", "pipe", "ignore"] },
  );
  const [line] = (await once(child.stdout as NonNullable<typeof child.stdout>, "data")) as [Buffer];
  expect(JSON.parse(line.toString())).toMatchObject({ ready: true, socket: socketPath });
  return child;
}

export interface TestBoard {
  readonly socketPath: string;
  readonly client: VirtualHatClient;
  /** Runs hatctl on this board. */
  run(...args: readonly string[]): Promise<Ended>;
  /** The same under the vendor's name. */
  runAsVendor(...args: readonly string[]): Promise<Ended>;
}

let boards = 0;

/** A virtual board of the test's own, and hatctl on it. Gone when the test is over. */
export async function testBoard(
  bundle: Bundle,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<TestBoard> {
  boards += 1;
  const socketPath = join(bundle.directory, `board-${boards}.sock`);
  const child = await startVirtual(bundle.path, socketPath, ...args);
  const client = await VirtualHatClient.connect(socketPath);
  onTestFinished(async () => {
    await client.close();
    child.kill("SIGTERM");
    await once(child, "exit");
  });
  const onBoard = {
    ZERORIG_BOARD: `virtual:${socketPath}`,
    ZERORIG_CONTROL_SOCKET: `${socketPath}.no-controller`,
    ...env,
  };
  return {
    socketPath,
    client,
    run: (...words) => runHatctl(bundle.path, words, onBoard),
    runAsVendor: (...words) => runHatctl(bundle.vendorPath, words, onBoard),
  };
}
