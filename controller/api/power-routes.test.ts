import { fastify } from "fastify";
import { describe, expect, it } from "vitest";
import { NOTHING_REMEMBERED } from "../core/memory.ts";
import { DEFAULT_POLICY } from "../core/policy.ts";
import type { Phase, Slot } from "../core/slot.ts";
import { initialState } from "../core/state.ts";
import { view } from "../core/view.ts";
import type { ActRequest, ControlReply } from "../shell/control-protocol.ts";
import { handClock } from "../shell/hand-clock.ts";
import { Door } from "./door.ts";
import { addPowerRoutes } from "./power-routes.ts";
import { powerOfSlot } from "./slot-power.ts";
import { Visitors } from "./visitors.ts";

const TOKEN = "a-token-of-the-test-0123456789";
const basic = (password: string) => ({
  authorization: `Basic ${Buffer.from(`any:${password}`).toString("base64")}`,
});
const KEYED = { "x-auth-token": TOKEN };

function serve(more: { token?: string | null; readOnly?: boolean; refuses?: ControlReply } = {}) {
  const { token = TOKEN, readOnly = false, refuses } = more;
  const shape = { slots: ["p1", "p2"], hostWorkers: 0 } as const;
  const state = initialState(shape, DEFAULT_POLICY, NOTHING_REMEMBERED, 0);
  const asked: ActRequest[] = [];
  const locked: string[] = [];
  const server = fastify();
  const clock = handClock();
  addPowerRoutes(server, {
    version: "1.2.3",
    door: new Door({ token, readOnly }, new Visitors(clock), (address) => locked.push(address)),
    seen: () => {
      const slots = state.slots.map((slot) => ({ ...slot, phase: "Ready", line: "on" }) as Slot);
      const rig = { ...state, slots };
      return { rig, status: view(rig, { version: "1.2.3", board: "a board" }, 5000) };
    },
    act: async (request) => {
      asked.push(request);
      return refuses ?? ({ ok: true } as ControlReply);
    },
  });
  const get = async (url: string, headers = {}) => {
    const { statusCode, body } = await server.inject({ method: "GET", url, headers });
    return { statusCode, ...JSON.parse(body) };
  };
  const reset = async (
    ResetType: unknown,
    headers: Readonly<Record<string, string>> = KEYED,
    slot = "p1",
  ) => {
    const url = `/redfish/v1/Systems/${slot}/Actions/ComputerSystem.Reset`;
    return await server.inject({ method: "POST", url, headers, payload: { ResetType } });
  };
  return { server, get, reset, asked, locked, clock };
}

describe("the Redfish-shaped tree", () => {
  it("leads from its root to each slot and to the watts, and each link says where it is", async () => {
    const { get } = serve();
    expect(await get("/redfish")).toMatchObject({ v1: "/redfish/v1/" });
    const seen = new Set<string>();
    const walk = async (url: string) => {
      if (seen.has(url) || url.includes("#")) return;
      seen.add(url);
      const found = await get(url);
      expect([url, found.statusCode]).toEqual([url, 200]);
      expect(found["@odata.id"]).toBe(url);
      expect(found["@odata.type"]).toMatch(/^#\w+\.\w+/);
      expect(found.Name).not.toBe("");
      for (const link of JSON.stringify(found).matchAll(/"@odata\.id":"([^"]+)"/g)) {
        await walk(link[1] ?? "");
      }
    };
    await walk("/redfish/v1/");
    expect([...seen].sort()).toEqual([
      "/redfish/v1/",
      "/redfish/v1/Chassis",
      "/redfish/v1/Chassis/rig",
      "/redfish/v1/Chassis/rig/EnvironmentMetrics",
      "/redfish/v1/Chassis/rig/Power",
      "/redfish/v1/Systems",
      "/redfish/v1/Systems/p1",
      "/redfish/v1/Systems/p2",
    ]);
    expect(await get("/redfish/v1/Systems/p1")).toMatchObject({ Id: "p1", PowerState: "On" });
    expect(await get("/redfish/v1/Systems/p9")).toMatchObject({ statusCode: 404 });
  });

  it.each([
    ["On", { verb: "on" }],
    ["ForceOff", { verb: "off", hard: true }],
    ["GracefulShutdown", { verb: "off", hard: false }],
    ["GracefulRestart", { verb: "cycle", hard: false }],
    ["ForceRestart", { verb: "cycle", hard: true }],
    ["PowerCycle", { verb: "cycle", hard: true }],
  ])("%s is the request that it names", async (type, request) => {
    const { reset, asked } = serve();
    expect(await reset(type)).toMatchObject({ statusCode: 204, body: "" });
    expect(asked).toEqual([{ ...request, slots: ["p1"], reason: `Redfish ${type}` }]);
  });

  it.each(["Nmi", "constructor", null, 5])("%s is refused", async (type) => {
    const { reset, asked } = serve();
    const { statusCode, body } = await reset(type);
    expect(statusCode).toBe(400);
    expect(JSON.parse(body).error.message).toContain("expected one of On, ForceOff");
    expect(asked).toEqual([]);
  });

  it("hands on what the rig refuses", async () => {
    const { reset } = serve({ refuses: { ok: false, code: "no-slot", error: "no p9" } });
    expect(await reset("On", KEYED, "p9")).toMatchObject({ statusCode: 404 });
    const { reset: other } = serve({ refuses: { ok: false, code: "else", error: "no" } });
    expect(await other("On")).toMatchObject({ statusCode: 409 });
  });
});

