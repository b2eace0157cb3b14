// The processes of a demo: the virtual ClusterHAT with its Zeros, and the real controller. Started in order, stopped in order.

import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { VirtualHatClient } from "../../../hat/virtual/client.ts";
import { messageOf } from "../../shell/error.ts";
import { CliError } from "../error.ts";
import { Child, endingText } from "./child.ts";
import type { DemoPool } from "./demo-pool.ts";
import { freePort } from "./free-port.ts";
import type { DemoOptions } from "./options.ts";
import { type RigPaths, rigFiles, rigPaths, virtualHatArgs, writeRigFiles } from "./rig-files.ts";

/** How long a program may take to answer after its start, also on a busy machine. */
const START_MS = 20_000;
const RETRY_MS = 50;
/** A clean stop of the controller waits for verdicts. */
const CONTROLLER_STOP_MS = 12_000;
const HAT_STOP_MS = 5000;

export interface Rig {
  readonly paths: RigPaths;
  readonly page: DemoPage;
  readonly controller: Child;
  readonly hat: Child;
  readonly hatClient: VirtualHatClient;
}

/** Where a demo's web page is, and the token that it takes. */
export interface DemoPage {
  readonly url: string;
  readonly token: string;
}

/** Closers, run last first; each is awaited, and one that fails does not keep the others from running. */
export type Closers = (() => void | Promise<void>)[];

/** Starts the virtual HAT, then the controller. What must be undone later is added to `closers` at once. */
export async function startRig(
  dir: string,
  options: DemoOptions,
  pool: DemoPool,
  closers: Closers,
): Promise<Rig> {
  const paths = rigPaths(dir);
  const linkPort = await freePort();
  const http = { port: await freePort(), token: `demo-${randomBytes(9).toString("hex")}` };
  writeRigFiles(
    paths,
    rigFiles(paths, { ...options, http }, pool, linkPort, () => randomBytes(32).toString("hex")),
  );

  const hatArgs = virtualHatArgs(paths, options, linkPort, program("zero-agent.cjs"));
  const hat = new Child("hat", [program("hatctl.cjs"), ...hatArgs], join(dir, "hat.log"));
  closers.push(() => hat.stop(HAT_STOP_MS));
  const hatClient = await answers(hat, () => VirtualHatClient.connect(paths.hatSocket));
  closers.push(() => hatClient.close());

  const runArgs = ["run", "--config", paths.controllerToml, "--tie-to-stdin"];
  const controller = new Child(
    "controller",
    [program("zerorig.mjs"), ...runArgs],
    join(dir, "controller.log"),
  );
  closers.push(() => controller.stop(CONTROLLER_STOP_MS));
  const page = { url: `http://127.0.0.1:${http.port}/`, token: http.token };
  return { paths, page, controller, hat, hatClient };
}

/** Tries until it succeeds. Throws a CliError when the child ends first, or takes too long. */
export async function answers<T>(child: Child, attempt: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + START_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!child.running) throw await diedAtStart(child);
      if (performance.now() > deadline) {
        const what = `the demo's ${child.name} does not answer: ${messageOf(error)}`;
        throw new CliError("unreachable", what, "", error);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function diedAtStart(child: Child): Promise<CliError> {
  const ending = endingText(await child.ended);
  return new CliError(
    "failed",
    `the demo's ${child.name} stopped at its start (${ending}): ${child.lastWords() || "it did not say why"}`,
    "With --keep its files and logs stay for a look.",
  );
}

/** The other programs are bundled beside this one. */
function program(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
