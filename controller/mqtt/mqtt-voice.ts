// The rig's voice over MQTT: describes itself, tells what changes, and hands on what is asked of it.

import { isSlotId, type SlotId } from "../../hat/slots.ts";
import type { RigState } from "../core/state.ts";
import type { RigEvent, RigStatus } from "../core/status.ts";
import type { OnHindrance } from "../core/why.ts";
import type { Clock } from "../shell/clock.ts";
import type { ActRequest, ControlReply } from "../shell/control-protocol.ts";
import { askedBy } from "./asked.ts";
import { BrokerLink, type BrokerOptions } from "./broker-link.ts";
import { type About, rigDevice, zeroDevice } from "./discovery.ts";
import type { Naming } from "./naming.ts";
import { saidOfRig, saidOfSlot, urgentPart } from "./said.ts";

export interface VoiceOptions {
  readonly naming: Naming;
  readonly about: About;
  readonly broker: Omit<BrokerOptions, "will" | "subscriptions">;
  /** Whether devices are described to Home Assistant. */
  readonly discovery: boolean;
  /** Nothing can be asked. */
  readonly readOnly: boolean;
  /** Figures are told at most so often; what is switched, and trouble, at once. */
  readonly everyMs: number;
  readonly ceilingForMs: number;
}

/** What it speaks for. */
export interface VoiceSide {
  readonly clock: Clock;
  random(): number;
  status(): RigStatus;
  rig(): RigState;
  act(request: ActRequest): Promise<ControlReply>;
  log(level: "info" | "warn", ev: string, detail: Readonly<Record<string, string>>): void;
}

const LOOK_MS = 1000;
/** Home Assistant has much to do when it starts, and asks all of us at once. */
const BIRTH_SPREAD_MS = 3000;
/** Requests that are being carried out; a broker gone mad is told to wait. */
const ASKED_MAX = 8;
/** Not for the house: shares have their counters, and strangers are not to fill the broker. */
const NOT_TOLD =
  /^(?:share|result|job|pool)\.|^link\.(?:refused|thinned|server-error)$|^agent\.log$/;
/** What a start waits for as a matter of course, for seconds. */
const PASSING: ReadonlySet<OnHindrance> = new Set<OnHindrance>([
  "off-dwell",
  "another-starts",
  "stagger",
  "switch-rate",
]);
const OFFLINE = "offline";
const ONLINE = "online";

interface Told {
  readonly payload: string;
  readonly urgent: string;
  readonly at: number;
}

export class MqttVoice {
  readonly #options: VoiceOptions;
  readonly #side: VoiceSide;
  readonly #link: BrokerLink;
  /** What the broker retains of us, by topic, since the link came up. */
  readonly #told = new Map<string, Told>();
  #asking = 0;
  #cancelLook: () => void = () => {};
  #cancelBirth: () => void = () => {};

