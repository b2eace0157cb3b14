// `zerorig setup`: finds the board, asks (or takes flags), writes the files of a rig, checks them, and says what to do next.

import { randomBytes } from "node:crypto";
import { readFileSync, realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { readToken } from "../../api/token.ts";
import { loadSettings } from "../../config/load.ts";
import { refusePlaceholder } from "../../config/placeholder.ts";
import { readSettings } from "../../config/settings.ts";
import { keyFaults, readLinkKey } from "../../shell/link-keys.ts";
import { readMiningKey } from "../../shell/mining-key.ts";
import { CliError } from "../error.ts";
import { type Account, accountOf, knownGroups } from "./account.ts";
import { type Answers, type Places, placesIn } from "./answers.ts";
import { type Asker, terminalAsker } from "./asker.ts";
import { CARDS_FINDING, findHat } from "./find-hat.ts";
import { nextSteps, type Step } from "./next-steps.ts";
import {
  configPath,
  keysPath,
  miningKeyPath,
  type PlannedFile,
  planFiles,
  type Secrets,
  slotsOf,
  tokenPath,
} from "./rig-plan.ts";
import { answersOf, refuseForCards, type SetupFlags } from "./setup-flags.ts";
import { SYSTEM_DIR } from "./system-dir.ts";
import { unitText } from "./unit-text.ts";
import { askAnswers, askUnit } from "./wizard.ts";
import {
  changedFiles,
  makeFolder,
  type Owner,
  textOf,
  type Written,
  writeFiles,
} from "./write-files.ts";

/** Throws a CliError; what was written until then, it says. */
export async function setup(flags: SetupFlags): Promise<void> {
  if (flags.forCards) refuseForCards(flags);
  const dir = resolve(flags.dir);
  const places = placesIn(dir, flags, flags.forCards ? SYSTEM_DIR : dir);
  const asker = flags.input ? await seatedAsker() : null;
  const found = flags.forCards ? CARDS_FINDING : await findHat();
  const offered = answersOf(
    flags,
    found,
    asker === null,
    textOf(miningKeyPath(places))?.trim() ?? null,
  );
  const virtualBoard = flags.forCards ? null : `virtual:${dir}/hat.sock`;
  const answers = asker === null ? offered : await askAnswers(asker, found, virtualBoard, offered);
  const unit = asker === null || flags.forCards ? places.unit : await askUnit(asker, places.unit);
  const rig = { answers, places: { ...places, unit: unit === null ? null : resolve(unit) } };
  const account = accountOf(
    textOf("/etc/passwd") ?? "",
    process.getuid?.() ?? 0,
    process.env["SUDO_USER"],
  );
  const files = [
    ...planFiles(answers, places, secretsIn(places, flags.newKeys)),
    ...unitFile(rig.places, account),
  ];
  checkPlan(files, places);
  await agree(asker, files, flags.force);
  // What goes onto cards stays whoever's makes it: no service reads it here.
  const owner = process.getuid?.() === 0 && !flags.forCards ? account : null;
  makeFolders(places, owner);
  const written = writeFiles(files, owner, stamp(new Date()));
  const checked = await checkRig(answers, places);
  const programDir = dirname(realpathSync(process.argv[1] ?? ""));
  tell(flags.json, rig.places, written, checked, nextSteps(answers, rig.places, programDir));
}

async function seatedAsker(): Promise<Asker> {
  if (process.stdin.isTTY === true && process.stderr.isTTY === true) return await terminalAsker();
  throw new CliError(
    "usage",
    "setup asks its questions on a terminal, and there is none",
    "For scripts: zerorig setup --no-input --user NAME, and what else `zerorig setup --help` shows.",
  );
}

/** Those that are there stay: the Zeros have the keys already, and people the token. */
function secretsIn(places: Places, renews: boolean): Secrets {
  const known = (text: string | null) => (renews || text === null || text === "" ? null : text);
  return {
    linkKey: (slot) =>
      known(readLinkKey(keysPath(places), slot)?.toString("hex") ?? null) ??
      randomBytes(32).toString("hex"),
    token: () =>
      known(textOf(tokenPath(places))?.trim() ?? null) ?? randomBytes(24).toString("base64url"),
  };
}

function unitFile(places: Places, account: Account): readonly PlannedFile[] {
  if (places.unit === null) return [];
  const template = readFileSync(new URL("./zerorig.service", import.meta.url), "utf8");
  const groups = knownGroups(textOf("/etc/group") ?? "", ["i2c", "gpio"]);
  const program = [process.execPath, realpathSync(process.argv[1] ?? "")];
  const text = unitText(template, places, { program, account: account.name, groups, writes: [] });
  return [{ path: places.unit, text, mode: 0o644, secret: false }];
}

/** Nothing is written that `zerorig run` would refuse. */
function checkPlan(files: readonly PlannedFile[], places: Places): void {
  const file = configPath(places);
  const text = files.find(({ path }) => path === file)?.text ?? "";
  readSettings({ file, text, env: {}, flags: [] });
}

async function agree(
  asker: Asker | null,
  files: readonly PlannedFile[],
  force: boolean,
): Promise<void> {
  const changed = changedFiles(files).map(({ path }) => path);
  if (asker !== null) {
    const paths = files.map(({ path }) =>
      changed.includes(path) ? `${path} (a backup is kept)` : path,
    );
    asker.say(paths.join("\n"));
    if (await asker.confirm("Write these files?", true)) return;
    throw new CliError("interrupted", "nothing was written");
  }
  if (changed.length === 0 || force) return;
  throw new CliError(
    "refused",
    `there already, and different: ${changed.join(", ")}; nothing was written`,
    "--force replaces them and keeps a backup of each; link keys and the token stay unless --new-keys is given.",
  );
}

/** The first is root's where root sets the rig up, and others may go through it. The unit wants the rest to be there. */
function makeFolders({ stateDir, controlSocket, dir }: Places, owner: Owner | null): void {
  makeFolder(dir, 0o755, null);
  for (const path of [stateDir, dirname(controlSocket)]) {
    if (path.startsWith(`${dir}/`)) makeFolder(path, 0o750, owner);
  }
}

/** Reads what was written as `zerorig config check` and `zerorig run` do. Throws what they would end with. */
async function checkRig(answers: Answers, places: Places): Promise<string> {
  const file = configPath(places);
  const loaded = await loadSettings(file, {});
  refusePlaceholder(loaded);
  const { pool, http, link } = loaded.config;
  // Where they are now, which for cards is not where they will lie.
  const here = (path: string) => `${places.dir}${path.slice(places.finalDir.length)}`;
  readMiningKey(pool.keyFile === null ? null : here(pool.keyFile), () => {});
  readToken(http.tokenFile === null ? null : here(http.tokenFile));
  const [fault] = keyFaults(here(link.keysDir), slotsOf(answers));
  if (fault !== undefined)
    throw new CliError("failed", `${fault.file}: ${fault.fault}`, fault.todo);
  return `${file} is right`;
}

function stamp(at: Date): string {
  return at.toISOString().replace(/[-:]|\.\d+/g, "");
}

function tell(
  json: boolean,
  places: Places,
  { written, kept, backups }: Written,
  checked: string,
  steps: readonly Step[],
): void {
  if (json) {
    const report = { config: configPath(places), written, kept, backups, next: steps };
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return;
  }
  const lines = [
    ...written.map((path) => `wrote   ${path}`),
    ...kept.map((path) => `kept    ${path}`),
    ...backups.map((path) => `backup  ${path}`),
    checked,
    ...steps.flatMap(({ what, commands }, index) => [
      "",
      `${index + 1}. ${what}${commands.length === 0 ? "" : ":"}`,
      ...commands.map((command) => `     ${command}`),
    ]),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}
