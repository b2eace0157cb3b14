// The machine as the checks see it: files below a root, this process, and a few questions. Nothing here writes or switches.

import { execFile } from "node:child_process";
import { lookup } from "node:dns/promises";
import { accessSync, constants, existsSync, readdirSync, readFileSync, statfsSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import type { I2cBus } from "../../../hat/i2c.ts";
import { systemCode } from "../../shell/error.ts";

export type Access = "yes" | "no" | "absent";

export interface Space {
  readonly freeBytes: number;
  readonly totalBytes: number;
  readonly freeFiles: number;
}

export interface Machine {
  /** `/`, or where a tree like that of a Pi begins. */
  readonly root: string;
  readonly user: {
    readonly name: string;
    readonly uid: number;
    readonly groups: readonly string[];
  };
  readonly nodeVersion: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly wall: Date;
  /** The file without closing NULs and white space; null where it cannot be read. */
  text(path: string): string | null;
  /** The names in a folder, sorted; none where it cannot be read. */
  names(path: string): readonly string[];
  exists(path: string): boolean;
  /** Whether this user may read and write it. */
  mayUse(path: string): Access;
  /** Of the nearest folder that is there. */
  space(path: string): Space | null;
  /** The address that a name stands for, or null. */
  address(name: string): Promise<string | null>;
  /** What a program prints; null where it is not there or fails. */
  run(program: string, args: readonly string[]): Promise<string | null>;
  /** Whether the database's compiled part loads: null, or why not. */
  sqliteFault(): Promise<string | null>;
  readonly openBus?: (busNumber: number) => Promise<I2cBus>;
}

const LOOKUP_MS = 2000;
const RUN_MS = 5000;

/** This machine; or, for tests and images that are not running, a tree of one. */
export function thisMachine(root: string): Machine {
  const at = (path: string) => join(root, path);
  const text = (path: string) => {
    try {
      return readFileSync(at(path), "utf8").replaceAll("\0", "").trim();
    } catch {
      return null;
    }
  };
  const isReal = root === "/";
  return {
    root,
    user: whoWeAre(text("etc/group") ?? ""),
    nodeVersion: process.versions.node,
    env: process.env,
    wall: new Date(),
    text,
    names: (path) => {
      try {
        return readdirSync(at(path)).sort();
      } catch {
        return [];
      }
    },
    exists: (path) => existsSync(at(path)),
    mayUse: (path) => mayUse(at(path)),
    space: (path) => spaceOf(at(path)),
    address: (name) => addressOf(name),
    run: (program, args) => (isReal ? printed(program, args) : Promise.resolve(null)),
    sqliteFault: async () => {
      try {
        const { default: Database } = await import("better-sqlite3");
        new Database(":memory:").close();
        return null;
      } catch (error) {
        return (error as Error).message.split("\n")[0] ?? "it does not load";
      }
    },
    // The chips of this machine are not those of another tree.
    ...(isReal ? {} : { openBus: () => Promise.reject(new Error("no bus in this tree")) }),
  };
}

/** Node knows group ids; their names are in /etc/group. */
function whoWeAre(groupFile: string): Machine["user"] {
  const { username, uid } = userInfo();
  const ids = new Set(process.getgroups?.() ?? []);
  const groups = groupFile
    .split("\n")
    .map((line) => line.split(":"))
    .filter(([, , id]) => id !== undefined && ids.has(Number(id)))
    .map(([name = ""]) => name);
  return { name: username, uid, groups };
}

function mayUse(path: string): Access {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return "yes";
  } catch (error) {
    return systemCode(error) === "ENOENT" ? "absent" : "no";
  }
}

function spaceOf(path: string): Space | null {
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      const { bsize, bavail, blocks, ffree } = statfsSync(folder);
      return { freeBytes: bsize * bavail, totalBytes: bsize * blocks, freeFiles: ffree };
    } catch {
      if (folder === dirname(folder)) return null;
    }
  }
}

async function addressOf(name: string): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), LOOKUP_MS);
  });
  const found = lookup(name).then(
    ({ address }) => address,
    () => null,
  );
  const address = await Promise.race([found, late]);
  clearTimeout(timer);
  return address;
}

function printed(program: string, args: readonly string[]): Promise<string | null> {
  return new Promise((resolve) => {
    const child = execFile(program, [...args], { timeout: RUN_MS }, (error, stdout) => {
      // `systemctl is-active` says "inactive" and fails.
      resolve(error !== null && stdout.trim() === "" ? null : stdout.trim());
    });
    child.on("error", () => {});
  });
}
