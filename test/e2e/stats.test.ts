// Statistics and history of a rig of real processes: over HTTP and by the CLI, over a kill of the controller, and with no controller.

import { expect, it } from "vitest";
import { ask } from "../../controller/cli/control-client.ts";
import { freePort } from "../../controller/cli/demo/free-port.ts";
import type { StatsChart, StatsSummary } from "../../controller/stats/answers.ts";
import type { History } from "../../controller/stats/history.ts";
import { run, until, ZERORIG } from "./programs.ts";
import { Rig } from "./rig.ts";

it("counts what the pool counts, tells of a fence, and loses nothing to a kill", {
  timeout: 120_000,
}, async () => {
  const port = await freePort();
  const section = `\n[http]\nlisten = "127.0.0.1"\nport = ${port}\n`;
  const rig = await Rig.start({ zeros: 2, edit: (toml) => toml + section });
  const get = async (path: string) =>
    (await fetch(`http://127.0.0.1:${port}/api/v1/${path}`)).json();
  await rig.mining();

  const averages = await until("shares of both are in the averages", async () => {
    const { series } = (await get("stats/averages")) as StatsSummary;
    return (series["p1"]?.all.accepted ?? 0) > 2 && (series["p2"]?.all.accepted ?? 0) > 2 && series;
  });
  const all = averages["rig"]?.all;
  expect(all?.hashes).toBe((averages["p1"]?.all.hashes ?? 0) + (averages["p2"]?.all.hashes ?? 0));
  expect(averages["p1"]?.["1m"].hashes_per_second).toBeGreaterThan(10_000);
  expect(all).toMatchObject({ energy_source: "modelled", rejected: 0 });
  const chart = (await get("stats?of=p1&range=1h")) as StatsChart;
  expect(chart.points.length).toBe(60);
  // The last point is the minute that runs: it may have begun this very moment.
  const latest = chart.points.slice(-2).reduce((sum, { hashes }) => sum + hashes, 0);
  expect(latest).toBeGreaterThan(10_000);
  const { events } = (await get("history?kind=power")) as History;
  expect(events.map(({ ev, slot }) => `${ev} ${slot}`)).toContain("power.on p1");

  await rig.kill();
  await rig.restart();
  await rig.minesOn();
  await until("hashes of this run are counted", async () => {
    const { stats } = await ask(rig.paths.controlSocket, { verb: "stats" });
    return (stats.series["p1"]?.["1m"].hashes ?? 0) > 0;
  });
  const { controlSocket: socket, controllerToml: config } = rig.paths;
  const zerorig = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(ZERORIG, [
      ...args,
      ...["--socket", socket],
      ...(args.includes("--config") ? [] : ["--config", config]),
    ]);
    return { code, out: stdout, err: stderr };
  };
  const sumOf = (text: string) =>
    text
      .trim()
      .split("\n")
      .slice(1)
      .reduce((sum, line) => sum + Number(line.split(",")[4]), 0);

  const table = await zerorig("stats");
  expect(table.out).toMatch(/^rig +[\d.]+ [kM]H\/s/m);
  expect(table.out).toMatch(/^p2 +\d+ +\d+\/0 +~\d/m);
  expect(table.out).not.toContain("▁");
  expect(await zerorig("stats", "p7")).toMatchObject({ code: 3, out: "" });
  const csv = await zerorig("stats", "export", "p1", "--step", "1s");
  expect(csv.out.split("\n")[0]).toMatch(/^of,at,hashes_per_second,hashes,accepted,/);
  expect(sumOf(csv.out)).toBeGreaterThan(2);
  const json = await zerorig("stats", "export", "--format", "json", "--step", "1m");
  const rows: { readonly of: string; readonly hashes: number }[] = JSON.parse(json.out);
  expect(new Set(rows.map(({ of }) => of))).toEqual(new Set(["rig", "p1", "p2"]));
  const history = await zerorig("history", "--kind", "power", "-n", "3", "--slot", "p2");
  expect(history.out).toMatch(/^power +[\d:]+ \|p2 \| power\.on/m);

  // Without a controller the same comes out of its files.
  await rig.stop();
  const cold = await zerorig("stats", "export", "p1", "--step", "1h");
  expect(cold).toMatchObject({ code: 0, err: expect.stringContaining("reading its files") });
  // Of both runs, the killed one among them: what the pool accepted is counted, once.
  const kept = rig.query<{ n: number }>("SELECT accepted AS n FROM share_totals WHERE seat = 'p1'");
  expect(sumOf(cold.out)).toBe(kept[0]?.n);
  const past = await zerorig("history", "--json", "--kind", "other", "--since", "1h");
  expect(JSON.parse(past.out).events[0]).toMatchObject({
    ev: "controller.stopping",
    kind: "other",
  });
  expect(await zerorig("stats", "--config", "/nowhere.toml")).toMatchObject({ code: 5, out: "" });
});
