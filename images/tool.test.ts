import { expect, it } from "vitest";
import { needTools, runTool, runToolOnBytes } from "./tool.ts";

it("tells what a program ended with", () => {
  expect(runTool("sh", ["-c", "echo out; echo err >&2; exit 3"])).toEqual({
    ...{ status: 3, stdout: "out\n", stderr: "err\n" },
  });
});

it("takes one that was killed for no answer, though it had nothing to complain of", () => {
  for (const run of [runTool, (name: string, args: string[]) => runToolOnBytes(name, args, null)]) {
    expect(() => run("sh", ["-c", "kill -KILL $$"])).toThrow("sh was ended by SIGKILL");
  }
});

it("says of a full disk that it is one, and not that the image is too small", () => {
  const said = ["-c", "echo 'f28: No space left on device' >&2; echo 'it failed' >&2; exit 1"];
  expect(() => runTool("sh", said)).toThrow("this machine's disk is full (sh)");
  expect(() => runToolOnBytes("sh", said, null)).toThrow("this machine's disk is full (sh)");
  expect(() => runToolOnBytes("sh", ["-c", "echo why >&2; exit 3"], null)).toThrow(
    "sh ended with 3: why",
  );
});

it("knows before the work which of them are missing, and all their packages", () => {
  expect(() => needTools(["sh", "cat"])).not.toThrow();
  expect(() => needTools(["sh", "no-such-tool"])).toThrow(/^not installed here: no-such-tool$/);
  expect(() => needTools(["mcopy", "mtype", "fsck.fat"], "/nowhere")).toThrow(
    expect.objectContaining({
      message: "not installed here: mcopy, mtype, fsck.fat",
      todo: "sudo apt install mtools dosfstools",
    }),
  );
});

it("names one that is missing, and its package", () => {
  expect(() => runTool("no-such-tool", [])).toThrow(/no-such-tool is not here/);
});
