// What of pools is right by itself and wrong together.

import { isFullNode, isStratum } from "../pools/node.ts";
import { type Conflict, collector } from "./conflict.ts";
import type { Settings } from "./keys.ts";

export function poolConflicts({ pool, stratum }: Settings): readonly Conflict[] {
  const { found, check } = collector();
  const { algorithm, nodes, mode } = pool;
  const keys = [
    ["pool", "nodes"],
    ["pool", "algorithm"],
  ] as const;
  if (algorithm === "duco-s1") {
    const message = `\`nodes\` has a Stratum pool or a full node, but \`algorithm\` is ${algorithm}: set it to sha256d or scrypt`;
    check(!nodes.some((node) => isStratum(node) || isFullNode(node)), keys, message);
    check(
      stratum.split.length === 0,
      [
        ["stratum", "split"],
        ["pool", "algorithm"],
      ],
      `\`split\` is for sha256d and scrypt, but \`algorithm\` in [pool] is ${algorithm}`,
    );
    return found;
  }
  check(
    nodes.length > 0 && nodes.every((node) => isStratum(node) || isFullNode(node)),
    keys,
    `\`nodes\` must name the pools of \`algorithm\` ${algorithm}, each as "stratum+tcp://host:port" or "stratum+ssl://host:port", or full nodes as "http://host:port"`,
  );
  check(
    mode === "each",
    [
      ["pool", "mode"],
      ["pool", "algorithm"],
    ],
    `\`mode\` (${mode}) is for duco-s1: with \`algorithm\` ${algorithm} one connection serves all Zeros anyway`,
  );
  check(
    pool.connections_per_zero === 1 || stratum.split.length === 0,
    [
      ["stratum", "split"],
      ["pool", "connections_per_zero"],
    ],
    "with `split` a Zero has one connection: set `connections_per_zero` in [pool] to 1",
  );
  return found;
}
