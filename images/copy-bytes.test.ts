// Images on a disk that has no room for them.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { copyBytes, makeEmpty } from "./copy-bytes.ts";

const BYTES = 3 * 2 ** 20;

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "zr-copy-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}

it("copies a part to its place, and leaves the rest as it is", () => {
  const dir = folder();
  const [from, to] = [join(dir, "from"), join(dir, "to")];
  writeFileSync(from, Buffer.alloc(BYTES, "ab"));
  makeEmpty(to, BYTES + 10);
  copyBytes(from, { offset: 1, bytes: BYTES - 1 }, to, 7);
  const wanted = [Buffer.alloc(7), Buffer.alloc(BYTES, "ab").subarray(1), Buffer.alloc(4)];
  expect(readFileSync(to).equals(Buffer.concat(wanted))).toBe(true);
});

it("does not take a part for the whole where there is no more room", () => {
  const dir = folder();
  writeFileSync(join(dir, "from"), Buffer.alloc(BYTES, "x"));
  writeFileSync(join(dir, "to"), "");
  const program = `
    import { copyBytes } from ${JSON.stringify(join(import.meta.dirname, "copy-bytes.ts"))};
    copyBytes(process.argv[1], { offset: 0, bytes: ${BYTES} }, process.argv[2], 0);
  `;
  // The last piece finds room for a half of it: the system writes that, and says so in a number alone.
  const limitKb = Math.floor(BYTES / 1024) - 512;
  const node = [process.execPath, "--import", "tsx", "--input-type=module", "-e", program];
  const script = `trap '' XFSZ; ulimit -f ${limitKb}; exec "$@"`;
  const args = ["-c", script, "bash", ...node, join(dir, "from"), join(dir, "to")];
  const { status, stderr } = spawnSync("bash", args, { encoding: "utf8" });
  expect(stderr).toContain("EFBIG");
  expect(status).not.toBe(0);
});
