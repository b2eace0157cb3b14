// `zerorig enroll`, `rotate` and `revoke`: thin over the control socket. A key is written to a file of its own, and printed nowhere.

import { rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { SlotId } from "../../hat/slots.ts";
import type { KeysStatus } from "../agents/keys-status.ts";
import { messageOf, systemCode } from "../shell/error.ts";
import { confirm } from "./confirm.ts";
import { ask } from "./control-client.ts";
import { formatDuration } from "./duration.ts";
import { CliError } from "./error.ts";
import { type ControlOptions, namedSlots } from "./slot-commands.ts";

export interface EnrollOptions extends ControlOptions {
  readonly keyFile?: string;
  readonly image?: string;
  readonly replace: boolean;
  readonly reason?: string;
}

export interface KeyOptions extends ControlOptions {
  readonly reason?: string;
  readonly yes?: boolean;
}

/** A Zero answers at once, or is busy hashing. */
const ROTATE_MS = 15_000;
const LOOK_EVERY_MS = 200;

/** Shows a code, or writes a key and says what to do with it. */
export async function enroll(slot: SlotId, options: EnrollOptions): Promise<void> {
  const { socket, timeout, json, keyFile, image, replace: replaces, reason = "" } = options;
  const file = keyFile ?? (image === undefined ? null : `${slot}.key`);
  const path = file === null ? null : resolve(file);
  // Made before the key is: one that cannot be written must not take the place of another.
  if (path !== null) reserve(path);
  const how = path === null ? "code" : "key";
  const request = { verb: "enroll", slot, how, replaces, reason } as const;
  const { enrolment } = await ask(socket, request, timeout).catch((error: unknown) => {
    if (path !== null) rmSync(path, { force: true });
    throw error;
  });
  if (path !== null) writeFileSync(path, `${enrolment.key}\n`);
  const todo =
    path === null
      ? `zero-agent enroll ${enrolment.code}`
      : `npm run images -- customise ${image ?? "IMAGE"} --role ${slot} --key ${path} --out ${slot}.img`;
  if (json) {
    const { code, for_ms } = enrolment;
    process.stdout.write(`${JSON.stringify({ slot, code, for_ms, key_file: path, todo })}\n`);
    return;
  }
  if (path === null) {
    const time = formatDuration(enrolment.for_ms ?? 0);
    process.stdout.write(`${enrolment.code}\n`);
    process.stderr.write(
      `It counts for ${time}, once. Type on the Zero of ${slot}, as root: ${todo}\n`,
    );
    return;
  }
  process.stdout.write(`${path}\n`);
  process.stderr.write(
    `The key of ${slot}: it is let in from now on. Into an image: ${todo}\nOr copy it to /etc/zerorig/agent.key on the Zero, mode 0600. Then take the file away.\n`,
  );
}

function reserve(path: string): void {
  try {
    writeFileSync(path, "", { flag: "wx", mode: 0o600 });
  } catch (error) {
    const code = systemCode(error) === "EEXIST" ? "refused" : "permission";
    const todo = "Name another file with --key-file.";
    throw new CliError(code, `cannot make ${path}: ${messageOf(error)}`, todo, error);
  }
}

export async function changeKeys(
  verb: "rotate" | "revoke",
  wanted: readonly SlotId[] | "all",
  options: KeyOptions,
): Promise<void> {
  const { socket, timeout, json, reason = "", yes = false } = options;
  const slots = [...(await namedSlots(options, wanted))];
  if (verb === "revoke" && !yes && !json) {
    await confirm(`${slots.join(" ")}: each loses its link, and its key counts no more.`);
  }
  let { keys } = await ask(socket, { verb, slots, reason }, timeout);
  if (verb === "rotate") keys = await rotated(options, slots, keys);
  const own = { ...keys, slots: keys.slots.filter(({ slot }) => slots.includes(slot)) };
  process.stdout.write(json ? `${JSON.stringify(own)}\n` : keysText(verb, own));
}

/** Waits until each Zero has proved the other key. Throws a CliError where one does not. */
async function rotated(
  { socket, timeout }: ControlOptions,
  slots: readonly SlotId[],
  first: KeysStatus,
): Promise<KeysStatus> {
  const until = performance.now() + ROTATE_MS;
  let keys = first;
  for (;;) {
    const own = keys.slots.filter(({ slot }) => slots.includes(slot));
    const failed = own.find(({ failed }) => failed !== null);
    if (failed !== undefined) {
      throw new CliError("failed", `${failed.slot} did not take another key: ${failed.failed}`);
    }
    const waiting = own.filter(({ rotating }) => rotating).map(({ slot }) => slot);
    if (waiting.length === 0) return keys;
    if (performance.now() > until) {
      const todo = "Both keys count until it has; say it again when it is linked.";
      throw new CliError("unreachable", `${waiting.join(", ")} did not prove another key`, todo);
    }
    await new Promise((done) => setTimeout(done, LOOK_EVERY_MS));
    ({ keys } = await ask(socket, { verb: "keys" }, timeout));
  }
}

function keysText(verb: "rotate" | "revoke", { slots }: KeysStatus): string {
  const does =
    verb === "rotate"
      ? "has another key, and the old one counts no more"
      : "is let in no more; `zerorig enroll` gives it a new key";
  return slots.map(({ slot }) => `${slot} ${does}\n`).join("");
}
