// zero-agent enroll CODE: gets this Zero its link key, by a one-time code of `zerorig enroll`.

import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import * as v from "valibot";
import { DEFAULT_FILE, loadSettings, type Settings } from "./config/config.ts";
import { ConfigError } from "./config/error.ts";
import {
  agreedKey,
  type Code,
  ENROL_PATH,
  enrolBegun,
  enrolProved,
  isCodeProved,
  newKeyPair,
  parseCode,
  proveCode,
} from "./protocol/enrolment.ts";
import { LINK_PORT, linkUrl } from "./protocol/link-address.ts";
import { EXIT } from "./shell/exit-codes.ts";
import { forgetKey } from "./update/key-store.ts";
import { UpdateStore, writeWhole } from "./update/update-store.ts";

const USAGE = `Usage: zero-agent enroll CODE [--config FILE] [--controller URL]

Gets this Zero its link key. CODE is what \`zerorig enroll\` shows on the controller, such as p3-7KQM-3X9D-2AFH. Writes the key to
key_file, and the settings where there are none. Run it as whoever may write them, then start the agent anew.

  --config FILE      settings in TOML (default ${DEFAULT_FILE})
  --controller URL   other than the settings' own, such as ${linkUrl(LINK_PORT)}
`;
const ANSWER_MS = 10_000;

class Refused extends Error {}

/** Runs the command and resolves with the exit code. `say` is for messages to people. */
export async function enrollCommand(args: string[], say: (line: string) => void): Promise<number> {
  let values: { config?: string; controller?: string; help?: boolean };
  let positionals: string[];
  try {
    const options = {
      config: { type: "string" },
      controller: { type: "string" },
      help: { type: "boolean" },
    } as const;
    ({ values, positionals } = parseArgs({ args, options, allowPositionals: true }));
  } catch (error) {
    say(`${(error as Error).message.split(". ")[0]}; see enroll --help`);
    return EXIT.usage;
  }
  if (values.help === true) {
    process.stdout.write(USAGE);
    return EXIT.done;
  }
  // Who types it with spaces is understood, too.
  const code = parseCode(positionals.join(""));
  if (code === null) {
    say(`"${positionals.join(" ")}" is no code; \`zerorig enroll\` on the controller makes one`);
    return EXIT.usage;
  }
  try {
    const file = values.config ?? DEFAULT_FILE;
    const settings = settingsFor(code, file, values.controller);
    await enroll(code, settings, file, say);
    return EXIT.done;
  } catch (error) {
    say((error as Error).message);
    if (error instanceof ConfigError) return EXIT.usage;
    return error instanceof Refused ? EXIT.keyRefused : EXIT.failed;
  }
}

/** Its own where it has some, else those that the code and the defaults make. */
function settingsFor({ slot }: Code, file: string, controller: string | undefined): Settings {
  const own = existsSync(file) ? file : null;
  const env = { ...process.env };
  if (controller !== undefined) env["ZERO_AGENT_CONTROLLER"] = controller;
  if (own === null) env["ZERO_AGENT_SLOT"] ??= slot;
  const settings = loadSettings(own, env);
  if (settings.slot === slot) return settings;
  throw new ConfigError(`the code is for ${slot}, and this Zero is ${settings.slot} (${file})`);
}

async function enroll(
  code: Code,
  settings: Settings,
  file: string,
  say: (line: string) => void,
): Promise<void> {
  const url = new URL(ENROL_PATH, settings.controller.replace(/^ws/, "http"));
  const own = newKeyPair();
  const begin = { slot: code.slot, publicKey: own.publicKey };
  const { session, publicKey } = v.parse(enrolBegun, await post(url, begin));
  const exchange = { agent: own.publicKey, controller: publicKey };
  const key = agreedKey(own, publicKey, code, exchange);
  const proof = { session, mac: proveCode("agent", code, exchange) };
  const { mac } = v.parse(enrolProved, await post(url, proof));
  if (key === null || !isCodeProved("controller", code, exchange, mac)) {
    throw new Refused("whoever answered does not know the code: it is not the controller");
  }
  mkdirSync(dirname(settings.key_file), { recursive: true });
  writeWhole(settings.key_file, `${key.toString("hex")}\n`);
  const store = new UpdateStore(settings.sysroot);
  forgetKey(store.dir);
  if (!existsSync(file)) {
    const lines = [`slot = "${code.slot}"`, `controller = "${settings.controller}"`];
    writeWhole(file, `${lines.join("\n")}\n`, 0o644);
    say(`wrote ${file}`);
  }
  say(`enrolled as ${code.slot}: the key is in ${settings.key_file}`);
  if (store.open() === null && !store.persists()) {
    say(
      "this system lies in memory: the key is gone with its power, so put it into the image, too",
    );
  }
  say("start the agent anew: systemctl restart zero-agent");
}

async function post(url: URL, message: object): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: "POST",
      body: JSON.stringify(message),
      signal: AbortSignal.timeout(ANSWER_MS),
      redirect: "error",
    });
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    throw new Error(
      `no controller answers at ${url.host} (${cause?.code ?? (error as Error).name})`,
    );
  }
  const body = (await response.json().catch(() => ({}))) as { error?: unknown };
  if (response.ok) return body;
  const why = typeof body.error === "string" ? body.error : `HTTP ${response.status}`;
  throw new Refused(`the controller refused: ${why}`);
}
