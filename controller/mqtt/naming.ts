// What everything is called over MQTT: topics, and the ids by which Home Assistant knows the rig's devices again.

import type { SlotId } from "../../hat/slots.ts";

export interface NamingOptions {
  /** The first part of every topic of ours. */
  readonly topicPrefix: string;
  /** Where Home Assistant looks for devices, and says that it has started. */
  readonly discoveryPrefix: string;
  /** Tells this rig from others: letters, digits, `_` and `-`. */
  readonly id: string;
}

/** What people may ask of a slot, and of the rig. */
export type SlotCommand = "power" | "restart" | "identify" | "mode";
export type RigCommand = "mode" | "ceiling";

export class Naming {
  readonly id: string;
  readonly #base: string;
  readonly #discovery: string;

  constructor({ topicPrefix, discoveryPrefix, id }: NamingOptions) {
    this.id = id;
    this.#base = `${topicPrefix}/${id}`;
    this.#discovery = discoveryPrefix;
  }

  /** `online`, or `offline` as the last will. */
  get status(): string {
    return `${this.#base}/status`;
  }

  get event(): string {
    return `${this.#base}/event`;
  }

  get alert(): string {
    return `${this.#base}/alert`;
  }

  get error(): string {
    return `${this.#base}/error`;
  }

  /** `online` when Home Assistant has started. */
  get birth(): string {
    return `${this.#discovery}/status`;
  }

  /** Of the rig, or of a slot. */
  state(slot: SlotId | null): string {
    return slot === null ? `${this.#base}/state` : `${this.#base}/${slot}/state`;
  }

  /** Every topic on which a slot's state may be found, also of slots that are no more. */
  get slotStates(): string {
    return `${this.#base}/+/state`;
  }

  slotCommand(slot: SlotId, command: SlotCommand): string {
    return `${this.#base}/${slot}/${command}/set`;
  }

  rigCommand(command: RigCommand): string {
    return `${this.#base}/${command}/set`;
  }

  /** Every topic on which something may be asked. */
  get commands(): readonly string[] {
    return [`${this.#base}/+/set`, `${this.#base}/+/+/set`];
  }

  /** The parts of a topic below ours; null for a topic that is none of ours. */
  partsOf(topic: string): readonly string[] | null {
    return topic.startsWith(`${this.#base}/`)
      ? topic.slice(this.#base.length + 1).split("/")
      : null;
  }

  /** The id of a device: the rig's, or a slot's. */
  device(slot: SlotId | null): string {
    return slot === null ? `zerorig_${this.id}` : `zerorig_${this.id}_${slot}`;
  }

  /** Where the description of a device is retained. */
  config(slot: SlotId | null): string {
    return `${this.#discovery}/device/${this.device(slot)}/config`;
  }
}
