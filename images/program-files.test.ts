import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { refuseUnbuilt } from "./program-files.ts";

it("names what is not built, and how it is", () => {
  const dist = mkdtempSync(join(tmpdir(), "zr-dist-"));
  onTestFinished(() => rmSync(dist, { recursive: true }));
  expect(() => refuseUnbuilt(dist)).toThrow(`there is no ${dist}/zerorig.mjs`);
  for (const name of ["zerorig.mjs", "host-worker.mjs", "hatctl.cjs", "zerorig.service"]) {
    writeFileSync(join(dist, name), "");
  }
  mkdirSync(join(dist, "page"));
  expect(() => refuseUnbuilt(dist)).toThrow("zero-agent.cjs");
  writeFileSync(join(dist, "zero-agent.cjs"), "");
  expect(() => refuseUnbuilt(dist)).not.toThrow();
});
