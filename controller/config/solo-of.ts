// What of the settings mining alone goes by: who is paid, and on which chain.

import { mainNetwork, type NetworkName } from "../pools/solo/networks.ts";
import type { ControllerConfig } from "./config.ts";
import type { Settings } from "./keys.ts";

type Said = Pick<Settings, "pool" | "solo">;

/** The chain that is mined alone on, should it be. */
export function networkOf({ pool: { algorithm }, solo }: Said): NetworkName {
  return solo.network ?? mainNetwork(algorithm === "duco-s1" ? "sha256d" : algorithm);
}

/** Who is paid. */
export function payeeOf({ pool, solo }: Said): string {
  return solo.address ?? pool.user;
}

export function soloOf(settings: Said): ControllerConfig["solo"] {
  const { solo } = settings;
  return {
    address: payeeOf(settings),
    network: networkOf(settings),
    cookieFile: solo.cookie_file,
    rpcUser: solo.rpc_user,
    rpcPasswordFile: solo.rpc_password_file,
    tag: solo.tag,
    pollMs: solo.poll_ms,
    notifyPort: solo.notify_port,
    notifyListen: solo.notify_listen,
    notifySecretFile: solo.notify_secret_file,
  };
}
