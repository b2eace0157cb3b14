// Secrets that systemd hands over, in place of files that only root may read.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readSecret, secretFault } from "./secret-file.ts";

function handedOver(name: string, text: string): NodeJS.ProcessEnv {
  const dir = mkdtempSync(join(tmpdir(), "zr-secret-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  writeFileSync(join(dir, name), text, { mode: 0o440 });
  return { CREDENTIALS_DIRECTORY: dir };
}

test("what was handed over comes before the file, and is nobody else's to read", () => {
  const env = handedOver("token", "s3cret\n");
  const secret = readSecret("/etc/zerorig/token", "the token", "", env);
  expect(secret).toEqual({ text: "s3cret", isExposed: false });
});

test.each([
  ["a dash stands for none", "/etc/zerorig/token", handedOver.bind(null, "token", "-")],
  ["a file elsewhere is meant itself", "/nowhere/token", handedOver.bind(null, "token", "s3cret")],
  ["another name is not handed over", "/etc/zerorig/token", handedOver.bind(null, "key", "s3cret")],
  ["nobody hands over", "/etc/zerorig/token", () => ({})],
])("%s", (_, path, env) => {
  expect(() => readSecret(path, "the token", "", env())).toThrow(`cannot read the token ${path}`);
});

test.each([
  ["ENOENT", "make one"],
  ["EACCES", expect.stringMatching(/let the user .* read it/)],
])("what to do goes with the cause: %s", (code, todo) => {
  const error = Object.assign(new Error(code), { code });
  expect(secretFault("/x", "the token", "make one", error)).toMatchObject({ todo });
});
