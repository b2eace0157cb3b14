// The schedule as people change it: by CLI and HTTP, at once, over a kill of the controller, and back to the file's.

import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { freePort } from "../../controller/cli/demo/free-port.ts";
import type { ScheduleReport } from "../../controller/shell/schedules.ts";
import { run, until, ZERORIG } from "./programs.ts";
import { Rig, tempDir } from "./rig.ts";

const TOKEN = "e2e-token-0123456789abcdef";
const NIGHT = `[schedule.night]
from = "0 22 * * *"
to = "0 6 * * *"
zone = "Europe/Berlin"
watts = 90
outside_watts = 95
`;

it("goes by other windows at once and over a kill, says which field is wrong, and goes back", {
  timeout: 120_000,
}, async () => {
  const port = await freePort();
  const dir = tempDir();
  const token = join(dir, "token");
  writeFileSync(token, `${TOKEN}\n`);
  chmodSync(token, 0o600);
  const http = `[http]\nlisten = "127.0.0.1"\nport = ${port}\ntoken_file = ${JSON.stringify(token)}\n`;
  const rig = await Rig.start({ zeros: 1, edit: (toml) => `${toml}\n${http}${NIGHT}` });
  const cli = (...args: string[]) => run(ZERORIG, [...args, "--socket", rig.paths.controlSocket]);
  const url = `http://127.0.0.1:${port}/api/v1/schedule`;
  const read = async (path = "") => (await fetch(`${url}${path}`)).json();
  await until("the API answers", () =>
    fetch(url).then(
      ({ ok }) => ok,
      () => false,
    ),
  );

  expect(await read("/windows")).toMatchObject({ source: "file", windows: [{ name: "night" }] });
  // Whether this machine's clock is believed depends on the machine.
  const week = (await read("?days=7")) as ScheduleReport;
  const rules = week.intervals.map(({ rule }) => rule);
  expect(new Set(rules)).toEqual(new Set(week.clock_set ? ["night"] : []));
  expect((await cli("schedule")).stdout).toContain("windows: the configuration's");

  const file = join(dir, "windows.toml");
  writeFileSync(file, NIGHT.replace("night", "late").replace("22", "99"));
  const wrong = await cli("schedule", "set", file);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain(`${file}:2:1: \`from\` in [schedule.late]: expected a cron`);
  writeFileSync(file, `${http}${NIGHT}`);
  expect((await cli("schedule", "set", file)).stderr).toContain("only [schedule.NAME] tables");
  writeFileSync(file, NIGHT.replace("night", "late"));
  const set = await cli("schedule", "set", file, "--json", "--reason", "guests");
  expect(JSON.parse(set.stdout)).toMatchObject({ source: "stored", windows: [{ name: "late" }] });

  await rig.kill();
  await rig.restart();
  await until("the API answers again", () =>
    fetch(url).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  expect(await read("/windows")).toMatchObject({
    source: "stored",
    windows: [{ name: "late", watts: 90, outside_watts: 95 }],
    file: [{ name: "night" }],
  });
  const put = await fetch(`${url}/windows`, {
    method: "PUT",
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify({
      windows: [{ name: "x", from: "0 1 * * *", to: "0 2 * * *", watts: 1 }],
    }),
  });
  expect([put.status, await put.json()]).toEqual([
    400,
    {
      ok: false,
      code: "bad-request",
      error: expect.stringMatching(/^windows\[0\]\.zone: expected/),
    },
  ]);
  const back = await cli("schedule", "set", "--reset");
  expect(back.stdout).toContain("windows: the configuration's");
  expect(await read("/windows")).toMatchObject({ source: "file", windows: [{ name: "night" }] });
});
