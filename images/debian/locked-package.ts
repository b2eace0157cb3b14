// One Debian package as images/versions.json pins it: a line of text. PURE

import { ImageError } from "../image-error.ts";

export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  readonly bytes: number;
  /** In hex. */
  readonly sha256: string;
  /** Below a mirror: `debian/pool/main/…` or `debian-security/pool/…`. */
  readonly path: string;
}

/** What is needed to build every kind of image, such as `zero-armel`. */
export interface Versions {
  readonly suite: string;
  /** When the lists were read, as snapshot.debian.org names such a moment: `20261122T000000Z`. */
  readonly taken: string;
  readonly packages: Readonly<Record<string, readonly LockedPackage[]>>;
}

const LINE = /^(?<name>\S+) (?<version>\S+) (?<bytes>\d+) (?<sha256>[0-9a-f]{64}) (?<path>\S+)$/;
const TAKEN = /^\d{8}T\d{6}Z$/;

/** Reads versions.json. Throws an ImageError where it makes no sense: what is not checked is not what was pinned. */
export function parseVersions(text: string): Versions {
  const { suite, taken, ...kinds } = JSON.parse(text) as Record<string, unknown>;
  if (typeof suite !== "string" || typeof taken !== "string" || !TAKEN.test(taken)) {
    throw new ImageError("the file of versions names no suite and moment", RENEW);
  }
  const packages = Object.entries(kinds).map(([kind, lines]) => {
    if (!Array.isArray(lines)) throw new ImageError(`${kind} is no list of packages`, RENEW);
    return [kind, lines.map((line) => parseLine(String(line)))] as const;
  });
  return { suite, taken, packages: Object.fromEntries(packages) };
}

export function formatVersions({ suite, taken, packages }: Versions): string {
  const kinds = Object.entries(packages).map(([kind, locked]) => [kind, locked.map(formatLine)]);
  return `${JSON.stringify({ suite, taken, ...Object.fromEntries(kinds) }, null, 2)}\n`;
}

/** Seconds, of the moment that the versions were taken: the time of all files of an image. */
export function epochOf({ taken }: Versions): number {
  const iso = taken.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z");
  return Date.parse(iso) / 1000;
}

const RENEW = "make it anew: npm run images -- lock";

function parseLine(line: string): LockedPackage {
  const { name = "", version = "", bytes, sha256 = "", path = "" } = LINE.exec(line)?.groups ?? {};
  if (name === "") throw new ImageError(`"${line}" names no package`, RENEW);
  return { name, version, bytes: Number(bytes), sha256, path };
}

function formatLine({ name, version, bytes, sha256, path }: LockedPackage): string {
  return `${name} ${version} ${bytes} ${sha256} ${path}`;
}
