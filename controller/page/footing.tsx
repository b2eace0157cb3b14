// The foot of the page: the pool, the account, the controller.

import { POOL_WORDS, poolNoun } from "../cli/words.ts";
import type { RigStatus } from "../core/status.ts";
import { ageNow, type Told } from "./rig.ts";
import { spanText } from "./text.ts";
import { now } from "./ticker.ts";
import { forgetToken, token } from "./token.ts";

export function Footing({ status: { is, at } }: { readonly status: Told<RigStatus> }) {
  const { pool, balance, version, uptime_ms, host } = is;
  return (
    <footer>
      <p>
        {poolNoun(pool.address) === "pool" ? "Pool" : "Full node"} {pool.address ?? "none"}:{" "}
        {pool.connected} connected, {POOL_WORDS[pool.why]}.
        {balance?.duco == null ? "" : ` Balance ${balance.duco.toFixed(4)} DUCO.`}
        {host.workers === 0 ? "" : ` The host itself hashes with ${host.workers}.`}
      </p>
      <p>
        zerorig {version}, up {spanText(ageNow(uptime_ms, at, now.value))}.{" "}
        <a href="/api/openapi.json">API</a> <a href="/metrics">Metrics</a>{" "}
        {token.value === null ? null : (
          <button type="button" class="link" onClick={forgetToken}>
            Forget the token
          </button>
        )}
      </p>
    </footer>
  );
}
