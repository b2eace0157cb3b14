// `zerorig discover`: looks at the gadget network, at names and at USB, asks the controller whom it knows, and says what to do next.

import type { KeysStatus } from "../../agents/keys-status.ts";
import { ask } from "../control-client.ts";
import { CliError } from "../error.ts";
import { startProgress } from "../progress.ts";
import type { ControlOptions } from "../slot-commands.ts";
import { harmless } from "../terminal-text.ts";
import { columns } from "../text-table.ts";
import {
  askNames,
  gadgets,
  hostsOf,
  ownAddressesIn,
  parseSubnet,
  type Subnet,
  sweep,
} from "./look-around.ts";
import { type Row, rowsOf } from "./sightings.ts";

export interface DiscoverOptions extends ControlOptions {
  readonly subnet: string;
  /** Where the files of this machine begin. */
  readonly root: string;
}

/** Enough for a large rig; a question for each is one packet together. */
const NAMES_MAX = 32;

export async function discover(options: DiscoverOptions): Promise<void> {
  const { root, json, subnet: text } = options;
  const subnet = parseSubnet(text);
  if (subnet === null) {
    throw new CliError("usage", `"${text}" is no network`, "Such as 172.19.181.0/24; /24 to /32.");
  }
  const own = ownAddressesIn(subnet);
  const [hosts, names, devices, keys] = await Promise.all([
    own.length === 0 ? [] : sweepShown(subnet, own, root),
    askNames(zeroNames(), own[0] ?? null).catch(() => []),
    gadgets(root),
    keysOf(options),
  ]);
  const rows = rowsOf({ hosts, names, gadgets: devices, keys, own });
  const notes = [
    ...(own.length === 0
      ? [`This machine has no address in ${text}: nobody was looked for there.`]
      : []),
    ...(keys === null ? ["No controller answers: who is enrolled and linked is not known."] : []),
  ];
  process.stdout.write(
    json ? `${JSON.stringify({ subnet: text, found: rows, notes })}\n` : table(rows),
  );
  if (!json) for (const note of notes) process.stderr.write(`${note}\n`);
}

function zeroNames(): readonly string[] {
  return Array.from({ length: NAMES_MAX }, (_, index) => `p${index + 1}.local`);
}

async function sweepShown(subnet: Subnet, own: readonly string[], root: string) {
  const addresses = hostsOf(subnet).filter((address) => !own.includes(address));
  const progress = startProgress(() => "a few seconds");
  try {
    return await sweep(addresses, root, (done) =>
      progress.show({ done, of: addresses.length, text: "looking" }),
    );
  } finally {
    progress.end();
  }
}

async function keysOf({ socket, timeout }: ControlOptions): Promise<KeysStatus | null> {
  try {
    return (await ask(socket, { verb: "keys" }, timeout)).keys;
  } catch {
    return null;
  }
}

function table(rows: readonly Row[]): string {
  if (rows.length === 0) return "nothing found\n";
  const yes = (value: boolean | null) => (value === null ? "?" : value ? "yes" : "no");
  const cells = rows.map(({ slot, address, name, what, enrolled, next }) =>
    [
      slot ?? "-",
      address ?? "-",
      name ?? "-",
      slot === null ? "-" : yes(enrolled),
      what,
      next ?? "",
    ].map(harmless),
  );
  return `${columns([["SLOT", "ADDRESS", "NAME", "ENROLLED", "WHAT", "NEXT"], ...cells]).join("\n")}\n`;
}
