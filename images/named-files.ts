// The files that controller.toml names besides the rig's own secrets, such as passwords and certificates: each lies in the rig's folder as it will
// lie below /etc/zerorig on the controller's card.

import { existsSync, readFileSync } from "node:fs";
import { basename, join, posix } from "node:path";
import { readAlertSecret } from "../controller/alerts/receivers.ts";
import { keysPath, zerosPath } from "../controller/cli/setup/rig-plan.ts";
import { SYSTEM_DIR } from "../controller/cli/setup/system-dir.ts";
import type { Origined } from "../controller/config/origins.ts";
import { messageOf } from "../controller/shell/error.ts";
import { readOwnSecret } from "../controller/shell/secret-file.ts";
import { readNotifySecret } from "../controller/shell/solo-side.ts";
import { UsageError } from "./image-error.ts";
import type { NamedFile } from "./role.ts";

type Named = Pick<Origined, "section" | "name">;

/** Written, not read. */
const TRACE = "pool.trace_file";
const AGENT = "agents.program";
const COOKIE = "solo.cookie_file";
/** What a card has anyway. */
const AGENT_OF_CARD = "/usr/lib/zerorig/zero-agent.cjs";
/** Names that the programs which make a file system take as they are. */
const PLAIN_PATH = /^[\w.@+/-]+$/;

/** Whether the controller reads a file of that name. */
export function namesFile({ section, name }: Named): boolean {
  const key = `${section}.${name}`;
  return key === AGENT || (name.endsWith("_file") && key !== TRACE);
}

/** Why a card's controller would not find it; null where it would. `folder`: the rig's. */
export function fileComplaint(named: Named, value: string, folder: string): string | null {
  const key = `${named.section}.${named.name}`;
  if (key === AGENT && value === AGENT_OF_CARD) return null;
  if (key === COOKIE) {
    return "a node's cookie is another at each of its starts, and no card brings it: name `rpc_user` and `rpc_password_file`, or leave it out here";
  }
  if (!isBelow(SYSTEM_DIR, value)) {
    return `no card has ${value}: put the file into ${folder}, and name it ${SYSTEM_DIR}/${basename(value)}`;
  }
  if (!PLAIN_PATH.test(value) || posix.normalize(value) !== value) {
    return `${value}: letters, digits and . _ - are what a card's files may be called by`;
  }
  const card = { dir: SYSTEM_DIR };
  if ([keysPath(card), zerosPath(card)].some((own) => isBelow(own, value))) {
    return `${value} would lie among what is the Zeros': name another place below ${SYSTEM_DIR}`;
  }
  const file = inFolder(folder, value);
  return existsSync(file)
    ? null
    : `there is no ${file}: put it there, and it comes onto the card as ${value}; or leave this line out`;
}

/** Where it lies in the rig's folder. */
export function inFolder(folder: string, value: string): string {
  return join(folder, posix.relative(SYSTEM_DIR, value));
}

/** One that nothing is said against, read and checked; null for one that a card has anyway. Throws a UsageError or a ControllerError that names the file, and tells nothing of what it holds. */
export function readNamedFile(named: Named, value: string, folder: string): NamedFile | null {
  if (value === AGENT_OF_CARD) return null;
  const file = inFolder(folder, value);
  const isSecret = named.name !== "ca_file" && `${named.section}.${named.name}` !== AGENT;
  if (isSecret) checkSecret(named, file);
  const text = bytesOf(file);
  if (text.toString("latin1").trim() === "")
    throw new UsageError(`${file} is empty`, `see ${whose(named)}`);
  if (named.name === "ca_file" && !text.includes("-----BEGIN CERTIFICATE-----")) {
    throw new UsageError(
      `${file} holds no certificate`,
      `${whose(named)} is a file of PEM text, which has a line -----BEGIN CERTIFICATE-----`,
    );
  }
  return { path: value.slice(1), text, isSecret };
}

/** By the controller's own reader: what it refuses would keep it from starting. */
function checkSecret(named: Named, file: string): void {
  const hide = () => {};
  const key = `${named.section}.${named.name}`;
  if (key === "alerts.webhook_secret_file") readAlertSecret(file, "the webhook's secret", hide);
  else if (key === "alerts.ntfy_token_file") readAlertSecret(file, "the token for ntfy", hide);
  else if (key === "solo.notify_secret_file") readNotifySecret(file);
  else readOwnSecret(file, `what ${whose(named)} names,`, "it has to be a file that you may read");
}

function whose({ section, name }: Named): string {
  return `[${section}] ${name}`;
}

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${messageOf(error)}`, "make it readable for you");
  }
}

function isBelow(folder: string, path: string): boolean {
  return path.startsWith(`${folder}/`) && path.length > folder.length + 1;
}
