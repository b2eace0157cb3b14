// The list of what a tar archive holds, as Debian's packages are made (GNU format). PURE

export interface TarEntry {
  /** From the root, without `./` in front and without a slash at the end; empty for the root itself. */
  readonly path: string;
  readonly isDirectory: boolean;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

const BLOCK = 512;
const LONG_NAME = "L";
const LONG_LINK = "K";
const DIRECTORY = "5";
const KNOWN = new Set(["0", "\0", "1", "2", DIRECTORY]);

/** Throws for an archive of another kind, as one with device files. */
export function tarEntries(tar: Buffer): readonly TarEntry[] {
  const entries: TarEntry[] = [];
  let longName: string | null = null;
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0; ) {
    const text = (from: number, length: number) => textAt(tar, at + from, length);
    const octal = (from: number, length: number) => Number.parseInt(text(from, length), 8) || 0;
    const bytes = octal(124, 12);
    const kind = String.fromCharCode(tar[at + 156] ?? 0);
    const data = at + BLOCK;
    at = data + Math.ceil(bytes / BLOCK) * BLOCK;
    if (kind === LONG_NAME) {
      longName = textAt(tar, data, bytes);
      continue;
    }
    if (kind === LONG_LINK) continue;
    if (!KNOWN.has(kind)) throw new Error(`an entry of kind "${kind}" in a package`);
    const head = data - BLOCK;
    const name: string = longName ?? textAt(tar, head, 100);
    longName = null;
    const number = (from: number) => Number.parseInt(textAt(tar, head + from, 8), 8) || 0;
    entries.push({
      path: name.replace(/^\.?\//, "").replace(/\/$/, ""),
      isDirectory: kind === DIRECTORY,
      ...{ mode: number(100) & 0o7777, uid: number(108), gid: number(116) },
    });
  }
  return entries;
}

function textAt(bytes: Buffer, from: number, length: number): string {
  const end = bytes.indexOf(0, from);
  return bytes.toString("utf8", from, end < 0 || end > from + length ? from + length : end);
}
