// Programs that know servers, at a rig of real processes: the fence agent for Redfish of Debian's fence-agents, OpenStack's client
// (python3-sushy), and what MAAS's webhook driver does.

import { execFile } from "node:child_process";
import { expect, it } from "vitest";
import { isInstalled } from "./installed.ts";
import { until } from "./programs.ts";
import { served, TOKEN } from "./served-rig.ts";
import { tlsProxy } from "./tls-proxy.ts";

const FENCE = isInstalled("fence_redfish", ["--version"], "fence-agents");
const SUSHY = isInstalled("/usr/bin/python3", ["-c", "import sushy"], "python3-sushy");

interface Ran {
  readonly code: number;
  readonly text: string;
}

/** Without holding up the proxy, which is in this process. */
function run(program: string, args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: 60_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, text: stdout + stderr });
    });
  });
}

const SUSHY_SCRIPT = `
import sys, sushy
from sushy import auth
root = sushy.Sushy(sys.argv[1], auth=auth.BasicAuth("zerorig", sys.argv[2]))
systems = root.get_system_collection()
print(",".join(system.identity for system in systems.get_members()))
p2 = root.get_system("/redfish/v1/Systems/p2")
print(p2.power_state.name, sorted(reset.name for reset in p2.get_allowed_reset_system_values()))
p2.reset_system(sushy.RESET_FORCE_OFF)
chassis = root.get_chassis_collection().get_members()[0]
print(chassis.power_state.name, chassis.power.json["PowerControl"][0]["PowerConsumedWatts"] > 0)
`;

it.skipIf(!FENCE)(
  "fence_redfish tells, cuts and restores power",
  { timeout: 180_000 },
  async () => {
    const { rig, port } = await served();
    await rig.mining();
    const proxy = await tlsProxy(port);
    const fence = (action: string, slot: string, password = TOKEN) =>
      run("fence_redfish", [
        ...["--ip", "127.0.0.1", "--ipport", String(proxy), "--ssl-insecure"],
        ...["--username", "anyone", "--password", password, "--action", action],
        ...["--systems-uri", `/redfish/v1/Systems/${slot}`, "--power-timeout", "40"],
      ]);
    expect(await fence("status", "p2")).toMatchObject({ code: 0, text: "Status: ON\n" });
    expect(await fence("off", "p2")).toMatchObject({ code: 0 });
    // It said that it was off, so it was.
    expect((await rig.hat.truth())[1]).toMatchObject({ powered: false });
    expect(await fence("status", "p2")).toMatchObject({ code: 2, text: "Status: OFF\n" });
    expect(await fence("on", "p2")).toMatchObject({ code: 0 });
    expect((await rig.hat.truth())[1]).toMatchObject({ powered: true });
    await rig.mining();
    const { boots } = await rig.slot("p1");
    expect(await fence("reboot", "p1")).toMatchObject({ code: 0 });
    await until("p1 is back", async () => {
      const slot = await rig.slot("p1");
      return slot.state === "Ready" && slot.boots > boots;
    });
    const wrong = await fence("off", "p2", "wrong-password");
    expect(wrong.code).not.toBe(0);
    expect((await rig.hat.truth())[1]).toMatchObject({ powered: true });
  },
);

it.skipIf(!SUSHY)("sushy walks the tree and switches", { timeout: 120_000 }, async () => {
  const { rig, url } = await served();
  await rig.mining();
  const { code, text } = await run("/usr/bin/python3", ["-c", SUSHY_SCRIPT, url, TOKEN]);
  expect(text).not.toContain("Error");
  expect(text.split("\n").slice(0, 3)).toEqual([
    "p1,p2",
    "ON ['FORCE_OFF', 'FORCE_RESTART', 'GRACEFUL_RESTART', 'GRACEFUL_SHUTDOWN', 'ON', 'POWER_CYCLE']",
    "ON True",
  ]);
  expect(code).toBe(0);
  await until("p2 is off", async () => (await rig.slot("p2")).state === "Off");
});

it("MAAS's webhook driver finds what it looks for", { timeout: 120_000 }, async () => {
  const { rig, url } = await served();
  await rig.mining();
  const headers = {
    "user-agent": "MAAS 3.5",
    accept: "application/json",
    system_id: "abc123",
    authorization: `Bearer ${TOKEN}`,
  };
  const query = async () => {
    const text = await (await fetch(`${url}/maas/p2/query`, { headers })).text();
    // The driver's default patterns, in its order.
    if (/status.*:.*running/.test(text)) return "on";
    return /status.*:.*stopped/.test(text) ? "off" : "unknown";
  };
  const ask = (verb: string, more: object = {}) =>
    fetch(`${url}/maas/p2/${verb}`, { method: "POST", headers: { ...headers, ...more } });
  expect(await query()).toBe("on");
  expect((await ask("off", { authorization: "Bearer wrong" })).status).toBe(401);
  expect((await ask("off")).status).toBe(200);
  await until("MAAS sees it off", async () => (await query()) === "off");
  expect((await rig.hat.truth())[1]).toMatchObject({ powered: false });
  const basic = Buffer.from(`maas:${TOKEN}`).toString("base64");
  expect((await ask("on", { authorization: `Basic ${basic}` })).status).toBe(200);
  await until("MAAS sees it on", async () => (await query()) === "on");
  await rig.mining();
});
