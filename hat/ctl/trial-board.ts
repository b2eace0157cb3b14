// `--virtual`: a virtual ClusterHAT inside this process, for one command.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runVirtualHat } from "../virtual/run.ts";

export interface TrialBoard {
  /** For `openBoard`. */
  readonly spec: string;
  stop(): Promise<void>;
}

/** Starts a v2.3 with four Zeros that boot in no time and run nothing. All are off. */
export async function startTrialBoard(): Promise<TrialBoard> {
  const directory = await mkdtemp(join(tmpdir(), "hatctl-"));
  const socketPath = join(directory, "hat.sock");
  const hat = await runVirtualHat({
    socketPath,
    slotCount: 4,
    revision: "v2.3",
    model: "XRA1200P",
    seed: "1",
    bootMs: { min: 20, max: 40 },
    link: { host: "127.0.0.1", port: 8686 },
    directory,
    command: [],
    log: () => {},
  });
  return {
    spec: `virtual:${socketPath}`,
    stop: async () => {
      await hat.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
