// Where in a TOML text a top-level key is, and which known name an unknown one is nearest to.

/** "LINE:COLUMN" of a key, both from 1. A key that the parser found but this does not is in an odd spelling: "1:1". */
export function locate(toml: string, key: string): string {
  for (const [index, line] of toml.split("\n").entries()) {
    const match = /^(\s*\[?\s*)(["']?)([A-Za-z0-9_-]+)\2\s*[.=\]]/.exec(line);
    if (match?.[3] === key) return `${index + 1}:${(match[1] ?? "").length + 1}`;
  }
  return "1:1";
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, charA] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, charB] of [...b].entries()) {
      const replaced = (row[j] as number) + (charA === charB ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}

/** The name that was probably meant. `names` is not empty. */
export function nearest(key: string, names: readonly string[]): string {
  // Longer keys of garbage cost nothing: beyond the longest name they cannot be near any.
  const short = key.slice(0, 64);
  return names.reduce((best, name) =>
    distance(short, name) < distance(short, best) ? name : best,
  );
}
