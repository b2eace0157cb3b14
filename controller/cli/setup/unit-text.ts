// The systemd unit of the package (images/packages), fitted to where this rig's program and files lie.

import { dirname } from "node:path";
import { type Places, placesIn } from "./answers.ts";
import { configPath } from "./rig-plan.ts";
import { SYSTEM_DIR } from "./system-dir.ts";

export interface UnitFacts {
  /** What runs zerorig: `/usr/bin/node /usr/lib/.../zerorig.mjs`, a word each. */
  readonly program: readonly string[];
  readonly account: string;
  /** Groups for the bus and the lines of the HAT that this machine has. */
  readonly groups: readonly string[];
  /** Other places that it has to write to. */
  readonly writes: readonly string[];
}

/** What the template gives the service to write to by itself. */
const USUAL = placesIn(SYSTEM_DIR, {});
const USUAL_WRITES: readonly string[] = [USUAL.stateDir, dirname(USUAL.controlSocket)];

/** The text of the unit. */
export function unitText(template: string, places: Places, facts: UnitFacts): string {
  const { program, account, groups } = facts;
  const config = configPath(places);
  const paths = [...program, config, places.stateDir, places.controlSocket];
  const own = [places.stateDir, dirname(places.controlSocket), ...facts.writes].filter(
    (path) => !USUAL_WRITES.includes(path),
  );
  const run = [...program, "run", "--config", config].map(word).join(" ");
  const reload = [...program, "reload", "--socket", places.controlSocket].map(word).join(" ");
  const isSystem = places.dir === SYSTEM_DIR;
  const replaced = template.split("\n").flatMap((line): readonly string[] => {
    const [name] = line.split("=");
    if (name === "ConditionPathExists") return [`ConditionPathExists=${escaped(config)}`];
    if (name === "ExecStart") return [`ExecStart=${run}`];
    if (name === "ExecReload") return [`ExecReload=${reload}`];
    if (name === "User") return [`User=${account}`];
    if (name === "SupplementaryGroups") {
      return groups.length === 0 ? [] : [`SupplementaryGroups=${groups.join(" ")}`];
    }
    // They are handed over from there only; elsewhere the service reads its own files.
    if (name === "LoadCredential" || name === "SetCredential") return isSystem ? [line] : [];
    if (name === "ReadWritePaths") return [[line, ...own.map(word)].join(" ")];
    if (name === "ProtectHome" && paths.some(isInHome)) return ["ProtectHome=read-only"];
    if (name === "PrivateTmp" && [...paths, ...own].some(isInTmp)) return ["PrivateTmp=no"];
    return [line];
  });
  return replaced.join("\n");
}

function isInHome(path: string): boolean {
  return /^\/(?:home|root|run\/user)\//.test(path);
}

function isInTmp(path: string): boolean {
  return /^\/(?:var\/)?tmp\//.test(path);
}

function escaped(path: string): string {
  return path.replaceAll("%", "%%");
}

/** One word of a line that systemd splits. */
function word(text: string): string {
  const safe = escaped(text)
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("$", "$$$$");
  return /\s|["'\\]/.test(text) ? `"${safe}"` : safe;
}
