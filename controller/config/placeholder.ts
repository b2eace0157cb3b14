// The example's user name, which is nobody's.

import { PLACEHOLDER_USER } from "./config.ts";
import { ConfigError } from "./error.ts";
import type { Loaded } from "./load.ts";

/** Whoever copied the example would mine for nobody, and find out at the pool's first verdict at the earliest: a ConfigError. */
export function refusePlaceholder({ config, origins }: Loaded): void {
  if (config.pool.user !== PLACEHOLDER_USER) return;
  const place = origins.get("pool.user")?.place ?? {
    file: config.source,
    line: null,
    column: null,
  };
  const message = `[pool] user is still the example's "${PLACEHOLDER_USER}": set it to your user name at the pool`;
  throw new ConfigError([{ code: "placeholder", ...place, message }]);
}
