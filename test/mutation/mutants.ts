// Small faults, one at a time, on the text of a file. What does not change the code, or does not compile, is left out later.

import { pairsOf, type Token, tokensOf } from "./tokens.ts";

export interface Mutant {
  readonly file: string;
  readonly line: number;
  /** The line as it is, trimmed: it names the place even when lines move. */
  readonly source: string;
  readonly change: string;
  /** The whole file with the fault in it. */
  readonly text: string;
}

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly put: string;
  readonly change: string;
}

interface Scanned {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly pairs: readonly number[];
}

const SIGNS: Readonly<Record<string, readonly string[]>> = {
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "===": ["!=="],
  "!==": ["==="],
  "&&": ["||"],
  "||": ["&&"],
  "??": ["&&"],
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["*"],
  "**": ["*"],
  "+=": ["-="],
  "-=": ["+="],
  "++": ["--"],
  "--": ["++"],
  "&": ["|"],
  "|": ["&"],
  "|=": ["="],
  "<<": [">>"],
  ">>": ["<<"],
  "!": [""],
};

const WORDS: Readonly<Record<string, readonly string[]>> = {
  true: ["false"],
  false: ["true"],
  max: ["min"],
  min: ["max"],
  ceil: ["floor"],
  floor: ["ceil"],
  round: ["floor"],
  some: ["every"],
  every: ["some"],
  POSITIVE_INFINITY: ["NEGATIVE_INFINITY"],
  NEGATIVE_INFINITY: ["POSITIVE_INFINITY"],
};

function end(token: Token): number {
  return token.at + token.text.length;
}

function short(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}

function swap(token: Token, put: string): Edit {
  const change = put === "" ? `without ${token.text}` : `${short(token.text)} -> ${put}`;
  return { from: token.at, to: end(token), put, change };
}

/** A text, or a piece of a template, that says nothing. What an import names is no text. */
function emptied({ tokens }: Scanned, index: number): Edit[] {
  const token = tokens[index];
  if (token?.kind !== "string" || tokens[index - 1]?.text === "from") return [];
  const { text } = token;
  const put = `${text[0]}${text.endsWith("${") ? "${" : text.at(-1)}`;
  return put === text ? [] : [swap(token, put)];
}

function swaps(token: Token): Edit[] {
  if (token.kind === "number") {
    const value = Number(token.text.replaceAll("_", ""));
    return [...new Set([value + 1, 0])]
      .filter((put) => put !== value)
      .map((put) => swap(token, `${put}`));
  }
  const table = token.kind === "sign" ? SIGNS : token.kind === "word" ? WORDS : {};
  const puts = Object.hasOwn(table, token.text) ? table[token.text] : undefined;
  return (puts ?? []).map((put) => swap(token, put));
}

/** The tokens from one index to another, both included, replaced. */
function replace({ text, tokens }: Scanned, from: number, to: number, put: string): Edit[] {
  const [first, last] = [tokens[from], tokens[to]];
  if (first === undefined || last === undefined || to < from) return [];
  const was = short(text.slice(first.at, end(last)));
  const change = put === "" || put === ";" ? `without ${was}` : `${was} -> ${put}`;
  return [{ from: first.at, to: end(last), put, change }];
}

/** The header of an `if`, always and never true. */
function conditions(scanned: Scanned, index: number): Edit[] {
  const { tokens, pairs } = scanned;
  if (tokens[index]?.text !== "if" || tokens[index + 1]?.text !== "(") return [];
  const close = pairs[index + 1] ?? -1;
  return ["true", "false"].flatMap((put) => replace(scanned, index + 2, close - 1, put));
}

const BEFORE_CONDITION = new Set("= => return , ( [ { ? : ; ... += case".split(" "));

/** What stands before the ? of a choice, always and never true. */
function choices(scanned: Scanned, index: number): Edit[] {
  const { tokens, pairs } = scanned;
  if (tokens[index]?.kind !== "sign" || tokens[index]?.text !== "?") return [];
  let from = index;
  while (from > 0) {
    const opener = pairs.indexOf(from - 1);
    if (opener >= 0) from = opener;
    else if (BEFORE_CONDITION.has(tokens[from - 1]?.text ?? "")) break;
    else from--;
  }
  return ["true", "false"].flatMap((put) => replace(scanned, from, index - 1, put));
}

const NO_STATEMENT = new Set(
  "const let var if else for while do switch case default function class import export type interface declare throw try return".split(
    " ",
  ),
);

/** The index after a statement's last token, or -1 if no `;` ends what begins here. */
function statementEnd({ tokens, pairs }: Scanned, start: number): number {
  for (let index = start; index < tokens.length; index++) {
    const { text } = tokens[index] as Token;
    if (text === ";") return index;
    if (text === "}" || text === ")" || text === "]" || text === ",") return -1;
    const close = pairs[index] ?? -1;
    if (close >= 0) index = close;
  }
  return -1;
}

/** A statement that is done for its effect, left out. */
function statements(scanned: Scanned, index: number): Edit[] {
  const { tokens } = scanned;
  const before = tokens[index - 1]?.text ?? ";";
  const token = tokens[index];
  if (token?.kind !== "word" || !"{ } ; ) else :".split(" ").includes(before)) return [];
  const bareReturn = token.text === "return" && tokens[index + 1]?.text === ";";
  if (NO_STATEMENT.has(token.text) && !bareReturn) return [];
  return replace(scanned, index, statementEnd(scanned, index), ";");
}

/** Each item of a list or an object, left out. */
function items(scanned: Scanned, index: number): Edit[] {
  const { tokens, pairs } = scanned;
  const close = pairs[index] ?? -1;
  const opener = tokens[index]?.text;
  if (close < 0 || (opener !== "{" && opener !== "[")) return [];
  const starts = [index + 1];
  for (let inner = index + 1; inner < close; inner++) {
    const { text } = tokens[inner] as Token;
    if (text === ";") return [];
    if (text === ",") starts.push(inner + 1);
    inner = Math.max(inner, pairs[inner] ?? -1);
  }
  return starts.flatMap((start, which) => {
    const next = starts[which + 1] ?? close;
    return start < next && tokens[start] ? replace(scanned, start, next - 1, "") : [];
  });
}

const STEPS = new Set(["filter", "sort", "slice", "reverse"]);

/** A step of a chain over a list, left out. */
function steps(scanned: Scanned, index: number): Edit[] {
  const { tokens, pairs } = scanned;
  if (tokens[index]?.text !== "." || tokens[index + 2]?.text !== "(") return [];
  if (!STEPS.has(tokens[index + 1]?.text ?? "")) return [];
  return replace(scanned, index, pairs[index + 2] ?? -1, "");
}

/** All faults of a file that its text admits, in its order. */
export function mutantsOf(file: string, text: string): Mutant[] {
  const tokens = tokensOf(text);
  const scanned = { text, tokens, pairs: pairsOf(tokens) };
  const edits = tokens.flatMap((token, index) => [
    ...swaps(token),
    ...[emptied, conditions, choices, statements, items, steps].flatMap((of) => of(scanned, index)),
  ]);
  const lines = text.split("\n");
  return edits.map(({ from, to, put, change }) => {
    const line = text.slice(0, from).split("\n").length;
    const source = (lines[line - 1] ?? "").trim();
    return { file, line, source, change, text: text.slice(0, from) + put + text.slice(to) };
  });
}
