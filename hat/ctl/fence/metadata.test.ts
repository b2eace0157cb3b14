// The metadata against the rules that fence agents' metadata keeps: always against the rules as told here, and against the
// schema of the fence-agents package itself where that and xmllint are installed.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ACTIONS } from "./action.ts";
import { metadataXml } from "./metadata.ts";
import { PARAMETER_LIST } from "./parameter.ts";
import { helpText, manPage } from "./words.ts";

/** Where Debian's fence-agents puts it. */
const SCHEMA = process.env["FENCE_METADATA_RNG"] ?? "/usr/share/cluster/relaxng/metadata.rng";

interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: Element[];
  text: string;
}

/** Enough of an XML reader for documents without comments, CDATA and name spaces. Throws where tags do not match. */
function parseXml(xml: string): Element {
  const root: Element = { name: "", attributes: new Map(), children: [], text: "" };
  const open = [root];
  const body = xml.replace(/^<\?xml[^>]*\?>/, "");
  let readTo = 0;
  for (const [all, closing, name = "", head = "", selfClosing, text] of body.matchAll(
    /<(\/)?([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/)?>|([^<]+)/g,
  )) {
    const parent = open.at(-1) as Element;
    readTo += all.length;
    if (text !== undefined) {
      parent.text += text.trim();
    } else if (closing !== undefined) {
      if (open.pop()?.name !== name) throw new Error(`unexpected </${name}>`);
    } else {
      const pairs = [...head.matchAll(/([\w-]+)="([^"]*)"/g)];
      const attributes = new Map(pairs.map(([, key = "", value = ""]) => [key, value]));
      const element: Element = { name, attributes, children: [], text: "" };
      parent.children.push(element);
      if (selfClosing === undefined) open.push(element);
    }
  }
  if (readTo !== body.length) throw new Error("something is neither tag nor text");
  if (open.length !== 1) throw new Error("something is left open");
  return root;
}

const FLAG = /^[01]$/;
const ANY = /^/;

interface Rule {
  /** With what each must look like; a name that ends in ? may be missing. */
  readonly attributes?: Readonly<Record<string, RegExp>>;
  /** In this order; `*` any number, `+` one or more, else exactly one. */
  readonly children?: readonly string[];
  /** Text is allowed. */
  readonly text?: true;
}

/** What every fence agent's metadata is made of. */
const RULES: Readonly<Record<string, Rule>> = {
  "resource-agent": {
    attributes: { name: ANY, shortdesc: ANY },
    children: ["symlink*", "longdesc", "vendor-url", "parameters", "actions"],
  },
  symlink: { attributes: { name: ANY, shortdesc: ANY } },
  longdesc: { text: true },
  "vendor-url": { text: true },
  parameters: { children: ["parameter+"] },
  parameter: {
    attributes: { name: ANY, unique: FLAG, required: FLAG, "deprecated?": FLAG, "obsoletes?": ANY },
    children: ["getopt", "content", "shortdesc+"],
  },
  getopt: { attributes: { mixed: ANY } },
  content: {
    attributes: { type: /^(?:boolean|string|second|integer|select)$/, "default?": ANY },
    children: ["option*"],
  },
  option: { attributes: { value: ANY } },
  shortdesc: { attributes: { lang: ANY }, text: true },
  actions: { children: ["action+"] },
  action: { attributes: { name: ANY, "on_target?": FLAG, "automatic?": FLAG } },
};

function faults(element: Element): string[] {
  const rule = RULES[element.name];
  if (rule === undefined) return [`<${element.name}> is unknown`];
  const found: string[] = [];
  const wanted = Object.entries(rule.attributes ?? {});
  for (const [key, pattern] of wanted) {
    const value = element.attributes.get(key.replace("?", ""));
    if (value === undefined ? !key.endsWith("?") : !pattern.test(value)) {
      found.push(`${key} of <${element.name}>`);
    }
  }
  const known = new Set(wanted.map(([key]) => key.replace("?", "")));
  for (const key of element.attributes.keys()) {
    if (!known.has(key)) found.push(`<${element.name}> has no ${key}`);
  }
  const order = (rule.children ?? []).map((name) => {
    const [, word, count = ""] = /^([\w-]+)([*+]?)$/.exec(name) ?? [];
    return `(?:<${word}>)${count}`;
  });
  const children = element.children.map(({ name }) => `<${name}>`).join("");
  if (!new RegExp(`^${order.join("")}$`).test(children))
    found.push(`<${element.name}>: ${children}`);
  if (element.text !== "" && rule.text !== true) found.push(`text in <${element.name}>`);
  if (element.name === "content" && element.attributes.get("type") !== "select") {
    if (element.children.length > 0) found.push("options without a choice");
  }
  return [...found, ...element.children.flatMap(faults)];
}

function isWellMade(xml: string): boolean {
  try {
    const [root, ...more] = parseXml(xml).children;
    return root?.name === "resource-agent" && more.length === 0 && faults(root).length === 0;
  } catch {
    return false;
  }
}

/** Documents that break one rule each. */
const BROKEN: readonly (readonly [what: string, xml: string])[] = [
  ["no content", metadataXml().replace(/ *<content[^\n]*\n/, "")],
  [
    "content before getopt",
    metadataXml().replace(/( *<getopt[^\n]*\n)( *<content[^\n]*\n)/, "$2$1"),
  ],
  ["shortdesc first", metadataXml().replace(/( *<getopt[\s\S]*?)( *<shortdesc[^\n]*\n)/, "$2$1")],
  ["a word for a flag", metadataXml().replace('required="1"', 'required="yes"')],
  ["an unknown type", metadataXml().replace('type="second"', 'type="seconds"')],
  ["an unknown attribute", metadataXml().replace('unique="0"', 'unique="0" secret="1"')],
  ["no vendor", metadataXml().replace(/ *<vendor-url[^\n]*\n/, "")],
  ["no actions", metadataXml().replace(/ *<action name[^\n]*\n/g, "")],
  [
    "actions before parameters",
    metadataXml().replace(/( *<parameters>[\s\S]*<\/parameters>\n)([\s\S]*<\/actions>\n)/, "$2$1"),
  ],
  ["stray text", metadataXml().replace("<parameters>", "<parameters>hello")],
  ["an unescaped sign", metadataXml().replace("<longdesc>", "<longdesc> a < b ")],
];

describe("the metadata", () => {
  it("keeps the rules of fence agents' metadata", () => {
    const [root] = parseXml(metadataXml()).children;
    expect(root && faults(root)).toEqual([]);
    expect(isWellMade(metadataXml())).toBe(true);
  });

  it.each(BROKEN)("would be caught with %s", (_, xml) => {
    expect(xml).not.toBe(metadataXml());
    expect(isWellMade(xml)).toBe(false);
  });

  it("is valid by the schema of fence-agents, and the schema agrees on what is broken", ({
    skip,
  }) => {
    const missing = [
      ...(spawnSync("xmllint", ["--version"]).error === undefined
        ? []
        : ["xmllint (libxml2-utils)"]),
      ...(existsSync(SCHEMA) ? [] : [`${SCHEMA} (fence-agents; or name it in FENCE_METADATA_RNG)`]),
    ];
    if (missing.length > 0) {
      const note = `NOT CHECKED against the fence-agents schema: missing ${missing.join(" and ")}`;
      process.stderr.write(`${note}\n`);
      skip(note);
    }
    const isValid = (xml: string) =>
      spawnSync("xmllint", ["--noout", "--relaxng", SCHEMA, "-"], { input: xml }).status === 0;
    expect(isValid(metadataXml())).toBe(true);
    for (const [what, xml] of BROKEN) expect([what, isValid(xml)]).toEqual([what, false]);
  });

  it("tells every parameter and action, plug in port's place, and that joining a cluster switches nothing on", () => {
    const [root] = parseXml(metadataXml()).children;
    const named = (section: string) =>
      root?.children
        .find(({ name }) => name === section)
        ?.children.map(({ attributes }) => attributes) ?? [];
    expect(named("parameters").map((attributes) => attributes.get("name"))).toEqual(
      PARAMETER_LIST.map(([name]) => name),
    );
    expect(named("actions").map((attributes) => attributes.get("name"))).toEqual(
      Object.keys(ACTIONS),
    );
    const of = (name: string) =>
      named("parameters").find((attributes) => attributes.get("name") === name);
    expect(of("plug")?.get("obsoletes")).toBe("port");
    expect(of("port")?.get("deprecated")).toBe("1");
    expect(of("action")?.get("required")).toBe("1");
    expect(named("actions")[0]?.get("automatic")).toBe("0");
  });
});

describe("the other texts", () => {
  it("name every parameter and action", () => {
    const page = manPage().replaceAll("\\-", "-");
    for (const text of [helpText(), page]) {
      for (const [name] of PARAMETER_LIST) expect(text).toContain(`--${name.replaceAll("_", "-")}`);
      for (const name of Object.keys(ACTIONS)) expect(text).toContain(name);
    }
  });

  it("are roff without a fault, by groff", ({ skip }) => {
    if (spawnSync("groff", ["--version"]).error !== undefined) {
      process.stderr.write("NOT CHECKED: the manual page, for groff is not installed\n");
      skip("groff is not installed");
    }
    const { stderr, stdout } = spawnSync("groff", ["-man", "-Tascii", "-ww", "-P-cbou"], {
      input: manPage(),
    });
    expect(stderr.toString()).toBe("");
    expect(stdout.toString()).toMatch(/power.timeout/);
  });

  it("are the table of docs/fence-agent.md", () => {
    const rows = readFileSync("docs/fence-agent.md", "utf8")
      .split("\n")
      .flatMap(
        (line) => /^\| `([a-z_]+)` \| ([^|]*) \| ([^|]*) \| ([^|]*) \|$/.exec(line)?.slice(1) ?? [],
      );
    const told = Array.from({ length: rows.length / 4 }, (_, row) =>
      rows.slice(row * 4, row * 4 + 4),
    );
    expect(told).toEqual(
      PARAMETER_LIST.map(([name, spec]) => [
        name,
        spec.short === undefined ? "" : `\`-${spec.short}\``,
        spec.default === undefined ? "" : `\`${spec.default}\``,
        spec.type === "second" ? `${spec.text}, in seconds` : spec.text,
      ]),
    );
  });

  it("hold nothing that was not asked for: the schema is not in the repository", () => {
    const files = execFileSync("git", ["ls-files", "*.rng"], { encoding: "utf8" });
    expect(files).toBe("");
  });
});
