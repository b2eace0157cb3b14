// The keys of [alerts]: who is told when something is wrong.

import * as v from "valibot";
import { ALERT_KINDS, type AlertKind } from "../alerts/alert-kind.ts";
import { key, optional, section } from "./key.ts";
import { absolutePath, type Kind, milliseconds, text } from "./kind.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const kinds: Kind<readonly AlertKind[]> = {
  schema: v.pipe(
    v.array(v.picklist(ALERT_KINDS)),
    v.minLength(1),
    v.check((list) => new Set(list).size === list.length),
    v.readonly(),
  ),
  expected: `a list of ${ALERT_KINDS.map((kind) => `"${kind}"`).join(", ")}`,
  fromText: (value) => value.split(",").map((part) => part.trim()),
};

function isWebUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return /^https?:$/.test(protocol) && username + password === "";
}

export const ALERTS = section("Who is told when something is wrong; nobody, unless named here.", {
  webhook_url: optional(
    text("an https:// or http:// address without a user", isWebUrl),
    "https://home.example/hooks/rig",
    "Gets each alert as a POST of JSON.",
  ),
  webhook_secret_file: optional(
    absolutePath("a file"),
    "/etc/zerorig/webhook.secret",
    "Holds the secret that signs them, mode 0600: X-Zerorig-Signature is the body's HMAC-SHA-256.",
  ),
  ntfy_url: optional(
    text("an https:// or http:// address of a topic, without a user", isWebUrl),
    "https://ntfy.sh/a-name-that-nobody-guesses",
    "A topic of ntfy.",
  ),
  ntfy_token_file: optional(
    absolutePath("a file"),
    "/etc/zerorig/ntfy.token",
    "Holds the access token of a topic that has one, mode 0600.",
  ),
  kinds: key(kinds, [...ALERT_KINDS], "What is told of."),
  repeat_ms: key(
    milliseconds(1000, 7 * DAY_MS),
    30 * MINUTE_MS,
    "The same alert goes out at most so often; what was held back comes as a digest.",
  ),
  no_shares_ms: key(
    milliseconds(10_000, DAY_MS),
    15 * MINUTE_MS,
    'Without an accepted share for so long, although Zeros are up, "no-shares" is told.',
  ),
});
