import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { eventually } from "../../test/contract/eventually.ts";
import { type Bundle, bundleHatctl, testBoard } from "./testing/hatctl.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let bundle: Bundle;
beforeAll(async () => {
  bundle = await bundleHatctl();
});
afterAll(() => bundle.remove());

it.each([
  [["--json"], /"type":"line","slot":"p2","before":"off","after":"on"\}\n/],
  [[], /^\S+Z p2 line off -> on\n/m],
])(
  "watch prints a line for each change, and ends well when it is stopped (%j)",
  async (flags, line) => {
    const board = await testBoard(bundle);
    await board.run("init");
    const env = { ...process.env, ZERORIG_BOARD: `virtual:${board.socketPath}` };
    const child = spawn(process.execPath, [bundle.path, "watch", "--every", "50ms", ...flags], {
      env,
    });
    let said = "";
    child.stdout.on("data", (text: Buffer) => {
      said += text.toString();
    });
    await eventually(() => expect(said).toMatch(/p1/));
    await board.run("on", "p2");
    await eventually(() => expect(said).toMatch(line));
    await eventually(() =>
      expect(said).toMatch(flags.length > 0 ? /"after":"present"/ : /p2 USB absent -> present/),
    );
    child.kill("SIGINT");
    expect((await once(child, "exit"))[0]).toBe(0);
  },
);
