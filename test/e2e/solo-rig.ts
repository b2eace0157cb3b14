// What tests of mining alone have in common: whose address is paid, and a rig's configuration for such nodes.

import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BitcoinNode } from "./bitcoin-node.ts";
import { until } from "./programs.ts";
import { type Rig, tempDir } from "./rig.ts";

/** Bitcoin's own example of a regtest address, and the script that pays to it. */
const ADDRESS = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";
export const SCRIPT = "0014751e76e8199196d454941c45d1b3a323f1433bd6";

function secretFile(text: string): string {
  const path = join(tempDir(), "secret");
  writeFileSync(path, `${text}\n`);
  chmodSync(path, 0o600);
  return path;
}

/** For a rig that mines alone from these nodes, the best first. */
export function minesAlone(nodes: readonly BitcoinNode[], more = ""): (toml: string) => string {
  const urls = nodes.map(({ url }) => `"${url}"`).join(", ");
  const solo = [
    "[solo]",
    `address = "${ADDRESS}"`,
    'network = "bitcoin-regtest"',
    'rpc_user = "x"',
    `rpc_password_file = "${secretFile(nodes[0]?.password ?? "")}"`,
    'tag = "/e2e/"',
    more,
  ];
  return (toml) =>
    `${toml.replace(/nodes = \[.*\]/, `nodes = [ ${urls} ]\nalgorithm = "sha256d"`)}\n${solo.join("\n")}\n`;
}

/** How many of its shares a rig says are blocks on the chain. */
export function blocksTaken(rig: Rig): number {
  const events: { ev: string; block?: boolean }[] = rig.events();
  return events.filter(({ ev, block }) => ev === "share.accepted" && block === true).length;
}

/** Of a rig that begins nothing more: what its Zeros had begun they still find, and then the node has as many blocks as the rig counts. */
export async function countsAgree(rig: Rig, node: BitcoinNode): Promise<void> {
  await until(
    "rig and node count the same",
    async () => (await node.height()) === blocksTaken(rig),
  );
}
