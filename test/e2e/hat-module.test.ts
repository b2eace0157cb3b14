// `zerorig/hat` as another program sees it: installed under node_modules, typed, with the example that blinks the alert LED.

import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../contract/eventually.ts";
import { HATCTL, run, start } from "./programs.ts";

const ROOT = resolve(import.meta.dirname, "../..");
let folder = "";
let board = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hat-module-"));
  await mkdir(join(folder, "node_modules"));
  await symlink(ROOT, join(folder, "node_modules/zerorig"));
  await symlink(join(ROOT, "node_modules/@types"), join(folder, "node_modules/@types"));
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  const socket = join(folder, "hat.sock");
  board = `virtual:${socket}`;
  const virtual = start(HATCTL, ["virtual", "--socket", socket]);
  await eventually(async () => expect(virtual.out()).toContain('"ready":true'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The written program, run with Node as it is. */
async function program(name: string, text: string, ...args: string[]) {
  await writeFile(join(folder, name), text);
  return await run(join(folder, name), args);
}

it("runs the example, which says what to do where there is no board", async () => {
  const text = await readFile(join(ROOT, "hat/example/blink.mjs"), "utf8");
  // The LED of a board that nobody set up yet stays dark.
  expect(await program("blink.mjs", text, board)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("switch one first"),
  });
  expect(await run(HATCTL, ["--board", board, "off", "p1"])).toMatchObject({ code: 0 });
  expect(await program("blink.mjs", text, board)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("blinked 5 times: virtual ClusterHAT v2.3"),
  });
  expect(await program("blink.mjs", text, "virtual:/nowhere")).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^no-board: .*hatctl virtual --socket/),
  });
});

it("tells what another program switches", async () => {
  await writeFile(
    join(folder, "watch.mjs"),
    `import { openBoard, watchBoard } from "zerorig/hat";
     const board = await openBoard({ board: process.argv[2] });
     for await (const event of watchBoard(board, { everyMs: 50 })) {
       process.stdout.write(JSON.stringify(event) + "\\n");
       if (event.type === "line") break;
     }
     await board.close();`,
  );
  const watcher = start(join(folder, "watch.mjs"), [board]);
  await eventually(async () => expect(watcher.out()).toContain('"type":"reading"'));
  await run(HATCTL, ["--board", board, "on", "p2"]);
  const { code, stdout } = await watcher.ended;
  expect(code).toBe(0);
  expect(stdout).toContain('{"type":"line","slot":"p2","before":"off","after":"on"}');
});

it("is typed: right calls compile, wrong ones do not", async () => {
  await writeFile(
    join(folder, "typed.mts"),
    `import { type BoardEvent, type Line, openBoard, type SlotId, watchBoard } from "zerorig/hat";
     const board = await openBoard({ board: "auto" });
     const slot: SlotId = "p1";
     const line: Line = (await board.setPower(slot, "on")).line;
     for await (const event of watchBoard(board)) {
       const told: BoardEvent = event;
       if (told.type === "under-voltage") await board.setSwitch("alert", told.low === true);
     }
     // @ts-expect-error: a line is on or off
     await board.setPower(slot, "perhaps");
     // @ts-expect-error: no such slot name
     await board.setPower("slot1", line);`,
  );
  const strict = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2023"];
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, ...strict, "--types", "node", "typed.mts"], { cwd: folder });
});
