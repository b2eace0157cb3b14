import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { positive, whole } from "./flags.ts";

const PROGRAMS = ["sim/main.ts", "sim/ablate.ts", "sim/naive.ts", "mutation/main.ts"];

function call(program: string, ...args: string[]) {
  const command = ["--import", "tsx", `test/${program}`, ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: "utf8" });
  return { status, stdout, stderr };
}

describe("flags of the development commands", { timeout: 60_000 }, () => {
  it("reads whole numbers and hours above 0, and nothing else", () => {
    expect([whole("7"), positive("0.5")]).toEqual([7, 0.5]);
    for (const text of ["0", "1.5", "-1", "abc", "", "1e3"]) expect(() => whole(text)).toThrow();
    for (const text of ["0", "-1", "abc", "", "Infinity"]) expect(() => positive(text)).toThrow();
  });

  it.each(PROGRAMS)("ends %s with 2 and a line that names the flag", (program) => {
    const { status, stdout, stderr } = call(program, "--jobs", "0");
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^[a-z:]+: option '--jobs <count>' argument '0' is invalid\..+\n$/);
  });

  it.each(PROGRAMS)("tells what %s can do", (program) => {
    const { status, stdout } = call(program, "--help");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Usage: npm run /);
  });

  it("refuses a rule that there is none of, and a seed among several", () => {
    expect(call("sim/ablate.ts", "--only", "nosuch")).toMatchObject({ status: 2, stdout: "" });
    expect(call("sim/main.ts", "--seed", "3", "--runs", "2").stderr).toContain("--runs");
  });
});
