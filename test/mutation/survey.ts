// Which tests can find a fault in which function: those that call it, and those of a file that calls it when it is loaded.

import { Session } from "node:inspector";
import { sep } from "node:path";
import type { Loader } from "./loader.ts";

export interface Survey {
  /** For each test what it took, by name. */
  readonly tookMs: Readonly<Record<string, number>>;
  /** For each function, as `path name`, the tests that call it. */
  readonly callers: Readonly<Record<string, readonly string[]>>;
}

interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly {
      readonly functionName: string;
      readonly ranges: readonly { readonly count: number }[];
    }[];
  }[];
}

/** The functions under the root that were called since the last look. */
function called(session: Session, root: string): string[] {
  let coverage: Coverage = { result: [] };
  // Within one thread the answer comes before `post` returns.
  session.post("Profiler.takePreciseCoverage", (error, found) => {
    if (error) throw error;
    coverage = found;
  });
  return coverage.result.flatMap(({ url, functions }) => {
    if (!url.startsWith(root + sep)) return [];
    const path = url.slice(root.length + 1);
    return functions
      .filter(({ ranges }) => (ranges[0]?.count ?? 0) > 0)
      .map(({ functionName }) => `${path} ${functionName}`);
  });
}

/** Runs every test once over the code as it is. A test that fails there is an error: it could find nothing. */
export async function survey(
  loader: Loader,
  root: string,
  tests: readonly string[],
): Promise<Survey> {
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
  const tookMs: Record<string, number> = {};
  const callers = new Map<string, Set<string>>();
  const note = (names: readonly string[]) => {
    for (const key of called(session, root)) {
      const known = callers.get(key) ?? new Set();
      for (const name of names) known.add(name);
      callers.set(key, known);
    }
  };
  for (const test of tests) {
    called(session, root);
    const cases = loader.load([test]);
    note(cases.map(({ name }) => name));
    for (const { name, run } of cases) {
      const from = performance.now();
      await run();
      tookMs[name] = performance.now() - from;
      note([name]);
    }
  }
  session.disconnect();
  return {
    tookMs,
    callers: Object.fromEntries([...callers].map(([key, names]) => [key, [...names]])),
  };
}
