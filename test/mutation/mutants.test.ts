import { describe, expect, it } from "vitest";
import { mutantsOf } from "./mutants.ts";
import { compiling, distinct } from "./valid.ts";

/** The line of each mutant of one line of code, with the fault in it. */
function faults(line: string): string[] {
  return mutantsOf("a.ts", line).map(({ text }) => text);
}

describe("a mutant", () => {
  const table: [string, string[]][] = [
    ["a = b < c;", ["a = b <= c;", "a = b >= c;", ";"]],
    ["return a === b;", ["return a !== b;"]],
    ["return a && b;", ["return a || b;"]],
    ["return !a;", ["return a;"]],
    ["return 1_000;", ["return 1001;", "return 0;"]],
    ["return 0;", ["return 1;"]],
    ["return true;", ["return false;"]],
    ["return Math.max(a, b);", ["return Math.min(a, b);"]],
    ["if (a) b();", ["if (true) b();", "if (false) b();", "if (a) ;"]],
    ["if (a) return;", ["if (true) return;", "if (false) return;", "if (a) ;"]],
    ["return a(b) ? c : d;", ["return true ? c : d;", "return false ? c : d;"]],
    ["f({ a: 1, b });", ["f({  b });", "f({ a: 2, b });", "f({ a: 0, b });", "f({ a: 1,  });"]],
    ["return a.filter((b) => c(b));", ["return a;"]],
    ["const a = [b, c];", ["const a = [ c];", "const a = [b, ];"]],
    ['return "a";', ['return "";']],
  ];
  it.each(table)("is each small fault of: %s", (line, expected) => {
    expect(faults(line)).toEqual(expect.arrayContaining(expected));
  });

  it("never lies in a comment, a string or the text of a template, but in the holes of one", () => {
    const code = '// a < b\n/* true */ const a = "true" + `1 < $' + "{b < c} > 2`;";
    const changes = mutantsOf("a.ts", code).map(({ change }) => change);
    expect(changes.filter((change) => !/["`]/.test(change))).toEqual([
      "+ -> -",
      "< -> <=",
      "< -> >=",
    ]);
  });

  it("leaves out a piece of a template and lets its holes be", () => {
    const hole = "$" + "{b}";
    expect(faults(`return \`a ${hole} c\`;`)).toEqual([
      `return \`${hole} c\`;`,
      `return \`a ${hole}\`;`,
    ]);
  });

  it("leaves what an import names as it is", () => {
    expect(mutantsOf("a.ts", 'export { b } from "c";').map(({ text }) => text)).not.toContain(
      'export { b } from "";',
    );
  });

  it("tells where it is and what it changes", () => {
    const [mutant] = mutantsOf("a.ts", "const a = 1;\n  const b = a < c;\n").slice(-2);
    expect(mutant).toMatchObject({ line: 2, source: "const b = a < c;", change: "< -> <=" });
  });
});

describe("the mutants that count", () => {
  it("are those that change what runs, each once", async () => {
    const text = "interface A { readonly b: true; readonly c: 1 }\nexport const d = (e: 0) => e;\n";
    expect(await distinct(mutantsOf("a.ts", text), text)).toEqual([]);
    const sum = "export const d = (e: number) => e + 1;\n";
    expect(await distinct(mutantsOf("a.ts", sum), sum)).toHaveLength(3);
  });

  it("are those that the compiler takes", () => {
    const file = "test/mutation/planted.ts";
    const text = [
      'import { slotId } from "../../hat/slots.ts";',
      "export const name = (a: number | null) => (a === null ? null : slotId(a + 1));",
    ].join("\n");
    const changes = compiling(process.cwd(), mutantsOf(file, text)).map(({ change }) => change);
    expect(changes).toContain("+ -> -");
    // With it slotId() could be given a null.
    expect(changes).not.toContain("=== -> !==");
  });
});
