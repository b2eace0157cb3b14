import { generateKeyPairSync, type KeyObject } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { OfferMessage } from "../protocol/messages.ts";
import { sealKey } from "../protocol/rekeying.ts";
import { signerOf, signProgram, vouch } from "../protocol/signing.ts";
import { forgetKey, KeyStore } from "./key-store.ts";
import { sha256Of, UpdateStore } from "./update-store.ts";
import { type Outcome, Updater } from "./updater.ts";

const LINK_KEY = Buffer.alloc(32, 7);
const RUNNING = "a".repeat(64);
const PROGRAM = Buffer.from("console.log('new');\n".repeat(5000));
const NEW = sha256Of(PROGRAM);
const { privateKey } = generateKeyPairSync("ed25519");
const CHUNK = 30_000;

let root: string;
let settingsDir: string;
let store: UpdateStore;
let keys: KeyStore;
let updater: Updater;
let rekeyed: Buffer[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "zr-update-"));
  settingsDir = join(root, "etc");
  mkdirSync(settingsDir);
  store = new UpdateStore(root);
  rekeyed = [];
  keys = new KeyStore("p1", store.dir, LINK_KEY, (key) => rekeyed.push(key));
  updater = newUpdater();
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function newUpdater(running = RUNNING, isUpdate = false): Updater {
  return new Updater({ slot: "p1", keys, store, settingsDir, running, isUpdate });
}

function offerOf(key: KeyObject = privateKey, changes: Partial<OfferMessage> = {}): OfferMessage {
  const program = { sha256: NEW, size: PROGRAM.length };
  const signer = signerOf(key);
  return {
    type: "offer",
    ...program,
    signer,
    signature: signProgram(key, program),
    mac: vouch(LINK_KEY, "p1", signer),
    ...changes,
  };
}

function chunkAt(offset: number): Outcome {
  const data = PROGRAM.subarray(offset, offset + CHUNK).toString("base64");
  return updater.take({ type: "chunk", sha256: NEW, offset, data });
}

/** Offers it, and gives every part that is asked for. The last word. */
function give(): Outcome {
  let outcome = updater.take(offerOf());
  while (outcome.reply?.type === "want") outcome = chunkAt(outcome.reply.offset);
  return outcome;
}

describe("an offer", () => {
  it("is taken part by part, and lies there whole in the end", () => {
    expect(updater.take(offerOf()).reply).toEqual({ type: "want", sha256: NEW, offset: 0 });
    expect(chunkAt(0).reply).toEqual({ type: "want", sha256: NEW, offset: CHUNK });
    // A part that comes twice, or out of turn, changes nothing.
    expect(chunkAt(0).reply).toBeNull();
    expect(chunkAt(2 * CHUNK).reply).toBeNull();
    expect(give().reply).toEqual({ type: "staged", sha256: NEW });
    expect(store.has(NEW)).toBe(true);
    expect(statSync(store.programFile(NEW)).mode & 0o777).toBe(0o600);
  });

  it("is gone on with after a new start where it was, and needs nothing more when it is all there", () => {
    updater.take(offerOf());
    chunkAt(0);
    updater = newUpdater();
    expect(updater.take(offerOf()).reply).toMatchObject({ type: "want", offset: CHUNK });
    give();
    updater = newUpdater();
    expect(updater.take(offerOf()).reply).toEqual({ type: "staged", sha256: NEW });
  });

  it("whose parts are not what was signed is let go of whole", () => {
    updater.take(offerOf());
    const size = PROGRAM.length;
    const data = Buffer.alloc(size, 1).toString("base64");
    const wrong = updater.take({ type: "chunk", sha256: NEW, offset: 0, data });
    expect(wrong.reply).toMatchObject({ type: "unfit", why: "what came is not what was signed" });
    expect(readdirSync(store.dir)).toEqual(["agent-signer.pub"]);
    updater.take(offerOf());
    const more = Buffer.alloc(size + 1).toString("base64");
    const over = updater.take({ type: "chunk", sha256: NEW, offset: 0, data: more });
    expect(over.reply).toMatchObject({ type: "unfit", why: "more came than was signed" });
    expect(chunkAt(0).reply).toBeNull();
  });

  it.each<[string, () => OfferMessage, RegExp]>([
    ["a wrong signature", () => offerOf(privateKey, { signature: "0".repeat(128) }), /signature/],
    ["another size than was signed", () => offerOf(privateKey, { size: 9 }), /signature/],
    [
      "a signer whom the link key does not know",
      () => offerOf(privateKey, { mac: "0".repeat(64) }),
      /vouch/,
    ],
  ])("with %s is refused", (_, offer, why) => {
    expect(updater.take(offer()).reply).toMatchObject({
      type: "unfit",
      sha256: NEW,
      why: expect.stringMatching(why),
    });
    expect(chunkAt(0).reply).toBeNull();
    expect(readdirSync(store.dir)).toEqual([]);
  });

  it("of another signer than the first is refused, also of one that the link key knows", () => {
    updater.take(offerOf());
    const other = generateKeyPairSync("ed25519").privateKey;
    expect(updater.take(offerOf(other)).reply).toMatchObject({
      type: "unfit",
      why: `another signer is trusted here: ${join(store.dir, "agent-signer.pub")}`,
    });
  });

  it("is held against the signer that lies with the settings, if one does", () => {
    const file = join(settingsDir, "agent-signer.pub");
    writeFileSync(file, `${"0".repeat(64)}\n`);
    expect(updater.take(offerOf()).reply).toMatchObject({
      type: "unfit",
      why: `another signer is trusted here: ${file}`,
    });
    writeFileSync(file, `${signerOf(privateKey)}\n`);
    expect(updater.take(offerOf()).reply).toMatchObject({ type: "want" });
  });

  it("cannot be taken where nothing can be kept", () => {
    const dir = join(root, "var");
    rmSync(dir, { recursive: true });
    writeFileSync(dir, "a file");
    updater = newUpdater();
    const { refuses } = updater.announce();
    expect(refuses).toMatch(/ENOTDIR|EEXIST/);
    expect(updater.announce().persists).toBe(false);
    expect(updater.take(offerOf()).reply).toMatchObject({ type: "unfit", why: refuses });
  });
});

