// What was typed, key by key, from the bytes that a terminal sends.

export type Key =
  | { readonly name: "up" | "down" | "first" | "last" | "enter" | "escape" | "back" | "interrupt" }
  | { readonly name: "char"; readonly char: string };

const SEQUENCES: readonly (readonly [sequence: string, name: Exclude<Key["name"], "char">])[] = [
  ["\u001b[A", "up"],
  ["\u001bOA", "up"],
  ["\u001b[B", "down"],
  ["\u001bOB", "down"],
  ["\u001b[H", "first"],
  ["\u001b[1~", "first"],
  ["\u001b[F", "last"],
  ["\u001b[4~", "last"],
  ["\r", "enter"],
  ["\n", "enter"],
  ["\u007f", "back"],
  ["\b", "back"],
  ["\u0003", "interrupt"],
];

/** Other keys with a sequence of their own, which mean nothing here. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with one
const UNKNOWN = /^\u001b(?:\[[0-?]*[ -/]*[@-~]|O[ -~]|[ -~])/;

/** The keys of one read: a terminal sends the bytes of a key together. */
export function keysOf(text: string): Key[] {
  const keys: Key[] = [];
  for (let rest = text; rest !== ""; ) {
    const [sequence, name] = SEQUENCES.find(([each]) => rest.startsWith(each)) ?? [];
    if (sequence !== undefined && name !== undefined) {
      keys.push({ name });
      rest = rest.slice(sequence.length);
      continue;
    }
    const unknown = UNKNOWN.exec(rest)?.[0];
    const char = String.fromCodePoint(rest.codePointAt(0) ?? 0);
    if (unknown === undefined && char === "\u001b") keys.push({ name: "escape" });
    else if (unknown === undefined && /^\P{Cc}$/u.test(char)) keys.push({ name: "char", char });
    rest = rest.slice((unknown ?? char).length);
  }
  return keys;
}
