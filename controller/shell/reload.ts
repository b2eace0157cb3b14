// Reloads the configuration of a running controller: applies what may change, and says by name what waits for a restart.

import { type Change, changeOf } from "../config/change.ts";
import { compileConfig } from "../config/compile.ts";
import type { ControllerConfig } from "../config/config.ts";
import { ConfigError } from "../config/error.ts";
import type { Settings } from "../config/keys.ts";
import type { Refusal } from "./control-protocol.ts";
import { messageOf } from "./error.ts";

/** What came of a reload; keys are named `section.key`, windows `schedule.NAME`. */
export interface ReloadReport {
  readonly file: string;
  readonly applied: readonly string[];
  readonly needs_restart: readonly string[];
}

export interface ReloadParts {
  readonly file: string;
  /** What the controller was started by. */
  readonly settings: Settings;
  /** Reads the configuration as it is now. Rejects with a ConfigError. */
  readonly load: () => Promise<Settings>;
  /** Told of what to run by from now on, where anything changed. */
  readonly apply: (config: ControllerConfig) => void;
  readonly report: (
    level: "info" | "warn" | "error",
    ev: string,
    detail: Readonly<Record<string, string>>,
  ) => void;
}

export type ReloadReply = { readonly ok: true; readonly reload: ReloadReport } | Refusal;

export class Reload {
  readonly #parts: ReloadParts;
  #running: Settings;
  /** One at a time, in the order in which they were asked for. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: ReloadParts) {
    this.#parts = parts;
    this.#running = parts.settings;
  }

  /** Reads the file anew. A bad one leaves everything as it was. Never rejects. */
  run(): Promise<ReloadReply> {
    const reply = this.#last.then(() => this.#reload());
    this.#last = reply;
    return reply;
  }

  async #reload(): Promise<ReloadReply> {
    const { file, load, apply, report } = this.#parts;
    let change: Change;
    try {
      change = changeOf(this.#running, await load(), file);
    } catch (error) {
      const text = messageOf(error);
      report("error", "config.reload-failed", { error: text, todo: "everything is as it was" });
      return { ok: false, code: error instanceof ConfigError ? "config" : "failed", error: text };
    }
    const { settings, applied, needsRestart } = change;
    this.#running = settings;
    if (applied.length > 0) apply(compileConfig(settings, file));
    const words = (keys: readonly string[]) => (keys.length === 0 ? "nothing" : keys.join(", "));
    report(needsRestart.length === 0 ? "info" : "warn", "config.reloaded", {
      file,
      applied: words(applied),
      needs_restart: words(needsRestart),
    });
    return { ok: true, reload: { file, applied, needs_restart: needsRestart } };
  }
}
