// TypeScript cut into tokens: enough to find operators, numbers, statements and brackets, and to know no comment for code.

export interface Token {
  readonly kind: "word" | "number" | "string" | "sign";
  readonly text: string;
  readonly at: number;
}

/** Longest first. */
const SIGN =
  />>>=|\.\.\.|===|!==|\*\*=|<<=|>>=|>>>|&&=|\|\|=|\?\?=|=>|==|!=|<=|>=|&&|\|\||\?\?|\?\.|\+\+|--|[-+*/%&|^]=|\*\*|<<|>>|[^\s\w]/y;
const SPACE = /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y;
const WORD = /[A-Za-z_$#][\w$]*/y;
const NUMBER = /0[xXbBoO][\da-fA-F_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/y;
/** A piece of a template: from ` or } to the next ${ or `. */
const TEMPLATE = /[`}](?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{)/y;

function take(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** The tokens of a file in their order; comments and white space are left out. Regular expressions are not known. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  /** Open braces within which a } ends a hole of a template. */
  const holes: number[] = [];
  let depth = 0;
  let at = take(SPACE, text, 0)?.length ?? 0;
  while (at < text.length) {
    const endsHole = text[at] === "}" && holes.at(-1) === depth;
    const piece = text[at] === "`" || endsHole ? take(TEMPLATE, text, at) : undefined;
    if (piece !== undefined) {
      if (endsHole) holes.pop();
      if (piece.endsWith("${")) holes.push(depth);
    }
    const found = piece ?? take(STRING, text, at);
    const number = take(NUMBER, text, at);
    const word = take(WORD, text, at);
    const token = found ?? number ?? word ?? take(SIGN, text, at) ?? "";
    if (token === "") throw new Error(`cannot read on at ${text.slice(at, at + 20)}`);
    const kind = found ? "string" : number ? "number" : word ? "word" : "sign";
    if (kind === "sign" && token === "{") depth++;
    if (kind === "sign" && token === "}") depth--;
    tokens.push({ kind, text: token, at });
    at += token.length;
    at += take(SPACE, text, at)?.length ?? 0;
  }
  return tokens;
}

const CLOSERS: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** For each opening bracket the index of the token that closes it; -1 elsewhere. */
export function pairsOf(tokens: readonly Token[]): number[] {
  const pairs = tokens.map(() => -1);
  const open: number[] = [];
  tokens.forEach(({ kind, text }, index) => {
    if (kind !== "sign") return;
    if (text in CLOSERS) open.push(index);
    else if (")]}".includes(text)) {
      const from = open.pop();
      if (from !== undefined && CLOSERS[tokens[from]?.text ?? ""] === text) pairs[from] = index;
    }
  });
  return pairs;
}
