// `zerorig info`: versions, and which paths are in use.

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ControllerConfig } from "../config/config.ts";
import { loadConfig } from "../config/load.ts";
import { messageOf } from "../shell/error.ts";
import { DATABASE_FILE } from "../shell/schema.ts";
import { columns } from "./text-table.ts";

export interface InfoOptions {
  readonly config: string;
  readonly set: readonly string[];
  readonly json: boolean;
}

interface Info {
  readonly version: string;
  readonly node: string;
  readonly platform: string;
  /** The folder that the programs lie in. */
  readonly programs: string;
  readonly config: { readonly file: string; readonly error: string | null };
  /** Null where the configuration cannot be read. */
  readonly paths: {
    readonly state: string;
    readonly database: string;
    readonly record: string | null;
    readonly keys: string;
    readonly control_socket: string;
    readonly token: string | null;
    readonly mining_key: string | null;
    readonly pool_trace: string | null;
  } | null;
  readonly url: string | null;
}

/** Prints it; a configuration that cannot be read is part of the answer. */
export async function printInfo(options: InfoOptions): Promise<void> {
  const info = await gather(options);
  process.stdout.write(options.json ? `${JSON.stringify(info)}\n` : infoText(info));
}

async function gather({ config: file, set }: InfoOptions): Promise<Info> {
  const common = {
    version: ZERORIG_VERSION,
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    programs: fileURLToPath(new URL(".", import.meta.url)),
  };
  try {
    const config = await loadConfig(file, process.env, set);
    return { ...common, config: { file, error: null }, ...placesIn(config) };
  } catch (error) {
    return { ...common, config: { file, error: messageOf(error) }, paths: null, url: null };
  }
}

function placesIn(config: ControllerConfig): Pick<Info, "paths" | "url"> {
  const { stateDir, link, controlSocket, http, pool, record } = config;
  const paths = {
    state: stateDir,
    database: join(stateDir, DATABASE_FILE),
    record: record.on ? join(stateDir, "record") : null,
    keys: link.keysDir,
    control_socket: controlSocket,
    token: http.tokenFile,
    mining_key: pool.keyFile,
    pool_trace: pool.traceFile,
  };
  return { paths, url: http.listen === null ? null : `http://${http.listen}:${http.port}` };
}

function infoText({ version, node, platform, programs, config, paths, url }: Info): string {
  const rows = [
    ["zerorig", version],
    ["Node", `${node}, ${platform}`],
    ["programs", programs],
    ["configuration", config.error ?? config.file],
    ...Object.entries(paths ?? {}).map(([name, path]) => [name.replaceAll("_", " "), path ?? "-"]),
    ["HTTP", url ?? "-"],
  ];
  return `${columns(rows).join("\n")}\n`;
}
