// The receivers that the configuration names, with their secrets, and the way to them.

import type { ControllerConfig } from "../config/config.ts";
import { ControllerError, messageOf, systemCode } from "../shell/error.ts";
import { readOwnSecret } from "../shell/secret-file.ts";
import { ntfy, type Post, type Receiver, webhook } from "./receiver.ts";

const SEND_MS = 15_000;

/** Keeps a secret out of the log. */
type Hide = (secret: string) => void;

/** Those that are configured, each secret hidden. Throws a ControllerError for a secret that cannot be read, or that others may read. */
export function receiversOf(
  { alerts }: ControllerConfig,
  userAgent: string,
  hide: Hide,
): readonly Receiver[] {
  const found: Receiver[] = [];
  if (alerts.webhookUrl !== null) {
    const secret = readAlertSecret(alerts.webhookSecretFile, "the webhook's secret", hide);
    found.push(webhook(alerts.webhookUrl, secret, userAgent));
  }
  if (alerts.ntfyUrl !== null) {
    const token = readAlertSecret(alerts.ntfyTokenFile, "the token for ntfy", hide);
    found.push(ntfy(alerts.ntfyUrl, token, userAgent));
  }
  return found;
}

/** Null where no file is named. Throws a ControllerError for one that cannot be read, that others may read, or that holds something else. */
export function readAlertSecret(path: string | null, what: string, hide: Hide): string | null {
  if (path === null) return null;
  const text = readOwnSecret(path, what, "check [alerts]; the file holds it alone, mode 0600");
  if (/^[\x21-\x7e]{1,512}$/.test(text)) {
    hide(text);
    return text;
  }
  const message = `${path} does not hold ${what}: expected one word of letters, digits and signs`;
  throw new ControllerError("key-file", message, "write it anew");
}

/** Follows no redirect: what is signed for one is not for another. Rejects where there is no answer in time, and says why. */
export async function sendPost({ url, headers, body }: Post): Promise<number> {
  const signal = AbortSignal.timeout(SEND_MS);
  const asked = { method: "POST", headers, body, redirect: "manual", signal } as const;
  const response = await fetch(url, asked).catch((error: unknown) => {
    throw new Error(reasonOf(error), { cause: error });
  });
  // Whatever it says, it is not read.
  await response.body?.cancel();
  return response.status;
}

/** `fetch` says that it failed, and the reason in the cause; where a name has several addresses that has nothing but a code. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return messageOf(cause) || systemCode(cause) || messageOf(error);
}