describe("the token", () => {
  it.each([
    ["Bearer", { authorization: `Bearer ${TOKEN}` }],
    ["Basic, of any user", basic(TOKEN)],
    ["X-Auth-Token", KEYED],
  ])("is taken as %s", async (_, headers) => {
    const { reset, server } = serve();
    expect(await reset("On", headers)).toMatchObject({ statusCode: 204 });
    const maas = await server.inject({ method: "POST", url: "/maas/p1/on", headers });
    expect(maas.statusCode).toBe(200);
  });

  it("is needed to switch, not to read; a wrong one is refused for both", async () => {
    const { reset, get, asked } = serve();
    expect(await reset("On", {})).toMatchObject({ statusCode: 401 });
    expect(await reset("On", basic("wrong"))).toMatchObject({ statusCode: 401 });
    expect(await get("/redfish/v1/Systems/p1", basic("wrong"))).toMatchObject({ statusCode: 401 });
    expect(await get("/maas/p1/query", basic("wrong"))).toMatchObject({ statusCode: 401 });
    expect(await get("/redfish/v1/Systems/p1")).toMatchObject({ statusCode: 200 });
    expect(await get("/maas/p1/query", basic(TOKEN))).toMatchObject({ status: "running" });
    expect(asked).toEqual([]);
  });

  it("cannot be guessed by reading either", async () => {
    const { get, reset, locked, clock } = serve();
    for (let count = 0; count < 5; count++) await get("/redfish/v1", basic("guess"));
    expect(locked).toEqual(["127.0.0.1"]);
    expect(await get("/redfish/v1", basic(TOKEN))).toMatchObject({ statusCode: 429 });
    expect(await reset("On")).toMatchObject({ statusCode: 429 });
    await clock.pass(60_000);
    expect(await reset("On")).toMatchObject({ statusCode: 204 });
  });

  it("switches nothing where nothing may be changed", async () => {
    for (const more of [{ readOnly: true }, { token: null }]) {
      const { reset, server, asked } = serve(more);
      expect(await reset("On")).toMatchObject({ statusCode: 403 });
      const maas = await server.inject({ method: "POST", url: "/maas/p1/off", headers: KEYED });
      expect(maas.statusCode).toBe(403);
      expect(asked).toEqual([]);
    }
  });
});

it("MAAS asks for a soft off, and of slots that are there", async () => {
  const { server, get, asked } = serve();
  for (const verb of ["on", "off"]) {
    await server.inject({ method: "POST", url: `/maas/p2/${verb}`, headers: KEYED });
  }
  expect(asked).toEqual([
    { verb: "on", slots: ["p2"], reason: "MAAS power on" },
    { verb: "off", slots: ["p2"], hard: false, reason: "MAAS power off" },
  ]);
  expect(await get("/maas/p9/query")).toMatchObject({ statusCode: 404 });
});

it("off is only what was proved off", () => {
  const of = (phase: Phase, line: Slot["line"]) => powerOfSlot({ phase, line });
  expect(of("Off", "off")).toBe("Off");
  expect(of("Quarantined", "off")).toBe("Off");
  expect(of("PoweringOff", "off")).toBe("PoweringOff");
  expect(of("PoweringOn", "on")).toBe("PoweringOn");
  // The line reads low and the Zero is on USB all the same.
  expect(of("Fault", "off")).toBeNull();
  expect(of("Unknown", "unknown")).toBeNull();
  expect(of("Fault", "on")).toBe("On");
  expect(of("Ready", "on")).toBe("On");
});
