// Checks of zerorig itself: its configuration, its keys, its unit, and whether it runs.

import type { SlotId } from "../../../hat/slots.ts";
import type { ControllerConfig } from "../../config/config.ts";
import { messageOf, systemCode } from "../../shell/error.ts";
import { keyFaults } from "../../shell/link-keys.ts";
import { type Finding, notApplicable, ok, problem, warning } from "./finding.ts";
import type { Machine } from "./machine.ts";

/** What came of reading the configuration. */
export type Loaded =
  | { readonly config: ControllerConfig; readonly error: null }
  | { readonly config: null; readonly error: unknown };

/** What another user than the controller's may not read is no fault of the rig. */
function isForbidden(error: unknown, { user }: Machine): boolean {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return user.uid !== 0 && systemCode(cause) === "EACCES";
}

const AS_ROOT = "`sudo zerorig doctor` looks into it";

export function checkConfig(file: string, { config, error }: Loaded, machine: Machine): Finding {
  if (isForbidden(error, machine)) {
    return notApplicable("config", `${machine.user.name} may not read ${file}: ${AS_ROOT}`);
  }
  if (config !== null)
    return ok("config", `${file}: board ${config.hat.board}, as ${config.pool.user}`);
  const read = messageOf(error).split("\n").join("; ");
  return problem(
    "config",
    read,
    "`zerorig config check` says where; `zerorig config example` prints one",
  );
}

/** The keys that agents prove themselves by. Whoever may not read them cannot tell. */
export function checkKeys(
  config: ControllerConfig | null,
  slots: readonly SlotId[],
  machine: Machine,
): Finding {
  if (config === null) return notApplicable("keys", "no configuration names their folder");
  const { keysDir } = config.link;
  if (machine.user.uid !== 0 && machine.mayUse(keysDir.slice(1)) === "no") {
    return notApplicable("keys", `${machine.user.name} may not look into ${keysDir}: ${AS_ROOT}`);
  }
  const faults = keyFaults(keysDir, slots);
  const [first] = faults;
  if (first === undefined) return ok("keys", `${keysDir}: a key for each of ${slots.join(" ")}`);
  const read = faults.map(({ file, fault }) => `${file}: ${fault}`).join("; ");
  return warning("keys", read, `a Zero without a key cannot dial in: ${first.todo}`);
}

const UNITS = ["etc/systemd/system", "usr/lib/systemd/system", "lib/systemd/system"];
const WANTED = "etc/systemd/system/multi-user.target.wants/zerorig.service";

export async function checkUnit(machine: Machine): Promise<Finding> {
  const folder = UNITS.find((each) => machine.exists(`${each}/zerorig.service`));
  if (folder === undefined) {
    return notApplicable("unit", "no zerorig.service: the controller is not run by systemd here");
  }
  const isEnabled = machine.names(WANTED.replace(/\/[^/]*$/, "")).includes("zerorig.service");
  const state = await machine.run("systemctl", ["is-active", "zerorig.service"]);
  const read = `/${folder}/zerorig.service: ${isEnabled ? "enabled" : "not enabled"}${state === null ? "" : `, ${state}`}`;
  if (state === "failed") return problem("unit", read, "journalctl -u zerorig -n 50 says why");
  if (!isEnabled) return warning("unit", read, "sudo systemctl enable --now zerorig");
  return ok("unit", read);
}

/** The version of the controller that answers; null where none does, with the reason. */
export interface Answering {
  readonly version: string | null;
  readonly board: string | null;
  readonly boardError: string | null;
  readonly error: string | null;
  readonly isForbidden: boolean;
}

export function checkController(socket: string, answering: Answering): Finding {
  const { version, board, boardError, error, isForbidden } = answering;
  if (isForbidden) {
    return warning(
      "controller",
      error ?? socket,
      "sudo usermod -aG zerorig $USER, then log in again",
    );
  }
  if (version === null) return notApplicable("controller", error ?? `nobody answers at ${socket}`);
  const read = `${socket}: version ${version}, ${board}`;
  if (boardError !== null) {
    const todo = "`hatctl detect` tells what is there; docs/troubleshooting.md, what may be wrong";
    return problem("controller", `${read}, which cannot be read: ${boardError}`, todo);
  }
  if (version === ZERORIG_VERSION) return ok("controller", read);
  const todo = `this program is version ${ZERORIG_VERSION}: sudo systemctl restart zerorig; the Zeros keep their power meanwhile`;
  return warning("controller", read, todo);
}
