// What `zerorig setup --for-cards` wrote, read back and checked before a card is made of it.

import { existsSync, readFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import { ConfigError, type ConfigProblem } from "../controller/config/error.ts";
import { type Loaded, loadSettings } from "../controller/config/load.ts";
import { valuesOf } from "../controller/config/origins.ts";
import { refusePlaceholder } from "../controller/config/placeholder.ts";
import type { ZeroModel } from "../controller/core/policy.ts";
import { parseSettings } from "../zero-agent/config/config.ts";
import { ImageError } from "./image-error.ts";
import { CONTROLLER_ADDRESS, type ControllerSecrets, parseRole, type Role } from "./role.ts";
import { readSecrets, slotsIn } from "./secrets.ts";

export interface RigFolder {
  /** The text of controller.toml. */
  readonly config: string;
  readonly secrets: ControllerSecrets;
  readonly zeros: readonly RigZero[];
  readonly model: ZeroModel;
}

export interface RigZero {
  readonly role: Role;
  readonly key: string;
  /** The text of agent.toml; null where the usual one will do. */
  readonly config: string | null;
}

/** Where a card's service finds what it is told of, and may write. */
const ON_CARD: Readonly<Record<string, string>> = {
  "link.keys_dir": "/etc/zerorig/keys",
  "http.token_file": "/etc/zerorig/token",
  "pool.key_file": "/etc/zerorig/mining.key",
  "state.dir": "/var/lib/zerorig",
  "control.socket": "/run/zerorig/control.sock",
};
/** Names of files that are read and that no card has; the trace is written. */
const READ_FILE = /_file$/;
const TRACE = "pool.trace_file";
const LINK_PORT = 8686;

/** Throws what the readers of the controller and of the agent throw, or an ImageError: each names the file, and what is wrong with it. */
export async function readRig(folder: string): Promise<RigFolder> {
  const file = join(folder, "controller.toml");
  if (!existsSync(file)) {
    const todo = `\`zerorig setup --for-cards --dir ${folder}\` writes it`;
    throw new ImageError(`there is no ${file}`, todo);
  }
  const loaded = await loadSettings(file, {});
  refusePlaceholder(loaded);
  const [problem, ...others] = problemsOnCard(loaded, file);
  if (problem !== undefined) throw new ConfigError([problem, ...others]);
  const { http, pool, link } = loaded.settings;
  const zerosDir = join(folder, "zeros");
  const secrets = readSecrets({
    keys: join(folder, "keys"),
    token: http.token_file === null ? null : join(folder, "token"),
    miningKey: pool.key_file === null ? null : join(folder, "mining.key"),
  });
  for (const slot of slotsIn(zerosDir, /^(p[1-9]\d?)$/)) {
    if (secrets.keys.has(slot)) continue;
    const missing = join(folder, "keys", `${slot}.key`);
    const todo = `\`zerorig setup --for-cards\` makes it; or remove ${join(zerosDir, slot)}`;
    throw new ImageError(`there is no link key ${missing}`, todo);
  }
  const zeros = [...secrets.keys].map(([slot, key]) => {
    return { role: parseRole(slot), key, config: readAgent(zerosDir, slot, link.port) };
  });
  return {
    ...{ secrets, zeros, model: loaded.settings.power.model },
    config: readFileSync(file, "utf8"),
  };
}

/** What is right where it was written, and not on a card. */
function problemsOnCard(loaded: Loaded, file: string): readonly ConfigProblem[] {
  return valuesOf(loaded).flatMap(({ section, name, value, line, column }): ConfigProblem[] => {
    const message = complaint(section, name, value);
    if (message === null) return [];
    return [
      { code: "conflict", file, line, column, message: `\`${name}\` in [${section}]: ${message}` },
    ];
  });
}

function complaint(section: string, name: string, value: unknown): string | null {
  if (typeof value !== "string") return null;
  const wanted = ON_CARD[`${section}.${name}`];
  if (wanted !== undefined) {
    const why = `on a card it is ${wanted}, as \`zerorig setup --for-cards\` writes it`;
    return value === wanted ? null : `${why}, not ${value}`;
  }
  if (`${section}.${name}` === "hat.board" && value.startsWith("virtual:")) {
    return "a card's controller has a real board: auto";
  }
  return READ_FILE.test(name) && `${section}.${name}` !== TRACE
    ? `no image brings ${value}: leave it out here, and put both there once the card has started`
    : null;
}

/** An agent's settings, as far as there are any of its own. */
function readAgent(zerosDir: string, slot: string, port: number): string | null {
  const file = join(zerosDir, slot, "agent.toml");
  const text = existsSync(file) ? readFileSync(file, "utf8") : null;
  const settings = text === null ? {} : parseSettings(text, file);
  const { slot: own = slot, controller } = settings;
  if (own !== slot) throw new ImageError(`${file}: slot is ${own}`, `write slot = "${slot}"`);
  const dialled = new URL(controller ?? `ws://${CONTROLLER_ADDRESS}:${LINK_PORT}/link`);
  const host = dialled.hostname.replace(/^\[|\]$/g, "");
  // A name may be the controller's too; another address is not.
  const isThere = host === CONTROLLER_ADDRESS || isIP(host) === 0;
  if (isThere && portOf(dialled) === port) return text;
  const there = `${CONTROLLER_ADDRESS}:${port}`;
  throw new ImageError(
    `${file}: the agent dials ${host}:${portOf(dialled)}, and the controller listens at ${there} ([link] port)`,
    `write controller = "ws://${there}/link"`,
  );
}

function portOf({ port, protocol }: URL): number {
  if (port !== "") return Number(port);
  return protocol === "wss:" ? 443 : 80;
}
