// What speaks for the rig to the house: MQTT, and alerts. Loaded only where it is configured, and never in the way of the mining.

import { statfs } from "node:fs/promises";
import { hostname } from "node:os";
import type { SlotId } from "../hat/slots.ts";
import { ALERT_KINDS } from "./alerts/alert-kind.ts";
import type { AlertLane, AlertSide } from "./alerts/alert-lane.ts";
import type { Outbox } from "./alerts/outbox.ts";
import type { ControllerConfig } from "./config/config.ts";
import type { RigEvent } from "./core/status.ts";
import type { MqttVoice, VoiceOptions, VoiceSide } from "./mqtt/mqtt-voice.ts";
import { readCertificates } from "./shell/certificates.ts";
import type { ControllerLog } from "./shell/log.ts";
import { readOwnSecret } from "./shell/secret-file.ts";

export interface Voices {
  publish(event: RigEvent): void;
  stop(): Promise<void>;
}

/** What does not change while they speak. */
export interface VoicesAbout {
  readonly version: string;
  readonly board: string;
  readonly slots: readonly SlotId[];
  /** Where the page is found by others; null where it is not. */
  readonly url: string | null;
}

type Side = Omit<VoiceSide, "random" | "log"> & Pick<AlertSide, "news">;
type Log = AlertSide["log"];

/** Begins to speak. Throws a ControllerError for a secret that cannot be read; a receiver that is gone is no error. */
export async function startVoices(
  config: ControllerConfig,
  about: VoicesAbout,
  side: Side,
  { log: logger, hide }: Pick<ControllerLog, "log" | "hide">,
): Promise<Voices> {
  const log: Log = (level, ev, detail) => logger[level]({ ev, ...detail });
  const mqtt = await mqttVoice(config, about, { ...side, random: Math.random, log }, hide);
  const alerts = await alertLane(config, about, { ...side, log, hide }, mqtt);
  await mqtt?.start();
  alerts?.lane.start();
  return {
    publish: (event) => mqtt?.publish(event),
    stop: async () => {
      alerts?.lane.stop();
      for (const outbox of alerts?.outboxes ?? []) outbox.close();
      await mqtt?.stop();
    },
  };
}

async function mqttVoice(
  { mqtt }: ControllerConfig,
  about: VoicesAbout,
  side: VoiceSide,
  hide: ControllerLog["hide"],
): Promise<MqttVoice | null> {
  if (mqtt.url === null) return null;
  const { MqttVoice } = await import("./mqtt/mqtt-voice.ts");
  const { Naming } = await import("./mqtt/naming.ts");
  const id = mqtt.id ?? ownId();
  const options: VoiceOptions = {
    naming: new Naming({ ...mqtt, id }),
    about: { ...about, alertKinds: ALERT_KINDS },
    broker: {
      url: mqtt.url,
      clientId: `zerorig-${id}`,
      user: mqtt.user,
      password: mqtt.passwordFile === null ? null : brokerPassword(mqtt.passwordFile, hide),
      ca: readCertificates(mqtt.caFile, "[mqtt] ca_file"),
    },
    discovery: mqtt.discovery,
    readOnly: mqtt.readOnly,
    everyMs: mqtt.everyMs,
    ceilingForMs: mqtt.ceilingForMs,
  };
  return new MqttVoice(options, side);
}

interface Alerts {
  readonly lane: AlertLane;
  readonly outboxes: readonly Outbox[];
}

/** Null where nobody would hear them. */
async function alertLane(
  config: ControllerConfig,
  { version }: VoicesAbout,
  { log, hide, ...side }: Side & { readonly log: Log; readonly hide: ControllerLog["hide"] },
  mqtt: MqttVoice | null,
): Promise<Alerts | null> {
  const { alerts, stateDir } = config;
  if (alerts.webhookUrl === null && alerts.ntfyUrl === null && mqtt === null) return null;
  const { AlertLane } = await import("./alerts/alert-lane.ts");
  const { Outbox } = await import("./alerts/outbox.ts");
  const { receiversOf, sendPost } = await import("./alerts/receivers.ts");
  const outboxes = receiversOf(config, `zerorig/${version}`, hide).map(
    (receiver) =>
      new Outbox(receiver, { clock: side.clock, send: sendPost, random: Math.random, log }),
  );
  const lane = new AlertLane(
    { ...alerts, rig: config.mqtt.id ?? ownId() },
    {
      clock: side.clock,
      status: () => side.status(),
      diskFree: async () => {
        const { bavail, bsize } = await statfs(stateDir);
        return bavail * bsize;
      },
      news: () => side.news(),
      deliver: (letter) => {
        for (const outbox of outboxes) outbox.put(letter);
        const { kind, state, slot, level, text, at } = letter;
        if (kind !== null && state === "raised") mqtt?.alert(kind, { slot, level, text, at });
      },
      log,
    },
  );
  return { lane, outboxes };
}

/** This computer's name, in the letters that topics and ids may have. */
export function ownId(): string {
  const name = hostname().split(".")[0] ?? "";
  return name.replaceAll(/[^\w-]/g, "_").slice(0, 32) || "zerorig";
}

function brokerPassword(path: string, hide: ControllerLog["hide"]): string {
  const todo = "check [mqtt] password_file; the file holds the password alone, mode 0600";
  const password = readOwnSecret(path, "the broker's password", todo);
  hide(password);
  return password;
}
