// The connection to a real broker: refused, lost, and with a broker that takes nothing any more.

import { readFileSync } from "node:fs";
import { expect, it, onTestFinished } from "vitest";
import { BrokerLink } from "../../controller/mqtt/broker-link.ts";
import { type Clock, systemClock } from "../../controller/shell/clock.ts";
import { isInstalled } from "./installed.ts";
import { Mosquitto } from "./mosquitto.ts";
import { until } from "./programs.ts";

const MOSQUITTO = isInstalled("mosquitto", ["-h"], "mosquitto");

function linkTo(broker: Mosquitto, password: string, random = 0) {
  const told: string[] = [];
  const pauses: number[] = [];
  // As asked for, but a thousand times as fast.
  const clock: Clock = {
    ...systemClock,
    after: (ms, callback) => {
      pauses.push(ms);
      return systemClock.after(ms / 1000, callback);
    },
  };
  const link = new BrokerLink(
    {
      url: broker.url,
      clientId: "zerorig-test",
      user: broker.user,
      password,
      ca: readFileSync(broker.caFile, "utf8"),
      will: { topic: "test/status", payload: "offline" },
      subscriptions: ["test/+/set"],
    },
    {
      clock,
      random: () => random,
      up: () => told.push("up"),
      down: (why) => told.push(`down: ${why}`),
      heard: (topic, payload, isRetained) => told.push(`${topic} ${payload} ${isRetained}`),
    },
  );
  onTestFinished(() => link.close());
  return { link, told, pauses };
}

it.skipIf(!MOSQUITTO)(
  "tells once that it is refused, and tries again after longer and longer pauses",
  async () => {
    const broker = await Mosquitto.start();
    const { link, told, pauses } = linkTo(broker, "wrong");
    await link.open();
    await until("it tried often", () => pauses.length >= 9);
    expect(told).toEqual([expect.stringMatching(/^down: .*(?:authori[sz]ed|user name)/i)]);
    expect(pauses.slice(0, 9)).toEqual([
      500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
    ]);
    expect(link.publish("test/x", "y", true)).toBe(false);
  },
);

it.skipIf(!MOSQUITTO)(
  "hears, comes back, and takes no more than can be confirmed",
  {
    timeout: 120_000,
  },
  async () => {
    const broker = await Mosquitto.start();
    const { link, told } = linkTo(broker, readFileSync(broker.passwordFile, "utf8").trim(), 1);
    await link.open();
    await until("it is up", () => told.includes("up"));
    const house = await broker.client();
    await house.say("test/kept/set", "old", true);
    await house.say("test/p1/set", "ON");
    await until("it is heard", () => told.includes("test/p1/set ON false"));
    // No word of ours is as long: the rest is not looked at.
    await house.say("test/p2/set", "x".repeat(100_000));
    const long = `test/p2/set ${"x".repeat(1024)} false`;
    await until("a part of it is heard", () => told.includes(long));
    expect(link.publish("test/state", "well", true)).toBe(true);
    await until("it is told", () => house.now.get("test/state") === "well");

    await broker.stop();
    await until("it knows", () => told.at(-1)?.startsWith("down") === true);
    expect(link.isUp).toBe(false);
    await broker.run();
    await until("it is up again", () => told.at(-1) === "up");
    // Retained: it may be said before its subscription is taken up again.
    await house.say("test/house", "back", true);
    await until("the house is too", () => house.now.has("test/house"));

    broker.freeze();
    const taken = Array.from({ length: 300 }, (_, index) =>
      link.publish("test/n", `${index}`, false),
    );
    expect(taken.filter((each) => each)).toHaveLength(100);
    broker.thaw();
    await until("the last that was taken arrives", () => house.now.get("test/n") === "99");
    await until("there is room again", () => link.publish("test/n", "again", false));

    await link.close();
    await until("it said goodbye", () => house.now.get("test/status") === "offline");
  },
);
