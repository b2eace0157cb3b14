// The files of a system in a folder, unpacked by whoever we are: who they belong to is kept beside them.

import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Entry } from "../debian-package.ts";

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

const ROOT: Owner = { uid: 0, gid: 0 };
const FOLDER = 0o755;
const DATA = 0o644;

export class SystemTree {
  readonly root: string;
  /** Those that are not root's. */
  readonly #owners = new Map<string, Owner>();

  constructor(root: string) {
    this.root = root;
    mkdirSync(root, { recursive: true });
    chmodSync(root, FOLDER);
  }

  own(path: string, owner: Owner): void {
    if (owner.uid === 0 && owner.gid === 0) this.#owners.delete(path);
    else this.#owners.set(path, owner);
  }

  ownerOf(path: string): Owner {
    return this.#owners.get(path) ?? ROOT;
  }

  /** Puts files and links, with the folders above them; what stands there before is replaced. */
  put(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const to = join(this.root, entry.path);
      this.folder(dirname(entry.path));
      rmSync(to, { force: true });
      if ("link" in entry) {
        symlinkSync(entry.link, to);
        continue;
      }
      if ("text" in entry) writeFileSync(to, entry.text);
      else cpSync(entry.from, to, { dereference: true });
      chmodSync(to, entry.mode ?? DATA);
    }
  }

  /** With those above it; one that is there stays as it is. */
  folder(path: string, mode = FOLDER): void {
    if (path === "." || path === "" || this.has(path)) return;
    this.folder(dirname(path));
    mkdirSync(join(this.root, path));
    chmodSync(join(this.root, path), mode);
  }

  has(path: string): boolean {
    return lstatSync(join(this.root, path), { throwIfNoEntry: false }) !== undefined;
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), "utf8");
  }

  /** Permissions of a file or a folder. */
  modeOf(path: string): number {
    return lstatSync(join(this.root, path)).mode & 0o7777;
  }

  /** Everything in it, in an order that does not depend on this machine. */
  paths(): readonly string[] {
    const found = readdirSync(this.root, { recursive: true, encoding: "utf8" });
    return found.sort((a, b) => (a < b ? -1 : 1));
  }

  /** Gives everything the same time. `epoch`: seconds. */
  stamp(epoch: number): void {
    for (const path of this.paths()) lutimesSync(join(this.root, path), epoch, epoch);
    lutimesSync(this.root, epoch, epoch);
  }

  /** A line for each path: kind and mode, owner, SHA-256 or target, path. Two trees with the same lines are the same. */
  listing(): string {
    return this.paths()
      .map((path) => {
        const { uid, gid } = this.ownerOf(path);
        return `${this.#described(path)} ${uid}:${gid} ${path}\n`;
      })
      .join("");
  }

  #described(path: string): string {
    const file = join(this.root, path);
    const stat = lstatSync(file);
    if (stat.isSymbolicLink()) return `link ${readlinkSync(file)}`;
    const mode = this.modeOf(path).toString(8);
    if (stat.isDirectory()) return `folder ${mode}`;
    return `file ${mode} ${createHash("sha256").update(readFileSync(file)).digest("hex")}`;
  }
}
