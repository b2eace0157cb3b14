// A controller's settings as those of a card: what would not be right there, and the files that they name.

import { placesIn } from "../controller/cli/setup/answers.ts";
import { keysPath, miningKeyPath, tokenPath } from "../controller/cli/setup/rig-plan.ts";
import { SYSTEM_DIR } from "../controller/cli/setup/system-dir.ts";
import type { ConfigProblem } from "../controller/config/error.ts";
import type { Loaded } from "../controller/config/load.ts";
import { type Origined, valuesOf } from "../controller/config/origins.ts";
import { fileComplaint, namesFile, readNamedFile } from "./named-files.ts";
import type { NamedFile } from "./role.ts";

/** Where a card's service finds what it is told of, and may write. */
const PLACES = placesIn(SYSTEM_DIR, {});
const ON_CARD: Readonly<Record<string, string>> = {
  "link.keys_dir": keysPath(PLACES),
  "http.token_file": tokenPath(PLACES),
  "pool.key_file": miningKeyPath(PLACES),
  "state.dir": PLACES.stateDir,
  "control.socket": PLACES.controlSocket,
};

type TextValue = Origined & { readonly value: string };

/** What is right where it was written, and not on a card. `folder`: the rig's, which holds `file`. */
export function problemsOnCard(
  loaded: Loaded,
  file: string,
  folder: string,
): readonly ConfigProblem[] {
  return textsOf(loaded).flatMap((text): ConfigProblem[] => {
    const { section, name, line, column } = text;
    const why = complaint(text, folder);
    if (why === null) return [];
    const message = `\`${name}\` in [${section}]: ${why}`;
    return [{ code: "conflict", file, line, column, message }];
  });
}

/** Those files that are read besides the rig's own secrets, once nothing is wrong with the settings. Throws for one that the controller would refuse. */
export function namedFilesOf(loaded: Loaded, folder: string): readonly NamedFile[] {
  return textsOf(loaded)
    .filter((named) => isOther(named))
    .flatMap((named) => readNamedFile(named, named.value, folder) ?? []);
}

function textsOf(loaded: Loaded): readonly TextValue[] {
  return valuesOf(loaded).filter((value): value is TextValue => typeof value.value === "string");
}

/** Whether it names a file whose place on the card is the person's to choose. */
function isOther(named: TextValue): boolean {
  return namesFile(named) && ON_CARD[keyOf(named)] === undefined;
}

function complaint(named: TextValue, folder: string): string | null {
  const { value } = named;
  const wanted = ON_CARD[keyOf(named)];
  if (wanted !== undefined) {
    const why = `on a card it is ${wanted}, as \`zerorig setup --for-cards\` writes it`;
    return value === wanted ? null : `${why}, not ${value}`;
  }
  if (keyOf(named) === "hat.board" && value.startsWith("virtual:")) {
    return "a card's controller has a real board: auto";
  }
  return isOther(named) ? fileComplaint(named, value, folder) : null;
}

function keyOf({ section, name }: Origined): string {
  return `${section}.${name}`;
}
