// The command bench of the agent's bundle.

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withPrefix } from "./bench-command.ts";
import { DUCO_S1_VECTORS } from "./kernels/vectors.ts";
import { type Bundle, buildBundle } from "./testing/bundle.ts";

let bundle: Bundle;
beforeAll(async () => {
  bundle = await buildBundle();
});
afterAll(() => bundle.remove());

function bench(...args: string[]) {
  return benchOf(bundle.file, args);
}

function benchOf(file: string, args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, "bench", ...args], {
    cwd: bundle.folder,
    env: { PATH: process.env["PATH"] ?? "", XDG_CACHE_HOME: bundle.folder },
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

describe("bench", () => {
  it("measures a kernel, with what a hash costs, as JSON", () => {
    const args = ["--algorithm", "sha256d", "--engine", "wasm", "--seconds", "0.1"];
    const { status, stdout } = bench(...args, "--threads", "2", "--watts", "3", "--json");
    expect(status).toBe(0);
    const said = JSON.parse(stdout);
    expect(said).toMatchObject({ seconds: 0.1, threads: 2, watts: 3 });
    const [row] = said.results;
    expect(said.results).toEqual([
      {
        algorithm: "sha256d",
        engine: "wasm",
        hashrate_hs: expect.any(Number),
        joules_per_hash: expect.any(Number),
        why: null,
      },
    ]);
    expect(row.hashrate_hs).toBeGreaterThan(10_000);
    expect(row.joules_per_hash * row.hashrate_hs).toBeCloseTo(3, 3);
  });

  it("has a row for each kernel of this machine", () => {
    const { status, stdout } = bench("--algorithm", "scrypt", "--seconds", "0.05");
    expect(status).toBe(0);
    expect(stdout.split("\n").map((line) => line.replace(/\s+[\d.e+]+ .?H\/s$/, ""))).toEqual([
      "scrypt    wasm-simd",
      "scrypt    reference",
      "",
    ]);
  });

  it("says of a kernel that is wrong how, measures the others, and ends with 1", () => {
    // The known answers are what a kernel is judged by: with another one no kernel of the algorithm is right.
    const target = `${DUCO_S1_VECTORS[0]?.job.target}`;
    const text = readFileSync(bundle.file, "utf8");
    expect(text.split(target)).toHaveLength(2);
    const file = join(bundle.folder, "wrong.cjs");
    writeFileSync(file, text.replace(target, target.replaceAll("0", "1")));
    const args = ["--engine", "plain", "--seconds", "0.05", "--threads", "2"];
    const { status, stdout } = benchOf(file, args);
    expect(stdout.split("\n")).toEqual([
      expect.stringMatching(/^duco-s1 +plain +wrong: nonce 50: /),
      expect.stringMatching(/^sha256d +plain +[\d.]+ .?H\/s$/),
      "",
    ]);
    expect(status).toBe(1);
    const json = benchOf(file, [...args, "--watts", "3", "--algorithm", "duco-s1", "--json"]);
    expect(json.status).toBe(1);
    expect(JSON.parse(json.stdout).results).toEqual([
      {
        algorithm: "duco-s1",
        engine: "plain",
        hashrate_hs: null,
        joules_per_hash: null,
        why: expect.stringMatching(/^nonce 50: /),
      },
    ]);
  });

  it("tells what it can do", () => {
    const { status, stdout } = bench("--help");
    expect(status).toBe(0);
    for (const flag of ["algorithm", "engine", "seconds", "threads", "watts", "json"]) {
      expect(stdout).toContain(`--${flag}`);
    }
  });

  it.each([
    [["--algorithm", "md5"], /no algorithm md5; there are duco-s1, sha256d, scrypt/],
    [["--algorithm", "scrypt", "--engine", "plain"], /no engine plain here; there are wasm-simd, /],
    [["--seconds", "0"], /--seconds must be above 0 and at most 3600, not 0/],
    [["--threads", "1.5"], /--threads must be a whole number/],
    [["--watts", "much"], /--watts must be above 0/],
    [["--what"], /Unknown option '--what'/],
  ])("refuses %j", (args, why) => {
    const { status, stdout, stderr } = bench(...args);
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(why);
    expect(stderr).toMatch(/; see zero-agent bench --help\n$/);
  });

  it("writes rates and energies with three digits", () => {
    expect(withPrefix(4_560_000, "H/s")).toBe("4.56 MH/s");
    expect(withPrefix(999, "H/s")).toBe("999 H/s");
    expect(withPrefix(3 / 60e6, "J")).toBe("50.0 nJ");
    expect(withPrefix(0.00123, "J")).toBe("1.23 mJ");
    expect(withPrefix(1e-15, "J")).toBe("0.00100 pJ");
  });
});
