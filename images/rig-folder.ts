// What `zerorig setup --for-cards` wrote, read back and checked before a card is made of it.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isIP } from "node:net";
import { join, normalize } from "node:path";
import {
  configPath,
  keysPath,
  miningKeyPath,
  tokenPath,
  zeroDir,
  zerosPath,
} from "../controller/cli/setup/rig-plan.ts";
import { ConfigError } from "../controller/config/error.ts";
import { loadSettings } from "../controller/config/load.ts";
import { refusePlaceholder } from "../controller/config/placeholder.ts";
import type { ZeroModel } from "../controller/core/policy.ts";
import { LINK_HOST, LINK_PORT, linkUrl } from "../zero-agent/protocol/link-address.ts";
import { readAgentSettings } from "./agent-settings.ts";
import { namedFilesOf, problemsOnCard } from "./card-settings.ts";
import { UsageError } from "./image-error.ts";
import { inFolder } from "./named-files.ts";
import { type ControllerSecrets, parseRole, type Role, readKeyFile } from "./role.ts";
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

/** Left by editors, by `setup --force`, and by this tool itself. */
const LEFT_ALONE = /^\.|~$|\.bak$|\.img$/;

/**
 * Throws what the readers of the controller and of the agent throw, or a UsageError: each names the file, and what is wrong with it. What lies in
 * it and is for no card is refused, for somebody put it there to be on one.
 */
export async function readRig(named: string): Promise<RigFolder> {
  const dir = named.replace(/(?<=.)\/+$/, "");
  const folder = { dir };
  const file = configPath(folder);
  if (!existsSync(file)) {
    const todo = `\`zerorig setup --for-cards --dir ${dir}\` writes it`;
    throw new UsageError(`there is no ${file}`, todo);
  }
  const loaded = await loadSettings(file, {});
  refusePlaceholder(loaded);
  const [problem, ...others] = problemsOnCard(loaded, file, dir);
  if (problem !== undefined) throw new ConfigError([problem, ...others]);
  const { http, pool, link } = loaded.settings;
  const secrets = {
    ...readSecrets({
      keys: keysPath(folder),
      token: http.token_file === null ? null : tokenPath(folder),
      miningKey: pool.key_file === null ? null : miningKeyPath(folder),
    }),
    files: namedFilesOf(loaded, dir),
  };
  for (const slot of slotsIn(zerosPath(folder), /^(p[1-9]\d?)$/)) {
    if (secrets.keys.has(slot)) continue;
    const todo = `\`zerorig setup --for-cards\` makes it; or remove ${zeroDir(folder, slot)}`;
    throw new UsageError(`there is no link key ${keyPath(dir, slot)}`, todo);
  }
  const zeros = [...secrets.keys].map(([slot, key]) => {
    refuseOtherKey(dir, slot, key);
    const role = parseRole(slot);
    return { role, key, config: readAgent(zeroDir(folder, slot), role, link.port) };
  });
  refuseStrays(dir, [
    file,
    ...(secrets.token === null ? [] : [tokenPath(folder)]),
    ...(secrets.miningKey === null ? [] : [miningKeyPath(folder)]),
    ...secrets.files.map(({ path }) => inFolder(dir, `/${path}`)),
    ...[...secrets.keys.keys()].flatMap((slot) => {
      const own = zeroDir(folder, slot);
      return [keyPath(dir, slot), join(own, "agent.toml"), join(own, "agent.key")];
    }),
  ]);
  return {
    ...{ secrets, zeros, model: loaded.settings.power.model },
    config: readFileSync(file, "utf8"),
  };
}

function keyPath(dir: string, slot: string): string {
  return `${keysPath({ dir })}/${slot}.key`;
}

/** `setup` writes a key twice, and the card gets the controller's: a Zero with another would never be let in. */
function refuseOtherKey(dir: string, slot: string, key: string): void {
  const file = join(zeroDir({ dir }, slot), "agent.key");
  if (!existsSync(file) || readKeyFile(file).toLowerCase() === key.toLowerCase()) return;
  const todo = `copy the right one over the other; only that of ${keysPath({ dir })} goes onto cards`;
  throw new UsageError(`${file} is another key than ${keyPath(dir, slot)}`, todo);
}

/** What lies in the folder itself, among the keys, or among what is the Zeros', and is not among `known`. */
function refuseStrays(dir: string, known: readonly string[]): void {
  const expected = new Set(known.map((file) => normalize(file)));
  const below = (folder: string, recursive: boolean) =>
    existsSync(folder) ? readdirSync(folder, { withFileTypes: true, recursive }) : [];
  const entries = [
    ...below(dir, false),
    ...[keysPath({ dir }), zerosPath({ dir })].flatMap((folder) => below(folder, true)),
  ];
  const strays = entries
    .filter((entry) => !entry.isDirectory() && !LEFT_ALONE.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => !expected.has(file));
  if (strays.length === 0) return;
  const todo = `name each in ${configPath({ dir })}, or move it out of ${dir}`;
  throw new UsageError(`nothing names ${strays.join(", ")}, so no card would get it`, todo);
}

/** An agent's settings, as far as there are any of its own. */
function readAgent(dir: string, role: Role, port: number): string | null {
  const file = join(dir, "agent.toml");
  const text = existsSync(file) ? readFileSync(file, "utf8") : null;
  const { controller } = text === null ? {} : readAgentSettings(role, file, text);
  const dialled = new URL(controller ?? linkUrl(LINK_PORT));
  const host = dialled.hostname.replace(/^\[|\]$/g, "");
  // A name may be the controller's too; another address is not.
  const isThere = host === LINK_HOST || isIP(host) === 0;
  if (isThere && portOf(dialled) === port) return text;
  throw new UsageError(
    `${file}: the agent dials ${host}:${portOf(dialled)}, and the controller listens at ${LINK_HOST}:${port} ([link] port)`,
    `write controller = "${linkUrl(port)}"`,
  );
}

function portOf({ port, protocol }: URL): number {
  if (port !== "") return Number(port);
  return protocol === "wss:" ? 443 : 80;
}
