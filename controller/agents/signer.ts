// The key that signs the programs which Zeros are given: made when it is first needed, in the state folder, for the controller alone.

import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { existsSync } from "node:fs";
import { signerOf, signProgram } from "../../zero-agent/protocol/signing.ts";
import { ControllerError, messageOf } from "../shell/error.ts";
import { readOwnSecret } from "../shell/secret-file.ts";
import { writeFileWhole } from "./whole-file.ts";

const REMEDY =
  "put it back, or take it away: another one is made then, and Zeros that know this one must forget it (docs/agents.md)";

export class Signer {
  readonly #file: string;
  #key: KeyObject | null = null;

  constructor(file: string) {
    this.#file = file;
  }

  /** The public key, 64 hex digits. Throws a ControllerError (`key-file`). */
  get publicKey(): string {
    return signerOf(this.#load());
  }

  /** The signature of a program, 128 hex digits. Throws a ControllerError (`key-file`). */
  sign(program: { readonly sha256: string; readonly size: number }): string {
    return signProgram(this.#load(), program);
  }

  #load(): KeyObject {
    this.#key ??= existsSync(this.#file) ? this.#read() : this.#make();
    return this.#key;
  }

  #make(): KeyObject {
    const { privateKey } = generateKeyPairSync("ed25519");
    writeFileWhole(this.#file, privateKey.export({ format: "pem", type: "pkcs8" }));
    return privateKey;
  }

  #read(): KeyObject {
    const text = readOwnSecret(this.#file, "the key that signs agents", REMEDY);
    try {
      const key = createPrivateKey(text);
      if (key.asymmetricKeyType === "ed25519") return key;
    } catch (error) {
      throw this.#unfit(messageOf(error));
    }
    throw this.#unfit("it is no ed25519 key");
  }

  #unfit(why: string): ControllerError {
    return new ControllerError("key-file", `${this.#file} holds no key that signs: ${why}`, REMEDY);
  }
}
