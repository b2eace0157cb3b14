// Where the CLI learns of the rig's past: from the controller or, where none answers, from its files.

import { existsSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { loadConfig } from "../config/load.ts";
import type { AnswerTo, ControlReply, PastRequest } from "../shell/control-protocol.ts";
import { readEvents } from "../shell/event-log.ts";
import { DATABASE_FILE } from "../shell/schema.ts";
import { storeFault } from "../shell/store-fault.ts";
import type { Past } from "../stats/answers.ts";
import { answerPast } from "../stats/archive.ts";
import type { EventSource } from "../stats/history.ts";
import { RIG } from "../stats/reading.ts";
import { STATS_FILE } from "../stats/schema.ts";
import { StatsReader } from "../stats/stats-reader.ts";
import { ask } from "./control-client.ts";
import { CliError } from "./error.ts";

export interface PastOptions {
  readonly socket: string;
  readonly json: boolean;
  readonly timeout: number;
  /** Where the configuration is, which names the files. */
  readonly config: string;
}

type PastVerb = PastRequest["verb"];
type Asked<V extends PastVerb> = Extract<PastRequest, { readonly verb: V }>;

export interface PastSource {
  ask<V extends PastVerb>(request: Asked<V>): Promise<AnswerTo<V>>;
}

/** Asks the first question, and goes on asking whoever answered it. Throws a CliError. */
export function openPast({ socket, timeout, config }: PastOptions): PastSource {
  let files: PastFiles | null = null;
  return {
    ask: async <V extends PastVerb>(request: Asked<V>): Promise<AnswerTo<V>> => {
      if (files !== null) return files.ask(request);
      try {
        return await ask<V>(socket, request as Asked<V> & { readonly verb: V }, timeout);
      } catch (error) {
        if (!(error instanceof CliError) || error.code !== "unreachable") throw error;
        files = await openFiles(config, error);
        return files.ask(request);
      }
    },
  };
}

async function openFiles(config: string, unreachable: CliError): Promise<PastFiles> {
  const dir = await loadConfig(config, process.env, []).then(
    ({ stateDir }) => stateDir,
    () => null,
  );
  // Whoever runs no rig here wants to hear that none answers, not that a file is missing.
  if (dir === null || !existsSync(join(dir, DATABASE_FILE))) throw unreachable;
  process.stderr.write(`${unreachable.message}: reading its files in ${dir}\n`);
  return new PastFiles(dir);
}

/** The files beside no controller, or beside one that cannot be asked. They are only read. */
class PastFiles {
  readonly #past: Past | null;
  readonly #events: EventSource;

  constructor(dir: string) {
    const events = openReadOnly(join(dir, DATABASE_FILE));
    this.#events = { readEvents: (filter) => readEvents(events, filter) };
    const path = join(dir, STATS_FILE);
    this.#past = existsSync(path) ? pastOf(new StatsReader(openReadOnly(path))) : null;
  }

  async ask<V extends PastVerb>(request: Asked<V>): Promise<AnswerTo<V>> {
    const reply = answerPast(request, this.#past, this.#events) as ControlReply<V>;
    if (reply.ok) return reply;
    throw new CliError(reply.code === "no-slot" ? "notFound" : "failed", reply.error);
  }
}

function pastOf(reader: StatsReader): Past {
  return {
    reader,
    nowMs: Math.max(Date.now(), reader.lastAt(RIG) ?? 0),
    names: () => reader.series().map(({ name }) => name),
    held: () => [],
  };
}

function openReadOnly(path: string): Database.Database {
  try {
    const db = new Database(path, { readonly: true, fileMustExist: true });
    // The first look finds out whether the files beside it may be read as well.
    db.prepare("SELECT count(*) FROM sqlite_schema").get();
    return db;
  } catch (error) {
    throw storeFault(path, error);
  }
}
