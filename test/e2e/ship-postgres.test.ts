// Shares on their way to a real PostgreSQL, which crashes, while the controller is killed: all arrive, each once.

import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { Postgres } from "./postgres.ts";
import { until } from "./programs.ts";
import { Rig } from "./rig.ts";

interface Row {
  readonly id: number;
  readonly outcome: string;
}

const ARRIVED = "SELECT id::float8 AS id, outcome FROM zerorig_shares ORDER BY id";
const SETTLED = "SELECT id, outcome FROM shares WHERE outcome IS NOT NULL ORDER BY id";

it("keeps every share over a dead store and a killed controller, and mines on", {
  timeout: 180_000,
}, async () => {
  const store = await Postgres.start();
  const section = `\n[ship]\nurl = "${store.url}"\npassword_file = "${store.passwordFile}"\nevery_ms = 1000\n`;
  const rig = await Rig.start({ zeros: 2, edit: (toml) => toml + section });
  await rig.mining();
  await until(
    "shares arrive",
    async () => (await store.query<Row>(ARRIVED).catch(() => [])).length > 3,
  );

  await store.crash();
  await rig.minesOn();
  await until("it says so", () => rig.events().some(({ ev }) => ev === "ship.failed"));
  expect(rig.controller.out()).not.toContain(store.password);
  await rig.kill();
  await rig.restart();
  await rig.minesOn();
  await store.run();
  await until("it is back", () => rig.events().some(({ ev }) => ev === "ship.back"));
  await rig.minesOn();
  await until("all are there", async () => {
    const last = rig.query<Row>(SETTLED).at(-1)?.id ?? 0;
    return (await store.query<Row>(ARRIVED)).some(({ id }) => id === last);
  });

  // What it does not know to have arrived it sends again: they are the same ones.
  await rig.stop();
  const db = new Database(join(rig.paths.stateDir, "zerorig.sqlite"));
  db.exec("DELETE FROM ship WHERE name LIKE 'postgres:%'");
  db.close();
  await rig.restart();
  await until("all are there, once", async () => {
    const [arrived, settled] = [await store.query<Row>(ARRIVED), rig.query<Row>(SETTLED)];
    return settled.length > 0 && JSON.stringify(arrived) === JSON.stringify(settled);
  });
  const [row] = await store.query("SELECT * FROM zerorig_shares LIMIT 1");
  expect(row).toMatchObject({
    rig: expect.stringMatching(/^[0-9a-f-]{36}$/),
    name: expect.any(String),
    at: expect.any(Date),
    seat: expect.stringMatching(/^p[12]$/),
  });
});
