import { describe, expect, it } from "vitest";
import { brokenDirections, impurities, mustBePure, untidy } from "./rules.ts";
import { projectSources, type Source } from "./sources.ts";

const sources = projectSources(process.cwd());

/** The project with one more file in it. */
function planted(path: string, text: string): Source[] {
  return [...sources.filter((source) => source.path !== path), { path, text }];
}

describe("imports", () => {
  it("run one way", () => {
    expect(brokenDirections(sources)).toEqual([]);
  });

  const violations: [string, string][] = [
    ["hat/planted.ts", 'import { step } from "../controller/core/step.ts";'],
    ["hat/planted.ts", 'import type { Hello } from "../zero-agent/protocol/messages.ts";'],
    ["zero-agent/planted.ts", 'import { slotId } from "../hat/slots.ts";'],
    ["zero-agent/shell/planted.ts", 'export { step } from "../../controller/core/step.ts";'],
    ["zero-agent/protocol/planted.ts", 'import { plainKernel } from "../kernels/plain.ts";'],
    ["controller/planted.ts", 'const agent = await import("../zero-agent/main.ts");'],
    ["controller/planted.ts", 'import { World } from "../test/sim/world.ts";'],
    ["controller/planted.ts", 'import {\n  one,\n  two,\n} from "../zero-agent/shell/link.ts";'],
  ];
  it.each(violations)("are caught when %s goes the wrong way: %s", (path, text) => {
    expect(brokenDirections(planted(path, text))).toHaveLength(1);
  });
});

describe("pure code", () => {
  it("covers the cores, the codecs, the session machines and the expander", () => {
    const pure = sources.filter(({ path }) => mustBePure(path)).map(({ path }) => path);
    for (const path of [
      "controller/core/step.ts",
      "controller/agents/rollout-step.ts",
      "zero-agent/core/connection.ts",
      "controller/pools/duino/codec.ts",
      "controller/pools/duino/session.ts",
      "controller/pools/practice/session.ts",
      "controller/pools/stratum/header.ts",
      "controller/pools/stratum/session.ts",
      "hat/expander.ts",
    ]) {
      expect(pure).toContain(path);
    }
  });

  it("touches no clock, timer, randomness, socket, file or process", () => {
    expect(impurities(sources)).toEqual([]);
  });

  const violations: string[] = [
    "export const at = Date.now();",
    "export const at = performance.now();",
    "setTimeout(() => {}, 1);",
    "export const luck = Math.random();",
    'import { readFileSync } from "node:fs";',
    'import { createHash } from "node:crypto";',
    'import WebSocket from "ws";',
    "export const where = process.cwd();",
    "export async function later() {}",
    // not itself, but through a file that is not pure
    'import { systemClock } from "../shell/clock.ts";',
    'import { solves } from "../../zero-agent/kernels/reference.ts";',
  ];
  it.each(violations)("is caught at: %s", (text) => {
    expect(impurities(planted("controller/core/planted.ts", text)).length).toBeGreaterThan(0);
  });

  it("may speak of clocks in comments and strings, and take types from anywhere", () => {
    const text =
      '// Date.now() is not ours\nimport type { Clock } from "../shell/clock.ts";\nexport const word = "process";\n';
    expect(impurities(planted("controller/core/planted.ts", text))).toEqual([]);
  });
});

describe("files", () => {
  it("are small, say what they are for, and hold no left-over marks", () => {
    expect(untidy(sources)).toEqual([]);
  });

  it("are caught when they are not", () => {
    expect(untidy([{ path: "hat/planted.ts", text: "// x\n".repeat(301) }])).toHaveLength(1);
    expect(untidy([{ path: "hat/planted.ts", text: "// FIXME later\n" }])).toHaveLength(1);
    expect(untidy([{ path: "hat/planted.ts", text: "export const a = 1;\n" }])).toHaveLength(1);
  });
});
