// What of mining alone is right by itself and wrong together: above all, nobody must mine for an address that nobody has.

import { isFullNode } from "../pools/node.ts";
import { scriptOf } from "../pools/solo/address.ts";
import { NETWORK_NAMES, NETWORKS } from "../pools/solo/networks.ts";
import type { Conflict } from "./conflict.ts";
import type { Settings } from "./keys.ts";
import { networkOf, payeeOf } from "./solo-of.ts";
import { isLoopback } from "./this-machine.ts";

/** Nothing where no node is a full one. */
export function soloConflicts(settings: Settings): readonly Conflict[] {
  const { pool, stratum } = settings;
  const nodes = [pool, ...stratum.split].flatMap((goal) => goal.nodes);
  if (pool.algorithm === "duco-s1" || !nodes.some(isFullNode)) return [];
  return [...payeeConflicts(settings), ...doorConflicts(settings)];
}

function payeeConflicts(settings: Settings): readonly Conflict[] {
  const { pool, solo } = settings;
  const name = networkOf(settings);
  if (NETWORKS[name].algorithm !== pool.algorithm) {
    return [
      {
        keys: [
          ["solo", "network"],
          ["pool", "algorithm"],
        ],
        message: `\`network\` in [solo] (${name}) is mined with ${NETWORKS[name].algorithm}, not with \`algorithm\` ${pool.algorithm} of [pool]`,
      },
    ];
  }
  const address = payeeOf(settings);
  if (scriptOf(address, NETWORKS[name]) !== null) return [];
  const [field, key] =
    solo.address === null
      ? (["`user` in [pool]", ["pool", "user"]] as const)
      : (["`address` in [solo]", ["solo", "address"]] as const);
  const others = NETWORK_NAMES.filter((other) => scriptOf(address, NETWORKS[other]) !== null);
  const hint =
    others.length > 0
      ? `it is one of ${others.join(", ")}: set \`network\``
      : "a letter of it is wrong, or it is no address; [solo] `address` names who is paid";
  const message = `${field} (${address}) is no address of ${name}, and blocks would be mined for nobody: ${hint}`;
  return [{ keys: [key, ["solo", "network"]], message }];
}

function doorConflicts({ solo }: Settings): readonly Conflict[] {
  const found: Conflict[] = [];
  const check = (holds: boolean, names: readonly string[], message: string) => {
    if (!holds) found.push({ keys: names.map((name) => ["solo", name] as const), message });
  };
  const { cookie_file, rpc_user, rpc_password_file, notify_port, notify_listen } = solo;
  check(
    cookie_file === null || (rpc_user === null && rpc_password_file === null),
    ["cookie_file", "rpc_user", "rpc_password_file"],
    "`cookie_file` in [solo] holds user and password already: leave out `rpc_user` and `rpc_password_file`",
  );
  check(
    (rpc_user === null) === (rpc_password_file === null),
    rpc_user === null ? ["rpc_password_file", "rpc_user"] : ["rpc_user", "rpc_password_file"],
    "`rpc_user` and `rpc_password_file` in [solo] belong together: name both",
  );
  check(
    notify_port === null || isLoopback(notify_listen) || solo.notify_secret_file !== null,
    ["notify_listen", "notify_secret_file"],
    `\`notify_listen\` in [solo] (${notify_listen}) can be reached from elsewhere: name a \`notify_secret_file\``,
  );
  return found;
}
