import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { closeWorkFolder, openWorkFolder } from "./work-folder.ts";

it("is there until it is closed", () => {
  const folder = openWorkFolder(join(tmpdir(), "zr-work-"));
  expect(readdirSync(folder)).toEqual([]);
  closeWorkFolder(folder);
  expect(existsSync(folder)).toBe(false);
});

it.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("is gone after a %s", async (signal, code) => {
  const program = `
    import { writeFileSync } from "node:fs";
    import { closeOnSignals, openWorkFolder } from ${JSON.stringify(join(import.meta.dirname, "work-folder.ts"))};
    closeOnSignals();
    const folder = openWorkFolder(${JSON.stringify(join(tmpdir(), "zr-work-"))});
    writeFileSync(folder + "/p1.key", "secret");
    console.log(folder);
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program]);
  const [folder] = await once(child.stdout.setEncoding("utf8"), "data");
  expect(readdirSync(folder.trim())).toEqual(["p1.key"]);
  child.kill(signal);
  expect(await once(child, "exit")).toEqual([code, null]);
  expect(existsSync(folder.trim())).toBe(false);
});
