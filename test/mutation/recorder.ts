// The words of a test file, taken down instead of run, so that one process can run the same tests again and again.

export interface Case {
  /** File, describes and test, from the outside in. */
  readonly name: string;
  readonly run: () => unknown;
}

type Body = (...args: never[]) => unknown;
type Register = (name: string, ...rest: readonly unknown[]) => void;

function bodyOf(rest: readonly unknown[]): Body {
  const body = rest.find((item) => typeof item === "function");
  if (body === undefined) throw new Error("a test without a body");
  return body as Body;
}

function withEach(register: Register): Register {
  const each =
    (table: readonly unknown[]) =>
    (name: string, ...rest: readonly unknown[]) => {
      const body = bodyOf(rest) as (...args: readonly unknown[]) => unknown;
      for (const [index, row] of table.entries()) {
        const args = Array.isArray(row) ? row : [row];
        register(`${name} [${index}]`, () => body(...args));
      }
    };
  return Object.assign(register, { each });
}

/** What stands in for "vitest" in a test file; a word that is not here is an error, not a test that is passed over. */
export function recorderOf(file: string, cases: Case[], expect: unknown): object {
  const path = [file];
  const describe = withEach((name, ...rest) => {
    path.push(name);
    bodyOf(rest)();
    path.pop();
  });
  const it = withEach((name, ...rest) => {
    cases.push({ name: [...path, name].join(" > "), run: bodyOf(rest) as () => unknown });
  });
  const words: Readonly<Record<string, unknown>> = { describe, it, test: it, expect };
  return new Proxy(words, {
    get(known, word) {
      if (word in known || typeof word === "symbol") return known[word as string];
      throw new Error(
        `${file} uses ${word} of vitest, which test/mutation/recorder.ts does not know`,
      );
    },
  });
}
