// A rig whose controller serves the page, with silence noticed soon.

import type { Rig } from "../e2e/rig.ts";
import { served } from "../e2e/served-rig.ts";

export interface ServedRig {
  readonly rig: Rig;
  /** Ends in a slash. */
  readonly url: string;
}

export interface Wishes {
  readonly zeros: number;
  readonly readOnly?: boolean;
  /** More lines for the controller's file. */
  readonly toml?: string;
}

/** Up, and every Zero mines. */
export async function serveRig({ zeros, readOnly = false, toml = "" }: Wishes): Promise<ServedRig> {
  // Sooner than on real cards, so that a test need not wait for it.
  const quick = (text: string) => text.replace("[health]\n", "[health]\nliveness_ms = 5000\n");
  const env = readOnly ? { ZERORIG_HTTP_READ_ONLY: "true" } : {};
  const { rig, url } = await served({ zeros, env, edit: (text) => quick(text) + toml });
  await rig.mining();
  return { rig, url: `${url}/` };
}
