// The receivers of alerts, and how each wants to be told: a webhook takes JSON with a signature, ntfy takes a line of text.

import { createHmac } from "node:crypto";
import { type Notice, titleOf } from "./thinner.ts";

/** A POST as it goes out. */
export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Receiver {
  readonly name: "webhook" | "ntfy";
  /** For people: where it is, without what is secret in it. */
  readonly where: string;
  post(letter: Letter): Post;
}

/** A notice, with what makes it this one. */
export interface Letter extends Notice {
  /** The same in each try: whoever is told twice can see that. */
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  readonly rig: string;
}

/** `X-Zerorig-Signature: sha256=<hex>`: the HMAC of the body with the secret that both know; absent without one. */
export function webhook(url: string, secret: string | null, userAgent: string): Receiver {
  return {
    name: "webhook",
    where: new URL(url).host,
    post: ({ id, at, rig, state, kind, slot, level, text }) => {
      const body = JSON.stringify({ id, at, rig, state, kind, slot, level, text });
      const signature = secret && createHmac("sha256", secret).update(body).digest("hex");
      return {
        url,
        body,
        headers: {
          "content-type": "application/json",
          "user-agent": userAgent,
          ...(signature ? { "x-zerorig-signature": `sha256=${signature}` } : {}),
        },
      };
    },
  };
}

/** By ntfy's headers; 3 is its usual priority, 4 makes a phone ring, 5 makes it ring for long, 2 does not. */
const PRIORITY = { resolved: "2", digest: "3", test: "3" } as const;
const TAGS = { resolved: "white_check_mark", digest: "newspaper", test: "bell" } as const;
const RAISED = {
  info: { priority: "3", tags: "information_source" },
  warn: { priority: "4", tags: "warning" },
  error: { priority: "5", tags: "rotating_light" },
} as const;

function urgency({ state, level }: Letter): { readonly priority: string; readonly tags: string } {
  return state === "raised" ? RAISED[level] : { priority: PRIORITY[state], tags: TAGS[state] };
}

export function ntfy(url: string, token: string | null, userAgent: string): Receiver {
  return {
    name: "ntfy",
    // The topic's name is all that keeps strangers from reading it.
    where: new URL(url).host,
    post: (letter) => ({
      url,
      body: letter.text,
      headers: {
        "content-type": "text/plain; charset=utf-8",
        "user-agent": userAgent,
        title: `${letter.rig}: ${titleOf(letter) || letter.state}${letter.state === "resolved" ? " is over" : ""}`,
        ...urgency(letter),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
    }),
  };
}
