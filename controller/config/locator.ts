// Where each key of a TOML text stands: smol-toml tells positions only for text that it cannot read.
// Expects text that has been parsed before; on anything else it stops looking, and never throws.

export interface Position {
  readonly line: number;
  readonly column: number;
}

export type KeyPath = readonly string[];

/** Finds the positions, from 1, of the headers and keys of a TOML text. The first mention of a path counts. */
export function locateKeys(source: string): (path: KeyPath) => Position | null {
  const scan: Scan = { source, at: 0, found: new Map() };
  scanDocument(scan);
  return (path) => {
    const offset = scan.found.get(pathKey(path));
    return offset === undefined ? null : positionAt(source, offset);
  };
}

interface Scan {
  readonly source: string;
  at: number;
  readonly found: Map<string, number>;
}

function scanDocument(scan: Scan): void {
  let table: KeyPath = [];
  for (;;) {
    skipBlank(scan);
    if (scan.at >= scan.source.length) return;
    const before = scan.at;
    if (scan.source[scan.at] === "[") table = scanHeader(scan);
    else scanPair(scan, table);
    if (scan.at === before) return;
  }
}

function scanHeader(scan: Scan): KeyPath {
  while (scan.source[scan.at] === "[") scan.at++;
  const path = scanPath(scan, []);
  while (scan.source[scan.at] === "]") scan.at++;
  return path;
}

function scanPair(scan: Scan, table: KeyPath): void {
  const path = scanPath(scan, table);
  if (scan.source[scan.at] !== "=") return;
  scan.at++;
  skipSpace(scan);
  scanValue(scan, path);
}

/** Reads `a."b c".d`, and notes where each step of it was first mentioned. */
function scanPath(scan: Scan, base: KeyPath): KeyPath {
  let path = base;
  for (;;) {
    skipSpace(scan);
    const start = scan.at;
    path = [...path, scanName(scan)];
    const known = pathKey(path);
    if (!scan.found.has(known)) scan.found.set(known, start);
    skipSpace(scan);
    if (scan.source[scan.at] !== ".") return path;
    scan.at++;
  }
}

function scanName(scan: Scan): string {
  const quote = scan.source[scan.at];
  if (quote !== '"' && quote !== "'") return take(scan, /[A-Za-z0-9_-]*/y);
  const raw = take(scan, quote === '"' ? /"(?:\\.|[^"\\\n])*"/y : /'[^'\n]*'/y);
  if (quote === "'") return raw.slice(1, -1);
  try {
    return String(JSON.parse(raw));
  } catch {
    return raw.slice(1, -1); // an escape that JSON lacks: then this key just has no position
  }
}

function scanValue(scan: Scan, path: KeyPath): void {
  const source = scan.source;
  const start = source[scan.at];
  if (start === "[") scanList(scan, path);
  else if (start === "{") scanInlineTable(scan, path);
  else if (source.startsWith('"""', scan.at)) take(scan, /"""(?:\\[\s\S]|[^\\])*?"""+/y);
  else if (source.startsWith("'''", scan.at)) take(scan, /'''[\s\S]*?'''+/y);
  else if (start === '"') take(scan, /"(?:\\.|[^"\\\n])*"/y);
  else if (start === "'") take(scan, /'[^'\n]*'/y);
  else take(scan, /[^,\]}#\n]*/y);
}

function scanList(scan: Scan, path: KeyPath): void {
  scan.at++;
  for (let index = 0; ; index++) {
    skipBlank(scan);
    if (scan.at >= scan.source.length) return;
    if (scan.source[scan.at] === "]") break;
    const element = [...path, String(index)];
    scan.found.set(pathKey(element), scan.at);
    scanValue(scan, element);
    skipBlank(scan);
    if (scan.source[scan.at] !== ",") break;
    scan.at++;
  }
  scan.at++;
}

function scanInlineTable(scan: Scan, path: KeyPath): void {
  scan.at++;
  for (;;) {
    skipBlank(scan);
    if (scan.at >= scan.source.length) return;
    if (scan.source[scan.at] === "}") break;
    scanPair(scan, path);
    skipBlank(scan);
    if (scan.source[scan.at] !== ",") break;
    scan.at++;
  }
  scan.at++;
}

function skipSpace(scan: Scan): void {
  take(scan, /[ \t]*/y);
}

/** Skips white space, line ends and comments. */
function skipBlank(scan: Scan): void {
  take(scan, /(?:[ \t\r\n\uFEFF]|#[^\n]*)*/y);
}

function take(scan: Scan, pattern: RegExp): string {
  pattern.lastIndex = scan.at;
  const found = pattern.exec(scan.source)?.[0] ?? "";
  scan.at += found.length;
  return found;
}

function pathKey(path: KeyPath): string {
  return JSON.stringify(path);
}

function positionAt(source: string, offset: number): Position {
  const lines = source.slice(0, offset).split("\n");
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
