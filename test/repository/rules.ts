// The rules of the repository: which way imports run, and what pure code may touch. Each returns what breaks it.

import { codeOf, type Import, importsOf, isTest, type Source } from "./sources.ts";

/** Folder -> the project's folders that it may import, itself aside. */
const MAY_IMPORT: readonly (readonly [from: string, to: readonly string[]])[] = [
  ["hat/", []],
  ["zero-agent/protocol/", []],
  ["zero-agent/kernels/", []],
  ["zero-agent/service/", []],
  ["zero-agent/core/", ["zero-agent/protocol/", "zero-agent/kernels/"]],
  ["zero-agent/", []],
  ["controller/", ["hat/", "zero-agent/protocol/", "zero-agent/kernels/", "zero-agent/service/"]],
];

const PROJECT = /^(?:hat|zero-agent|controller|images|test)\//;

function owner(path: string): (typeof MAY_IMPORT)[number] | undefined {
  return MAY_IMPORT.find(([folder]) => path.startsWith(folder));
}

/** hat <- controller -> zero-agent/protocol <- zero-agent; nothing imports the controller, and no product code the tests. */
export function brokenDirections(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    if (isTest(source.path)) return [];
    const rule = owner(source.path);
    if (rule === undefined) return [];
    const [folder, others] = rule;
    const allowed = [folder, ...others];
    return importsOf(source)
      .filter(({ target }) => PROJECT.test(target))
      .filter(({ target }) => !allowed.some((prefix) => target.startsWith(prefix)))
      .map(({ target }) => `${source.path} imports ${target}`);
  });
}

/** Whether a file must be pure: no clock, timer, randomness, socket, file or process. */
export function mustBePure(path: string): boolean {
  return (
    !isTest(path) &&
    (/^(?:controller|zero-agent)\/core\//.test(path) ||
      /^controller\/pools\/(?:[^/]+\/)?(?:codec|session|finder|balance)(?:-[a-z]+)?\.ts$/.test(
        path,
      ) ||
      /^controller\/pools\/stratum\/(?!client\.|scripted-)/.test(path) ||
      /^controller\/pools\/solo\/(?!client\.|rpc-|scripted-)/.test(path) ||
      /^controller\/agents\/rollout(?:-step)?\.ts$/.test(path) ||
      path === "hat/expander.ts")
  );
}

const IMPURE: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["the clock", /\bDate\b|\bperformance\b|\bhrtime\b/],
  ["a timer", /\bset(?:Timeout|Interval|Immediate)\b|\bqueueMicrotask\b/],
  ["randomness", /\bMath\s*\.\s*random\b|\bcrypto\b/],
  ["the process", /\bprocess\b|\bglobalThis\b|\bconsole\b/],
  ["the network", /\bfetch\s*\(|\bWebSocket\b/],
  ["another task", /\basync\b|\bawait\b|\bnew Promise\b|\bWorker\b/],
];

/** Computation that is as pure as our own: schemas, the HMAC of the handshake, the hashes of merkle roots. */
const PURE_PACKAGES: readonly (readonly [path: string, target: string])[] = [
  ["zero-agent/protocol/fields.ts", "valibot"],
  ["zero-agent/protocol/messages.ts", "valibot"],
  ["zero-agent/protocol/update-messages.ts", "valibot"],
  ["zero-agent/protocol/codec.ts", "valibot"],
  ["zero-agent/protocol/handshake.ts", "node:crypto"],
  ["controller/pools/stratum/header.ts", "node:crypto"],
];

function isPurePackage(path: string, { target }: Import): boolean {
  return PURE_PACKAGES.some(([file, name]) => file === path && name === target);
}

function isPackage({ target }: Import): boolean {
  return !PROJECT.test(target);
}

/** Every value that a pure file takes in must come from files that are pure too, however deep; types may come from anywhere. */
export function impurities(sources: readonly Source[]): string[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const broken = new Set<string>();
  const seen = new Set<string>();

  function visit(source: Source, reachedFrom: string): void {
    if (seen.has(source.path)) return;
    seen.add(source.path);
    const code = codeOf(source.text);
    for (const [what, pattern] of IMPURE) {
      if (pattern.test(code))
        broken.add(`${source.path} touches ${what} (reached from ${reachedFrom})`);
    }
    for (const imported of importsOf(source)) {
      if (imported.typeOnly || isPurePackage(source.path, imported)) continue;
      const next = byPath.get(imported.target);
      if (isPackage(imported)) broken.add(`${source.path} imports ${imported.target}`);
      else if (next === undefined)
        broken.add(`${source.path} imports ${imported.target}, which is not there`);
      else visit(next, reachedFrom);
    }
  }

  for (const source of sources) if (mustBePure(source.path)) visit(source, source.path);
  return [...broken];
}

/** STYLE: 300 lines are a smell. Tests may be tables. */
const LINES_MAX = 300;
const LEFT_OVER = /\b(?:TODO|FIXME|XXX|HACK)\b/;

export function untidy(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, text }) => {
    const lines = text.split("\n").length - 1;
    const found: string[] = [];
    if (lines > LINES_MAX && !isTest(path)) found.push(`${path} has ${lines} lines`);
    if (LEFT_OVER.test(text) && !path.startsWith("test/repository/")) {
      found.push(`${path} has a left-over mark`);
    }
    if (!isTest(path) && !path.endsWith(".d.ts") && !/^(?:\/\/|\/\*\*)/.test(text)) {
      found.push(`${path} does not open with a sentence of its duty`);
    }
    return found;
  });
}
