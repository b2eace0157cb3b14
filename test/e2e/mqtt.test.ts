// The rig in a house with a real broker (Debian's mosquitto, TLS, a password): what it says of itself, and what it does when asked.

import * as v from "valibot";
import { expect, it } from "vitest";
import { DISCOVERY_TOPIC, deviceDiscovery } from "../home-assistant/schema.ts";
import { isInstalled } from "./installed.ts";
import { type House, Mosquitto } from "./mosquitto.ts";
import { until } from "./programs.ts";
import { Rig } from "./rig.ts";

const STATUS = "zerorig/e2e/status";
const P2 = "zerorig/e2e/p2/state";
const P2_POWER = "zerorig/e2e/p2/power/set";
const ERROR = "zerorig/e2e/error";

async function housed(): Promise<{ rig: Rig; house: House; broker: Mosquitto }> {
  const broker = await Mosquitto.start();
  const house = await broker.client();
  // What an earlier run of this rig left of a slot that is no more.
  await house.say("zerorig/e2e/p9/state", "{}", true);
  await house.say("homeassistant/device/zerorig_e2e_p9/config", "{}", true);
  const section = [
    "[mqtt]",
    `url = "${broker.url}"`,
    `user = "${broker.user}"`,
    `password_file = "${broker.passwordFile}"`,
    `ca_file = "${broker.caFile}"`,
    'id = "e2e"',
    "every_ms = 1000",
  ];
  // What is off stays off over a restart: nothing but a request may change it here.
  const edit = (toml: string) =>
    `${toml.replace('restore = "all-on"', 'restore = "adopt"')}\n${section.join("\n")}\n`;
  const rig = await Rig.start({ zeros: 2, edit });
  await until("the rig is in the house", () => house.now.get(STATUS) === "online");
  await house.say("zerorig/e2e/p1/power/set", "ON");
  await house.say(P2_POWER, "ON");
  return { rig, house, broker };
}

/** Every description that Home Assistant would find now, checked by its rules. */
function descriptions(house: House) {
  const found = [...house.now].filter(([topic]) => topic.startsWith("homeassistant/device/"));
  return found.map(([topic, payload]) => {
    expect(topic).toMatch(DISCOVERY_TOPIC);
    return v.parse(deviceDiscovery, JSON.parse(payload));
  });
}

function errorsAt(house: House): string[] {
  return house.heard
    .filter(({ topic }) => topic === ERROR)
    .map(({ payload }) => JSON.parse(payload).code);
}

const MOSQUITTO = isInstalled("mosquitto", ["-h"], "mosquitto");

it.skipIf(!MOSQUITTO)(
  "describes itself, switches when asked, and is not switched by what a broker kept",
  {
    timeout: 180_000,
  },
  async () => {
    const { rig, house, broker } = await housed();
    await rig.mining();

    const devices = descriptions(house);
    expect(devices.map(({ device }) => device.identifiers)).toEqual(
      expect.arrayContaining([["zerorig_e2e"], ["zerorig_e2e_p1"], ["zerorig_e2e_p2"]]),
    );
    const ids = devices.flatMap(({ components }) =>
      Object.values(components).map(({ unique_id }) => unique_id),
    );
    expect(new Set(ids).size).toBe(ids.length);
    // Whatever an entity reads its value from is there, and has the field.
    for (const { components } of devices) {
      for (const component of Object.values(components)) {
        if (!("value_template" in component) || component.value_template === undefined) continue;
        const field = /^\{\{ value_json\.(\w+) \}\}$/.exec(component.value_template)?.[1] ?? "";
        expect(house.json(component.state_topic ?? "")).toHaveProperty(field);
      }
    }
    // The slot that left is gone, with its device.
    expect([...house.now.keys()].filter((topic) => topic.includes("p9"))).toEqual([]);
    await until("figures are told", () => Number(house.json(P2)?.["hashrate"]) > 0);
    expect(house.json(P2)).toMatchObject({ power: "ON", state: "Ready", problem: "OFF" });

    // Off is told when it was read back, not when it was asked.
    const before = house.heard.length;
    await house.say(P2_POWER, "OFF");
    await until("p2 is told to be off", () => house.json(P2)?.["power"] === "OFF");
    expect((await rig.hat.truth())[1]?.powered).toBe(false);
    const told = house.heard.slice(before).filter(({ topic }) => topic === P2);
    expect(told.map(({ payload }) => JSON.parse(payload).power)).toContain("ON");
    await until("p2 is off", async () => (await rig.slot("p2")).state === "Off");

    // Nonsense is answered, and does nothing.
    await house.say(P2_POWER, "on");
    await house.say("zerorig/e2e/ceiling/set", "-3");
    await house.say("zerorig/e2e/p7/power/set", "ON");
    await until("all three are refused", () => errorsAt(house).length >= 3);
    expect(errorsAt(house).sort()).toEqual(["bad-request", "bad-request", "no-slot"]);

    // Killed without a word: the broker says so. What was retained meanwhile powers nothing.
    await rig.kill();
    await until("the last will is heard", () => house.now.get(STATUS) === "offline");
    await house.say(P2_POWER, "ON", true);
    await rig.restart();
    await until("it is back", () => house.now.get(STATUS) === "online");
    await until("the retained command is refused", () => errorsAt(house).includes("retained"));
    await rig.minesOn("p1");
    expect((await rig.hat.truth())[1]).toMatchObject({ powered: false });
    expect(await rig.slot("p2")).toMatchObject({ state: "Off", wanted: "off" });
    await house.say(P2_POWER, "", true);

    // What keeps a switch waiting is told; a live ON is done when it may be.
    await house.say("zerorig/e2e/p2/mode/set", "maintenance");
    await until("it is held", () => house.json(P2)?.["mode"] === "maintenance");
    await house.say(P2_POWER, "ON");
    await until("it is told to wait", () => errorsAt(house).includes("waits"));
    expect((await rig.hat.truth())[1]).toMatchObject({ powered: false });
    await house.say("zerorig/e2e/p2/mode/set", "active");
    await until("p2 has power", async () => (await rig.hat.truth())[1]?.powered === true);
    await until("p2 is told to be on", () => house.json(P2)?.["power"] === "ON");

    await house.say("zerorig/e2e/ceiling/set", "8.5");
    await until("the ceiling is asked for", () => {
      return house.json("zerorig/e2e/state")?.["ceiling_asked"] === 8.5;
    });
    expect((await rig.status()).power.external?.source).toBe("mqtt");

    // The broker forgets everything and comes back: all of it is there again.
    await broker.stop();
    house.now.clear();
    await broker.run();
    await until("everything is told again", () => descriptions(house).length === 3);
    await until("and that it is here", () => house.now.get(STATUS) === "online");
    // Home Assistant starts: it is told once more.
    const config = "homeassistant/device/zerorig_e2e_p1/config";
    await house.say(config, "", true);
    await until("it is gone", () => !house.now.has(config));
    await house.say("homeassistant/status", "online");
    await until("it is described again", () => house.now.has(config));

    await rig.stop();
    await until("it said goodbye", () => house.now.get(STATUS) === "offline");
    expect((await rig.hat.truth()).map(({ powered }) => powered)).toEqual([true, true]);
  },
);
