// What is served to Prometheus, by promtool's own judgement; and that the dashboard and the alert rules ask for nothing that is not there.

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiServer } from "../../controller/api/api-server.ts";
import { isInstalled } from "../e2e/installed.ts";
import { tempDir } from "../e2e/rig.ts";
import { serveBusyRig, ZEROS } from "./busy-rig.ts";

const PROMTOOL = isInstalled("promtool", ["--version"], "prometheus");
const RULES = "docs/prometheus/zerorig.rules.yml";
let server: ApiServer;
let url = "";
let scraped = "";

beforeAll(async () => {
  ({ server, url } = await serveBusyRig());
  scraped = await (await fetch(`${url}/metrics`)).text();
});
afterAll(() => server.close());

function promtool(args: readonly string[], input = "") {
  const { status, stdout, stderr } = spawnSync("promtool", args, { input, encoding: "utf8" });
  return { status, text: stdout + stderr };
}

/** The names that are asked for in PromQL. */
function namesIn(text: string): string[] {
  return [...new Set(text.match(/\bzerorig_[a-z_]+/g) ?? [])].sort();
}

/** Those that were scraped with at least one value. */
function served(): string[] {
  const names = scraped
    .split("\n")
    .flatMap((line) => /^(zerorig_[a-z_]+)[ {]/.exec(line)?.[1] ?? []);
  return [...new Set(names)].sort();
}

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { expr: string }[];
  }[];
  readonly templating: { readonly list: readonly { readonly query: string }[] };
}
const dashboard = JSON.parse(readFileSync("docs/grafana/zerorig.json", "utf8")) as Dashboard;
const expressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

describe("what is served", () => {
  it.skipIf(!PROMTOOL)("is what promtool takes without a complaint", () => {
    expect(promtool(["check", "metrics"], scraped)).toEqual({ status: 0, text: "" });
    // It does complain where there is reason to.
    const wrong = scraped.replaceAll("zerorig_slot_hashes_total", "zerorig_slot_hashes");
    expect(promtool(["check", "metrics"], wrong).status).not.toBe(0);
  });

  it("has a series for each of 32 Zeros", () => {
    for (const name of ["slot_state", "slot_temperature_celsius", "slot_energy_joules_total"]) {
      expect(scraped.match(new RegExp(`^zerorig_${name}\\{`, "gm"))).toHaveLength(ZEROS);
    }
  });
});

it("the page lists what is served, and nothing else", () => {
  const inDocs = namesIn(readFileSync("docs/metrics.md", "utf8"));
  expect(inDocs).toEqual(served());
});

describe("the dashboard", () => {
  it("asks for nothing that is not served", () => {
    const asked = namesIn(JSON.stringify(dashboard));
    expect(asked.length).toBeGreaterThan(12);
    expect(served()).toEqual(expect.arrayContaining(asked));
  });

  it.skipIf(!PROMTOOL)("asks in PromQL", () => {
    const rules = expressions.map((expr, index) => ({
      record: `panel:${index}`,
      expr: expr.replaceAll("$instance", ".*"),
    }));
    const file = join(tempDir(), "panels.json");
    writeFileSync(file, JSON.stringify({ groups: [{ name: "panels", rules }] }));
    expect(promtool(["check", "rules", file])).toMatchObject({ status: 0 });
  });
});

describe("the alert rules", () => {
  it("ask for nothing that is not served", () => {
    expect(served()).toEqual(expect.arrayContaining(namesIn(readFileSync(RULES, "utf8"))));
  });

  it.skipIf(!PROMTOOL)("are what promtool takes, and fire when they should", () => {
    expect(promtool(["check", "rules", RULES])).toMatchObject({
      status: 0,
      text: expect.stringContaining("SUCCESS"),
    });
    const up = (state: string) =>
      `zerorig_slot_state{instance="a",slot="p1",state="${state}",why="x"}`;
    const shares = 'zerorig_slot_shares_total{instance="a",slot="p1",verdict="accepted"}';
    const info = 'zerorig_info{instance="a"}';
    const fires = (
      alertname: string,
      series: Record<string, string>,
      at: string,
      labels: (readonly [labels: object, summary: string])[],
    ) => ({
      interval: "1m",
      input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
      alert_rule_test: [
        {
          alertname,
          eval_time: at,
          exp_alerts: labels.map(([exp_labels, summary]) => ({
            exp_labels,
            exp_annotations: { summary },
          })),
        },
      ],
    });
    const rule = (more: object) => ({ severity: "warning", instance: "a", ...more });
    const tests = [
      fires("ZerorigNoShares", { [up("Ready")]: "1x40", [shares]: "5x40" }, "30m", [
        [rule({}), "Zeros of a are up, and no share was accepted for 15 minutes"],
      ]),
      fires("ZerorigNoShares", { [up("Ready")]: "1x40", [shares]: "0+1x40" }, "30m", []),
      fires("ZerorigNoShares", { [up("Off")]: "1x40", [shares]: "5x40" }, "30m", []),
      fires("ZerorigZeroOutOfService", { [up("Fault")]: "1x40" }, "10m", [
        [rule({ slot: "p1", state: "Fault", why: "x" }), "p1 on a is in Fault (x)"],
      ]),
      fires("ZerorigZeroOutOfService", { [up("Fault")]: "1x2 _x30" }, "30m", []),
      fires("ZerorigGone", { [info]: "1x3 _x40" }, "30m", [
        [{ severity: "critical" }, "No rig can be scraped"],
      ]),
      fires("ZerorigGone", { [info]: "1x40" }, "30m", []),
    ];
    const file = join(tempDir(), "tests.json");
    writeFileSync(file, JSON.stringify({ rule_files: [join(process.cwd(), RULES)], tests }));
    const tested = promtool(["test", "rules", file]);
    expect(tested.text).toContain("SUCCESS");
    expect(tested.status).toBe(0);
  });
});