describe("a switch", () => {
  it("writes down what is on trial, and ends the agent", () => {
    give();
    const { reply, leave } = updater.take({ type: "switch", sha256: NEW, trialMs: 5000 });
    expect([reply, leave]).toEqual([null, "the controller switches to another program"]);
    expect(store.read()).toEqual({
      installed: RUNNING,
      current: RUNNING,
      previous: null,
      trial: { sha256: NEW, starts: 0, limitMs: 5000 },
      failed: null,
    });
    updater = newUpdater(NEW, true);
    expect(updater.announce()).toMatchObject({ running: NEW, isUpdate: true, isTrial: true });
    const told = updater.take({ type: "confirm", sha256: NEW }).reply;
    expect(told).toMatchObject({ type: "bundle", isTrial: false, previous: RUNNING });
    const back = updater.take({ type: "revert", why: "no good" });
    expect(back.leave).toMatch(/no good/);
    updater = newUpdater();
    expect(updater.announce()).toMatchObject({
      running: RUNNING,
      previous: null,
      failed: { sha256: NEW, why: "no good" },
    });
    expect(store.has(NEW)).toBe(false);
    expect(updater.take({ type: "revert", why: "" }).reply).toMatchObject({
      type: "unfit",
      why: "there is nothing to go back to",
    });
  });

  it("to what was not offered on this link, or is not here, is refused", () => {
    give();
    updater = newUpdater();
    const message = { type: "switch", sha256: NEW, trialMs: 5000 } as const;
    expect(updater.take(message).reply).toMatchObject({ why: "it was not offered" });
    updater.take(offerOf());
    rmSync(store.programFile(NEW));
    expect(updater.take(message).reply).toMatchObject({ why: "it is not here" });
    expect(store.read()).toBeNull();
  });

  it("to what runs already is answered with that", () => {
    updater = newUpdater(NEW, true);
    expect(updater.take(offerOf()).reply).toMatchObject({ type: "staged" });
    const message = { type: "switch", sha256: NEW, trialMs: 5000 } as const;
    expect(updater.take(message)).toMatchObject({ reply: { type: "bundle" }, leave: null });
  });
});

describe("another key", () => {
  const other = Buffer.alloc(32, 9);

  it("is written down, proved, and read at the next start", () => {
    const { reply } = updater.take({ type: "rekey", sealed: sealKey(LINK_KEY, "p1", other) });
    expect(reply).toMatchObject({ type: "rekeyed", mac: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(rekeyed).toEqual([other]);
    expect(keys.key).toEqual(other);
    const file = join(store.dir, "agent.key");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(new KeyStore("p1", store.dir, LINK_KEY, () => {}).key).toEqual(other);
    // Another one in the file means that somebody put it there since.
    const installed = Buffer.alloc(32, 8);
    expect(new KeyStore("p1", store.dir, installed, () => {}).key).toEqual(installed);
    writeFileSync(file, "garbage");
    expect(new KeyStore("p1", store.dir, LINK_KEY, () => {}).key).toEqual(LINK_KEY);
    forgetKey(store.dir);
    expect(readdirSync(store.dir)).not.toContain("agent.key");
  });

  it("that cannot be opened changes nothing", () => {
    const { reply } = updater.take({ type: "rekey", sealed: sealKey(other, "p1", other) });
    expect(reply).toMatchObject({ type: "rekeyed", mac: null });
    expect([keys.key, rekeyed]).toEqual([LINK_KEY, []]);
  });

  it("that cannot be written down is said so", () => {
    rmSync(store.dir, { recursive: true });
    const { reply } = updater.take({ type: "rekey", sealed: sealKey(LINK_KEY, "p1", other) });
    expect(reply).toMatchObject({
      type: "rekeyed",
      mac: null,
      why: expect.stringContaining("ENOENT"),
    });
    expect(updater.take(offerOf()).reply).toMatchObject({ type: "unfit" });
  });
});

describe("what is written there", () => {
  it.each<[string, string, string, boolean]>([
    ["outlives the power on a disk", "proc/cmdline", "root=/dev/mmcblk0p2 rw\n", true],
    ["does not where our image lies in memory", "etc/zerorig/in-memory", "", false],
    ["does not under Raspberry Pi OS's overlay", "proc/cmdline", "boot=overlay root=x\n", false],
    ["does not under overlayroot", "proc/cmdline", "quiet overlayroot=tmpfs\n", false],
  ])("%s", (_, path, text, persists) => {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), text);
    expect(updater.announce().persists).toBe(persists);
  });

  it("is begun anew where it cannot be read, or another program is installed", () => {
    give();
    updater.take({ type: "switch", sha256: NEW, trialMs: 5000 });
    expect(store.readFor("c".repeat(64))).toMatchObject({ installed: "c".repeat(64), trial: null });
    writeFileSync(join(store.dir, "update.json"), '{"installed":1}');
    expect(store.read()).toBeNull();
    expect(updater.announce()).toMatchObject({ running: RUNNING, isTrial: false });
    chmodSync(store.dir, 0o700);
    expect(readFileSync(store.programFile(NEW))).toEqual(PROGRAM);
  });
});
