// A rig of real processes whose API is served, with its token.

import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../controller/cli/demo/free-port.ts";
import { until } from "./programs.ts";
import { Rig, type RigOptions, tempDir } from "./rig.ts";

export const TOKEN = "e2e-token-0123456789abcdef";

export interface Served {
  readonly rig: Rig;
  readonly port: number;
  /** Such as http://127.0.0.1:4321. */
  readonly url: string;
  /** The file that holds the token. */
  readonly tokenFile: string;
}

export async function served(options: RigOptions = {}): Promise<Served> {
  const port = await freePort();
  const tokenFile = join(tempDir(), "token");
  writeFileSync(tokenFile, `${TOKEN}\n`);
  chmodSync(tokenFile, 0o600);
  const section = `\n[http]\nlisten = "127.0.0.1"\nport = ${port}\ntoken_file = ${JSON.stringify(tokenFile)}\n`;
  const { edit = (toml: string) => toml } = options;
  const rig = await Rig.start({ zeros: 2, ...options, edit: (toml) => edit(toml) + section });
  const url = `http://127.0.0.1:${port}`;
  await until("the API answers", () =>
    fetch(`${url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return { rig, port, url, tokenFile };
}
