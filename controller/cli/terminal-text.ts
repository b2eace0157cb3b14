// Texts made fit for a terminal: harmless, and no wider than it is.

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
/** A line that goes on in the next. */
const HANG = 2;
/** Too narrow to break lines at words. */
const WRAP_MIN = 30;

/** On one line, without what would move the cursor, change colours or turn the direction. */
export function harmless(text: string): string {
  return text.replace(CONTROLS, " ");
}

/** Harmless, and cut to the width; a mark shows that something is missing. */
export function clip(text: string, width: number): string {
  const clean = harmless(text);
  return clean.length <= width ? clean : `${clean.slice(0, Math.max(0, width - 1))}>`;
}

/** The line as lines no wider than the width, broken at spaces and further in each; a word that is too wide is cut, with the mark. */
export function wrap(text: string, width: number): string[] {
  const clean = harmless(text);
  if (clean.length <= width || width < WRAP_MIN) return [clip(clean, width)];
  const [, indent = "", body = ""] = /^( *)(.*)$/.exec(clean) ?? [];
  const lines: string[] = [];
  let line = indent;
  for (const word of body.split(" ")) {
    const isFirst = line.trim() === "";
    if (isFirst || line.length + 1 + word.length <= width) line += isFirst ? word : ` ${word}`;
    else {
      lines.push(line);
      line = " ".repeat(indent.length + HANG) + word;
    }
  }
  return [...lines, line].map((each) => clip(each, width));
}
