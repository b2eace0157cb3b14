// Takes a program over the link, part by part, and puts it in the place of this one. Nothing runs that was not signed by the
// controller's key, and no key is taken that the slot's link key does not vouch for.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { UpdateMessage } from "../core/effect.ts";
import type { AgentMessage, BundleMessage, OfferMessage } from "../protocol/messages.ts";
import { isSignedBy, isVouchedFor } from "../protocol/signing.ts";
import type { KeyStore } from "./key-store.ts";
import { beginTrial, confirmTrial, goBack, kept, type UpdateRecord } from "./record.ts";
import { type UpdateStore, writeWhole } from "./update-store.ts";

export interface UpdaterOptions {
  readonly slot: string;
  readonly keys: KeyStore;
  readonly store: UpdateStore;
  /** The folder of the settings: who put a signer's key there wants no other. */
  readonly settingsDir: string;
  /** The program that runs. */
  readonly running: string;
  readonly isUpdate: boolean;
}

/** What is to be said, and why the agent ends to be started anew; null for neither. */
export interface Outcome {
  readonly reply: AgentMessage | null;
  readonly leave: string | null;
}

const NOTHING: Outcome = { reply: null, leave: null };
const SIGNER_FILE = "agent-signer.pub";
const SIGNER = /^[0-9a-f]{64}$/;
const WHY_CHARS = 256;

export class Updater {
  readonly #options: UpdaterOptions;
  readonly #refuses: string | null;
  #offered: OfferMessage | null = null;

  constructor(options: UpdaterOptions) {
    this.#options = options;
    this.#refuses = options.store.open()?.slice(0, WHY_CHARS) ?? null;
  }

  /** What runs here. */
  announce(): BundleMessage {
    const { running, isUpdate, store } = this.#options;
    const record = this.#record();
    const { trial, previous, failed } = record;
    return {
      type: "bundle",
      running,
      isUpdate,
      isTrial: trial?.sha256 === running,
      previous,
      failed,
      refuses: this.#refuses,
      persists: this.#refuses === null && store.persists(),
    };
  }

  take(message: UpdateMessage): Outcome {
    try {
      return this.#take(message);
    } catch (error) {
      // A card that is full, or can no more be written to.
      const why = (error as Error).message.slice(0, WHY_CHARS);
      const sha256 = "sha256" in message ? message.sha256 : this.#options.running;
      if (message.type === "rekey") return say({ type: "rekeyed", mac: null, why });
      return say({ type: "unfit", sha256, why });
    }
  }

  #take(message: UpdateMessage): Outcome {
    switch (message.type) {
      case "offer":
        return this.#offer(message);
      case "chunk":
        return this.#chunk(message.sha256, message.offset, Buffer.from(message.data, "base64"));
      case "switch":
        return this.#switch(message.sha256, message.trialMs);
      case "confirm":
        this.#options.store.write(confirmTrial(this.#record(), message.sha256));
        return say(this.announce());
      case "revert":
        return this.#revert(message.why);
      case "rekey":
        return say(this.#options.keys.take(message.sealed));
    }
  }

  /** The installed program writes nothing down before it must: without a record it is the one that runs. */
  #record(): UpdateRecord {
    const { store, running, isUpdate } = this.#options;
    const record = store.read();
    if (record !== null && (isUpdate || record.installed === running)) return record;
    return store.readFor(running);
  }

  #offer(offer: OfferMessage): Outcome {
    const { store, running } = this.#options;
    const { sha256 } = offer;
    const fault = this.#refuses ?? this.#faultOf(offer);
    if (fault !== null) return say({ type: "unfit", sha256, why: fault });
    this.#offered = offer;
    if (sha256 === running || kept(this.#record()).has(sha256) || store.has(sha256)) {
      return say({ type: "staged", sha256 });
    }
    return this.#next(offer);
  }

  #faultOf({ sha256, size, signer, signature, mac }: OfferMessage): string | null {
    const { slot, keys, store, settingsDir } = this.#options;
    if (!isVouchedFor(keys.key, slot, signer, mac))
      return "the link key does not vouch for the signer";
    const file = [join(settingsDir, SIGNER_FILE), join(store.dir, SIGNER_FILE)].find(existsSync);
    const trusted = file === undefined ? signer : readFileSync(file, "utf8").trim();
    if (file !== undefined && (trusted !== signer || !SIGNER.test(trusted))) {
      return `another signer is trusted here: ${file}`;
    }
    if (!isSignedBy(signer, { sha256, size }, signature)) return "the signature is wrong";
    if (file === undefined) writeWhole(join(store.dir, SIGNER_FILE), `${signer}\n`);
    return null;
  }

  /** Asks for what is still missing; takes it over when nothing is. */
  #next(offer: OfferMessage): Outcome {
    const { store } = this.#options;
    const { sha256, size } = offer;
    const offset = store.partSize(sha256);
    if (offset < size) return say({ type: "want", sha256, offset });
    if (offset === size && store.complete(sha256)) return say({ type: "staged", sha256 });
    this.#offered = null;
    return say({ type: "unfit", sha256, why: "what came is not what was signed" });
  }

  #chunk(sha256: string, offset: number, data: Buffer): Outcome {
    const { store } = this.#options;
    const offer = this.#offered;
    // Of an offer that is over, or a part that came before.
    if (offer?.sha256 !== sha256 || offset !== store.partSize(sha256)) return NOTHING;
    if (offset + data.length > offer.size) {
      this.#offered = null;
      return say({ type: "unfit", sha256, why: "more came than was signed" });
    }
    store.append(sha256, data);
    return this.#next(offer);
  }

  #switch(sha256: string, trialMs: number): Outcome {
    const { store, running } = this.#options;
    // Only what was offered on this link, and so proved to be signed.
    if (this.#offered?.sha256 !== sha256) {
      return say({ type: "unfit", sha256, why: "it was not offered" });
    }
    if (sha256 === running) return say(this.announce());
    const record = this.#record();
    if (sha256 !== record.installed && !store.has(sha256)) {
      return say({ type: "unfit", sha256, why: "it is not here" });
    }
    store.write(beginTrial(record, sha256, trialMs));
    return { reply: null, leave: "the controller switches to another program" };
  }

  #revert(why: string): Outcome {
    const { store, running } = this.#options;
    const back = goBack(this.#record(), why);
    if (back === null) {
      return say({ type: "unfit", sha256: running, why: "there is nothing to go back to" });
    }
    store.write(back);
    return { reply: null, leave: `the controller goes back to the program before: ${why}` };
  }
}

function say(reply: AgentMessage): Outcome {
  return { reply, leave: null };
}
