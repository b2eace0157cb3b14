// Where in a TOML text a top-level key is.

/** "LINE:COLUMN" of a key, both from 1. A key that the parser found but this does not is in an odd spelling: "1:1". */
export function locate(toml: string, key: string): string {
  for (const [index, line] of toml.split("\n").entries()) {
    const match = /^(\s*\[?\s*)(["']?)([A-Za-z0-9_-]+)\2\s*[.=\]]/.exec(line);
    if (match?.[3] === key) return `${index + 1}:${(match[1] ?? "").length + 1}`;
  }
  return "1:1";
}
