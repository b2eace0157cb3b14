import fc from "fast-check";
import { parse, stringify } from "smol-toml";
import { expect, test } from "vitest";
import { locateKeys } from "./locator.ts";

const at = (source: string, ...path: string[]) => {
  const found = locateKeys(source)(path);
  return found === null ? null : `${found.line}:${found.column}`;
};

test("finds keys under headers, and the headers", () => {
  const source = "# top\n[link]\nport = 1\n  listen = 'x' # port = 2\n\n[ pool ]\nhost=\"h\"\n";
  expect(at(source, "link")).toBe("2:2");
  expect(at(source, "link", "port")).toBe("3:1");
  expect(at(source, "link", "listen")).toBe("4:3");
  expect(at(source, "pool")).toBe("6:3");
  expect(at(source, "pool", "host")).toBe("7:1");
  expect(at(source, "pool", "port")).toBeNull();
});

test("finds dotted and quoted keys", () => {
  const source = `link.port = 1\n"link".'listen' = 2\n[a."b \\" c"]\nd.e = 3\n`;
  expect(at(source, "link")).toBe("1:1");
  expect(at(source, "link", "port")).toBe("1:6");
  expect(at(source, "link", "listen")).toBe("2:8");
  expect(at(source, "a", 'b " c', "d", "e")).toBe("4:3");
});

test("is not led astray by strings, lists, inline tables and line ends", () => {
  const source = [
    'a = """\nb = 1\n[c]\n\\""" still"""',
    "b = '''\nc = 1 '''",
    'c = [1, # d = 1\n "]", [2, 3],\n]',
    "d = { x = 1, y = [ '}' ], z.w = 2 }",
    "e = 1979-05-27T07:32:00Z # f",
    "f = 2\r\ng = 3",
  ].join("\n");
  parse(source);
  expect(at(source, "b")).toBe("5:1");
  expect(at(source, "c")).toBe("7:1");
  expect(at(source, "c", "1")).toBe("8:2");
  expect(at(source, "d", "z", "w")).toBe("10:29");
  expect(at(source, "f")).toBe("12:1");
  expect(at(source, "g")).toBe("13:1");
});

test("never throws and always ends, whatever the text", () => {
  const bits = fc.constantFrom(
    "[",
    "]",
    "=",
    ".",
    '"',
    "'",
    '"""',
    "{",
    "}",
    ",",
    "\n",
    "#",
    "a",
    "\\",
  );
  fc.assert(
    fc.property(fc.array(bits, { maxLength: 40 }), (parts) => {
      expect(locateKeys(parts.join(""))(["a"])).toSatisfy(
        (found) => found === null || found.line > 0,
      );
    }),
  );
});

test("finds every key of any document that smol-toml writes", () => {
  const name = fc.string({ minLength: 1, maxLength: 6 }).filter((text) => text !== "__proto__");
  const leaf = fc.oneof(
    fc.integer(),
    fc.string(),
    fc.boolean(),
    fc.array(fc.string(), { maxLength: 3 }),
  );
  const documents = fc.dictionary(name, fc.dictionary(name, leaf, { maxKeys: 4 }), { maxKeys: 4 });
  fc.assert(
    fc.property(documents, (document) => {
      const locate = locateKeys(stringify(document));
      for (const [table, keys] of Object.entries(document)) {
        for (const key of Object.keys(keys)) expect(locate([table, key])).not.toBeNull();
      }
    }),
  );
});
