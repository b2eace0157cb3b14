// The keys of [mqtt]: the rig in Home Assistant, and wherever else MQTT is read.

import { key, optional, section } from "./key.ts";
import { absolutePath, milliseconds, text, trueOrFalse } from "./kind.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What a topic is made of, without the letters that mean more than themselves. */
const topic = text("a topic of letters, digits, '_', '-' and '/'", (value) =>
  /^[\w-]{1,64}(\/[\w-]{1,64}){0,4}$/.test(value),
);

/** User and password have keys of their own: a URL is shown in logs. */
function isBrokerUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, username, password, pathname, search, hash } = new URL(value);
  const isBare = username + password + search + hash === "" && /^\/?$/.test(pathname);
  return isBare && hostname !== "" && (protocol === "mqtt:" || protocol === "mqtts:");
}

export const MQTT = section(
  "MQTT, and Home Assistant over it. Whoever may publish at the broker may switch power.",
  {
    url: optional(
      text(
        'a broker such as "mqtt://192.0.2.2:1883" or "mqtts://broker.example:8883"',
        isBrokerUrl,
      ),
      "mqtts://broker.example:8883",
      "The broker; without it MQTT is not spoken.",
    ),
    user: optional(
      text("a user name of 1 to 64 characters", (value) => /^[\x21-\x7e]{1,64}$/.test(value)),
      "zerorig",
      "The user at the broker.",
    ),
    password_file: optional(
      absolutePath("a file"),
      "/etc/zerorig/mqtt.password",
      "Holds that user's password alone, mode 0600.",
    ),
    ca_file: optional(
      absolutePath("a file"),
      "/etc/zerorig/mqtt-ca.pem",
      "The certificates to trust for mqtts://, in place of the system's.",
    ),
    id: optional(
      text("1 to 32 letters, digits, '_' or '-'", (value) => /^[\w-]{1,32}$/.test(value)),
      "attic",
      "Tells this rig from others in topics and ids; this computer's name if left out. A new one makes new devices.",
    ),
    topic_prefix: key(topic, "zerorig", "The first part of every topic."),
    discovery: key(trueOrFalse, true, "Describe the Zeros and the rig to Home Assistant."),
    discovery_prefix: key(topic, "homeassistant", "Where Home Assistant looks for devices."),
    read_only: key(trueOrFalse, false, "Nothing can be asked over MQTT."),
    every_ms: key(
      milliseconds(1000, HOUR_MS),
      10_000,
      "Figures are told at most so often; what is switched, and trouble, within a second.",
    ),
    ceiling_for_ms: key(
      milliseconds(10_000, 30 * DAY_MS),
      DAY_MS,
      "How long a ceiling asked for over MQTT holds unless it is told again.",
    ),
  },
);