  constructor(options: VoiceOptions, side: VoiceSide) {
    this.#options = options;
    this.#side = side;
    const { naming, readOnly } = options;
    const subscriptions = [naming.birth, naming.slotStates, ...(readOnly ? [] : naming.commands)];
    const will = { topic: naming.status, payload: OFFLINE };
    this.#link = new BrokerLink(
      { ...options.broker, will, subscriptions },
      {
        clock: side.clock,
        random: () => side.random(),
        up: () => this.#onUp(),
        down: (why) => side.log("warn", "mqtt.down", { why, broker: options.broker.url }),
        heard: (topic, payload, isRetained) => this.#onHeard(topic, payload, isRetained),
      },
    );
  }

  async start(): Promise<void> {
    await this.#link.open();
    this.#look();
  }

  /** Tells of something that happened; nobody hears it while the link is down. */
  publish(event: RigEvent): void {
    if (NOT_TOLD.test(event.ev)) return;
    this.#link.publish(this.#options.naming.event, JSON.stringify(event), false);
  }

  /** Tells an alert: `kind` is what Home Assistant's event entity fires. */
  alert(kind: string, detail: Readonly<Record<string, string | null>>): void {
    const payload = JSON.stringify({ event_type: kind, ...detail });
    this.#link.publish(this.#options.naming.alert, payload, false);
  }

  async stop(): Promise<void> {
    this.#cancelLook();
    this.#cancelBirth();
    await this.#link.close();
  }

  #onUp(): void {
    this.#told.clear();
    this.#side.log("info", "mqtt.up", { broker: this.#options.broker.url });
    this.#tell();
  }

  #look(): void {
    this.#tell();
    this.#cancelLook = this.#side.clock.after(LOOK_MS, () => this.#look());
  }

  /** Tells what the broker does not know yet. What it does not take now is told at the next look. */
  #tell(): void {
    if (!this.#link.isUp) return;
    const { naming, about, discovery } = this.#options;
    const status = this.#side.status();
    const rig = this.#side.rig();
    if (discovery) {
      this.#retain(naming.config(null), JSON.stringify(rigDevice(naming, about)));
      for (const slot of about.slots) {
        this.#retain(naming.config(slot), JSON.stringify(zeroDevice(naming, about, slot)));
      }
    }
    const ofRig = saidOfRig(status);
    this.#retain(naming.state(null), JSON.stringify(ofRig), urgentPart(ofRig));
    for (const slot of status.slots) {
      const line = rig.slots.find(({ id }) => id === slot.slot)?.line ?? "unknown";
      const said = saidOfSlot(slot, line);
      this.#retain(naming.state(slot.slot), JSON.stringify(said), urgentPart(said));
    }
    // Last: who is told that we are here finds all of it.
    this.#retain(naming.status, ONLINE);
  }

  #retain(topic: string, payload: string, urgent = payload): void {
    const at = this.#side.clock.now();
    const told = this.#told.get(topic);
    if (told?.payload === payload) return;
    if (told?.urgent === urgent && at - told.at < this.#options.everyMs) return;
    if (this.#link.publish(topic, payload, true)) this.#told.set(topic, { payload, urgent, at });
  }

  #onHeard(topic: string, payload: string, isRetained: boolean): void {
    const { naming, ceilingForMs } = this.#options;
    if (topic === naming.birth) {
      if (!isRetained && payload === ONLINE) this.#onBirth();
      return;
    }
    const [slot = "", field] = naming.partsOf(topic) ?? [];
    if (field === "state") {
      if (isRetained && payload !== "" && isSlotId(slot)) this.#forget(slot);
      return;
    }
    const asked = askedBy(naming, topic, payload, ceilingForMs);
    if (asked === null) return;
    if (isRetained) {
      const error = "retained commands are ignored: they would be done again at each connection";
      this.#refuse(topic, payload, "retained", error);
    } else if (!asked.ok) this.#refuse(topic, payload, asked.code, asked.error);
    else if (this.#asking >= ASKED_MAX) this.#refuse(topic, payload, "busy", "too much at once");
    else void this.#carryOut(topic, payload, asked.request);
  }

  /** Home Assistant has started: it knows nothing of us but what is retained, and that may be gone too. */
  #onBirth(): void {
    this.#cancelBirth();
    const afterMs = this.#side.random() * BIRTH_SPREAD_MS;
    this.#cancelBirth = this.#side.clock.after(afterMs, () => {
      this.#told.clear();
      this.#tell();
    });
  }

  /** A slot that an earlier run of this rig had and this one has not: its device goes. */
  #forget(slot: SlotId): void {
    const { naming, about } = this.#options;
    if (about.slots.includes(slot)) return;
    this.#link.publish(naming.config(slot), "", true);
    this.#link.publish(naming.state(slot), "", true);
    this.#side.log("info", "mqtt.forgot", { slot });
  }

  async #carryOut(topic: string, payload: string, request: ActRequest): Promise<void> {
    this.#asking++;
    try {
      const reply = await this.#side.act(request);
      if (!reply.ok) this.#refuse(topic, payload, reply.code, reply.error);
      else if (request.verb === "on") await this.#tellWait(topic, payload, request.slots);
      this.#tell();
    } finally {
      this.#asking--;
    }
  }

  /** An `on` is taken in at once and done when it may be: what it waits for is told, or a switch would seem dead. */
  async #tellWait(topic: string, payload: string, slots: readonly string[]): Promise<void> {
    const reply = await this.#side.act({ verb: "why", slots: [...slots] });
    if (!reply.ok || !("explanations" in reply)) return;
    for (const { slot, state, on_waits_for } of reply.explanations) {
      if (state !== "Off" && state !== "Quarantined") continue;
      if (on_waits_for === null || PASSING.has(on_waits_for)) continue;
      this.#refuse(
        topic,
        payload,
        "waits",
        `${slot} is switched on when it may be: ${on_waits_for}`,
      );
    }
  }

  #refuse(topic: string, payload: string, code: string, error: string): void {
    const at = this.#side.clock.wall().toISOString();
    const told = JSON.stringify({ at, topic, payload: payload.slice(0, 100), code, error });
    this.#link.publish(this.#options.naming.error, told, false);
    this.#side.log("warn", "mqtt.refused", { topic, code, error });
  }
}
