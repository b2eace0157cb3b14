// Loads the tests and the code that they test anew for each mutant, with one file in another text.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { compileFunction } from "node:vm";
import { transformSync } from "esbuild";
import fc from "fast-check";
import { expect } from "vitest";
import { type Case, recorderOf } from "./recorder.ts";

type Wrapper = (exports: object, require: (target: string) => unknown, module: Module) => void;

interface Module {
  exports: object;
}

/** A file of the project that is to read otherwise. */
export interface Swap {
  readonly file: string;
  readonly text: string;
}

function compile(path: string, text: string): Wrapper {
  const { code } = transformSync(text, { loader: "ts", format: "cjs", target: "node20" });
  const names = ["exports", "require", "module"];
  return compileFunction(code, names, { filename: path }) as Wrapper;
}

export class Loader {
  readonly #root: string;
  readonly #compiled = new Map<string, Wrapper>();
  readonly #packages: (name: string) => unknown;

  constructor(root: string) {
    this.#root = root;
    this.#packages = createRequire(join(root, "package.json"));
    // The same draws for each mutant; and the first counterexample will do.
    fc.configureGlobal({ seed: 1, endOnFailure: true });
  }

  /** The cases of these test files; with a swap, over a project in which that file reads so. */
  load(tests: readonly string[], swap: Swap | null): Case[] {
    const mutated = swap && { path: resolve(this.#root, swap.file), text: swap.text };
    const wrapped = mutated && compile(mutated.path, mutated.text);
    const modules = new Map<string, Module>();
    const cases: Case[] = [];
    const load = (path: string): object => {
      const known = modules.get(path);
      if (known !== undefined) return known.exports;
      const module: Module = { exports: {} };
      modules.set(path, module);
      const wrapper = wrapped && path === mutated?.path ? wrapped : this.#wrapperOf(path);
      wrapper(module.exports, (target) => need(path, target), module);
      return module.exports;
    };
    const need = (from: string, target: string): unknown => {
      if (target.startsWith(".")) return load(resolve(dirname(from), target));
      if (target === "vitest") return recorderOf(relative(this.#root, from), cases, expect);
      if (target === "fast-check") return { __esModule: true, ...fc, default: fc };
      return this.#packages(target);
    };
    for (const test of tests) load(resolve(this.#root, test));
    return cases;
  }

  #wrapperOf(path: string): Wrapper {
    const known = this.#compiled.get(path);
    if (known !== undefined) return known;
    const wrapper = compile(path, readFileSync(path, "utf8"));
    this.#compiled.set(path, wrapper);
    return wrapper;
  }
}
