// The files of a demo's rig: link keys, one TOML per agent, the controller's TOML; and the command lines that use them.

import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { stringify } from "smol-toml";
import { type SlotId, slotId } from "../../../hat/slots.ts";
import { addressOf } from "../../pools/node.ts";
import type { HostPort } from "../option.ts";
import { type DemoOptions, type Pace, ZERO_HASHRATE_HS } from "./options.ts";

/** The name that the pool knows this rig by; the controller adds the slot of each Zero. */
export const DEMO_RIG = "demo";
const LOOPBACK = "127.0.0.1";

export interface RigPaths {
  readonly hatSocket: string;
  readonly controlSocket: string;
  readonly keysDir: string;
  readonly httpToken: string;
  readonly stateDir: string;
  readonly zerosDir: string;
  readonly controllerToml: string;
  /** With `{slot}` for the slot's name. */
  readonly agentToml: string;
}

/** Where everything lies below the demo's directory. The names are short: sockets allow 107 bytes. */
export function rigPaths(dir: string): RigPaths {
  return {
    hatSocket: join(dir, "hat.sock"),
    controlSocket: join(dir, "control.sock"),
    keysDir: join(dir, "keys"),
    httpToken: join(dir, "http-token"),
    stateDir: join(dir, "state"),
    zerosDir: join(dir, "zeros"),
    controllerToml: join(dir, "controller.toml"),
    agentToml: join(dir, "agents", "{slot}.toml"),
  };
}

export interface RigFile {
  readonly path: string;
  readonly text: string;
}

type RigOptions = Pick<DemoOptions, "zeros" | "pace" | "boot"> & {
  /** Where the page is served, on loopback, and the token that changes take there; without it nowhere. */
  readonly http?: { readonly port: number; readonly token: string };
};

/** Every file, as text. `makeKey` gives 64 hex digits. */
export function rigFiles(
  paths: RigPaths,
  options: RigOptions,
  pool: HostPort & { readonly user: string },
  linkPort: number,
  makeKey: () => string,
): readonly RigFile[] {
  const slots = Array.from({ length: options.zeros }, (_, index) => slotId(index));
  return [
    {
      path: paths.controllerToml,
      text: stringify(controllerSettings(paths, options, pool, linkPort)),
    },
    ...(options.http === undefined
      ? []
      : [{ path: paths.httpToken, text: `${options.http.token}\n` }]),
    ...slots.flatMap((slot): RigFile[] => [
      { path: keyFile(paths, slot), text: `${makeKey()}\n` },
      {
        path: paths.agentToml.replace("{slot}", slot),
        text: stringify(agentSettings(paths, options, slot)),
      },
    ]),
  ];
}

/** Writes the files for our eyes only. */
export function writeRigFiles(paths: RigPaths, files: readonly RigFile[]): void {
  for (const dir of [paths.keysDir, paths.stateDir, paths.zerosDir, join(paths.agentToml, "..")]) {
    mkdirSync(dir, { mode: 0o700, recursive: true });
  }
  for (const { path, text } of files) writeFileSync(path, text, { mode: 0o600 });
}

/** The arguments of `hatctl virtual` for this rig. */
export function virtualHatArgs(
  paths: RigPaths,
  options: RigOptions & Pick<DemoOptions, "seed">,
  linkPort: number,
  agentProgram: string,
): string[] {
  const { minMs, maxMs } = options.boot;
  return [
    "virtual",
    ...["--socket", paths.hatSocket],
    ...["--slots", String(options.zeros)],
    ...["--seed", String(options.seed)],
    ...["--boot-ms", `${minMs}-${maxMs}`],
    ...["--link", `127.0.0.1:${linkPort}`],
    ...["--dir", paths.zerosDir],
    "--tie-to-stdin",
    ...["--", process.execPath, agentProgram, "--config", paths.agentToml],
  ];
}

function controllerSettings(
  paths: RigPaths,
  { boot, http }: RigOptions,
  pool: HostPort & { readonly user: string },
  linkPort: number,
) {
  return {
    hat: { board: `virtual:${paths.hatSocket}` },
    link: {
      listen: LOOPBACK,
      port: linkPort,
      allow: ["127.0.0.0/8"],
      keys_dir: paths.keysDir,
    },
    pool: { nodes: [addressOf(pool)], user: pool.user, rig: DEMO_RIG },
    power: { restore: "all-on", enumeration_ms: Math.max(15_000, boot.maxMs + 5000) },
    health: { boot_grace_ms: Math.max(20_000, 2 * boot.maxMs + 10_000) },
    state: { dir: paths.stateDir },
    control: { socket: paths.controlSocket },
    ...(http === undefined
      ? {}
      : { http: { listen: LOOPBACK, port: http.port, token_file: paths.httpToken } }),
  };
}

function agentSettings(paths: RigPaths, { pace, zeros }: RigOptions, slot: SlotId) {
  return {
    slot,
    key_file: keyFile(paths, slot),
    workers: pace === "full" ? Math.max(1, Math.floor(availableParallelism() / zeros)) : 1,
    max_hashrate_hs: limitHs(pace),
  };
}

/** 0 is no limit. */
function limitHs(pace: Pace): number {
  if (pace === "full") return 0;
  return pace === "zero" ? ZERO_HASHRATE_HS : pace;
}

function keyFile(paths: RigPaths, slot: SlotId): string {
  return join(paths.keysDir, `${slot}.key`);
}
