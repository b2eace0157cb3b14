// The web page's files, as the build made them: read when somebody first asks for one, packed as the browser takes it.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname } from "node:path";

export interface PageFile {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** Scripts, styles and data from here only; nothing inline, no frames, no forms that lead elsewhere. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/** As a name in the folder says which packing a file has; the best first. */
const PACKINGS: readonly (readonly [encoding: string, suffix: string])[] = [
  ["br", ".br"],
  ["gzip", ".gz"],
];

export class PageFiles {
  readonly #dir: URL;
  readonly #read = new Map<string, PageFile>();
  #names: ReadonlySet<string> | null = null;

  /** The folder's address ends in a slash. */
  constructor(dir: URL) {
    this.#dir = dir;
  }

  /** The file of this name, such as `assets/index-1a2b3c.js`; null where the build made none. */
  find(name: string, acceptEncoding: string): PageFile | null {
    const names = this.#list();
    const type = TYPES[extname(name)];
    if (type === undefined || !names.has(name)) return null;
    const accepted = acceptEncoding.split(",").map((part) => part.split(";")[0]?.trim());
    const packing = PACKINGS.find(
      ([encoding, suffix]) => accepted.includes(encoding) && names.has(name + suffix),
    );
    const [encoding, suffix] = packing ?? [null, ""];
    const known = this.#read.get(name + suffix);
    if (known !== undefined) return known;
    const file = this.#load(name + suffix, {
      "content-type": type,
      ...(encoding === null ? {} : { "content-encoding": encoding }),
      // The names of the assets change with what is in them.
      "cache-control": name.startsWith("assets/")
        ? "public, max-age=31536000, immutable"
        : "no-cache",
    });
    this.#read.set(name + suffix, file);
    return file;
  }

  #load(path: string, headers: Readonly<Record<string, string>>): PageFile {
    const body = readFileSync(new URL(path, this.#dir));
    const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
    const common = { etag, vary: "accept-encoding", "content-security-policy": POLICY };
    return { body, headers: { ...headers, ...common } };
  }

  /** What the build made; nothing where it was not run. */
  #list(): ReadonlySet<string> {
    this.#names ??= new Set(namesIn(this.#dir));
    return this.#names;
  }
}

function namesIn(dir: URL): string[] {
  try {
    return readdirSync(dir, { recursive: true, encoding: "utf8" });
  } catch {
    return [];
  }
}
