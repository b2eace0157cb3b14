import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CLOSE } from "./closes.ts";
import { decodeAgentFrame, decodeControllerFrame, encode, MAX_FRAME_BYTES } from "./codec.ts";
import type { AgentMessage, ControllerMessage } from "./messages.ts";
import { CHUNK_BYTES_MAX } from "./update-messages.ts";

const mac = "0".repeat(64);
const nonce = "f".repeat(32);
const sha256 = "ab".repeat(32);
const command = { commandId: "c:1", deadlineMs: 1000 };

const fromController: ControllerMessage[] = [
  { type: "challenge", nonce },
  { type: "proof", mac },
  { type: "welcome", slot: "p12", protocol: 1, beatIntervalMs: 2000 },
  {
    type: "job",
    id: "j1",
    epoch: 3,
    algorithm: "duco-s1",
    prefix: "a".repeat(40),
    target: "b".repeat(40),
    from: 0,
    to: Number.MAX_SAFE_INTEGER,
    budgetMs: 0,
  },
  {
    type: "job",
    id: "j2",
    epoch: 3,
    algorithm: "scrypt",
    header: "0".repeat(152),
    target: "f".repeat(64),
    from: 0,
    to: 2 ** 32 - 1,
    budgetMs: 0,
  },
  { type: "cancel", jobId: "j1", epoch: 3 },
  { type: "drain", ...command },
  { type: "restart", ...command, what: "agent" },
  { type: "shutdown", ...command, how: "poweroff" },
  { type: "offer", sha256, size: 600_000, signer: mac, signature: "0".repeat(128), mac },
  { type: "chunk", sha256, offset: 0, data: Buffer.alloc(CHUNK_BYTES_MAX, 255).toString("base64") },
  { type: "switch", sha256, trialMs: 300_000 },
  { type: "confirm", sha256 },
  { type: "revert", why: "it did not work" },
  { type: "rekey", sealed: "0".repeat(120) },
];
const fromAgent: AgentMessage[] = [
  { type: "auth", slot: "p1", nonce, mac },
  {
    type: "hello",
    agentVersion: "1.2.3",
    protocol: { min: 1, max: 2 },
    bootId: "0d9b3c55-26d2-4d57-a70f-a4f0d1dd5d1e",
    model: "Raspberry Pi Zero W Rev 1.1",
    cpu: { model: "ARMv6-compatible processor rev 7 (v6l)", cores: 1, arch: "arm" },
    kernels: [{ name: "plain", algorithm: "duco-s1", hashrateHs: 751_234.5 }],
  },
  {
    type: "beat",
    seq: 0,
    hashes: 0,
    jobId: null,
    tempC: -3.5,
    throttled: null,
    load: 0.01,
    memoryFreeBytes: 1,
    uptimeMs: 0,
  },
  { type: "result", jobId: "j1", epoch: 0, nonce: null, hashes: 1, elapsedMs: 0.5 },
  { type: "nack", jobId: "j1", epoch: 0, why: "busy" },
  { type: "log", level: "warn", event: "e", detail: "" },
  { type: "ack", commandId: "c1", ok: false, detail: "no" },
  {
    type: "bundle",
    running: sha256,
    isUpdate: true,
    isTrial: false,
    previous: null,
    failed: { sha256, why: "it ended" },
    refuses: null,
    persists: true,
  },
  { type: "want", sha256, offset: 32_768 },
  { type: "staged", sha256 },
  { type: "unfit", sha256, why: "no" },
  { type: "rekeyed", mac, why: "" },
  { type: "rekeyed", mac: null, why: "no" },
];

describe("a frame", () => {
  it.each(fromController)("of the controller comes through: $type", (message) => {
    expect(decodeControllerFrame(encode(message))).toEqual({ ok: true, message });
    expect(decodeAgentFrame(encode(message)).ok).toBe(false);
  });

  it.each(fromAgent)("of the agent comes through: $type", (message) => {
    expect(decodeAgentFrame(encode(message))).toEqual({ ok: true, message });
    expect(decodeControllerFrame(encode(message)).ok).toBe(false);
  });

  const job = fromController[3] as object;
  const headerJob = fromController[4] as object;
  const beat = fromAgent[2] as object;
  const refused: [string, unknown, RegExp][] = [
    ["an unknown key", { ...job, bonus: 1 }, /^bonus: /],
    ["upper-case hex", { ...job, prefix: "A".repeat(40) }, /^prefix: /],
    ["short hex", { ...job, target: "a".repeat(39) }, /^target: /],
    ["a fraction", { ...job, from: 0.5 }, /^from: /],
    ["a negative count", { ...job, epoch: -1 }, /^epoch: /],
    ["more than 2^53", { ...job, to: 2 ** 53 }, /^to: /],
    ["a text for a number", { ...job, budgetMs: "1" }, /^budgetMs: /],
    ["a missing key", { ...job, id: undefined }, /^id: /],
    ["an id with spaces", { ...job, id: "a b" }, /^id: /],
    ["a nonce that no header has", { ...headerJob, to: 2 ** 32 }, /^to: /],
    ["a header with its nonce", { ...headerJob, header: "0".repeat(160) }, /^header: /],
    ["a header where it has no place", { ...job, header: "0".repeat(152) }, /^header: /],
    ["a prefix where it has no place", { ...headerJob, prefix: "a".repeat(40) }, /^prefix: /],
    ["another algorithm", { ...job, algorithm: "xxhash" }, /^algorithm: /],
    ["another type", { type: "update" }, /^type: /],
    ["no type", {}, /^type: /],
    ["a list", [], /^(type|message): /],
    ["null", null, /^message: /],
  ];
  it.each(refused)("is refused for %s, and the field is named", (_, data, why) => {
    const decoded = decodeControllerFrame(JSON.stringify(data));
    expect(decoded).toMatchObject({ ok: false, why: expect.stringMatching(why) });
  });

  it("with the largest part of a program fits into what a link takes", () => {
    const part = fromController.find(({ type }) => type === "chunk") as ControllerMessage;
    expect(encode(part).length).toBeLessThan(MAX_FRAME_BYTES);
    const larger = { ...part, data: Buffer.alloc(CHUNK_BYTES_MAX + 3).toString("base64") };
    expect(decodeControllerFrame(JSON.stringify(larger)).ok).toBe(false);
  });

  it("of an agent is held to its limits", () => {
    for (const changed of [
      { load: null },
      { tempC: "48" },
      { jobId: "" },
      { memoryFreeBytes: 0.1 },
    ]) {
      expect(decodeAgentFrame(JSON.stringify({ ...beat, ...changed })).ok).toBe(false);
    }
    const hello = fromAgent[1] as Extract<AgentMessage, { type: "hello" }>;
    const kernels = Array.from({ length: 9 }, () => hello.kernels[0]);
    expect(decodeAgentFrame(JSON.stringify({ ...hello, kernels })).ok).toBe(false);
    const deep = { ...hello, cpu: { ...hello.cpu, cores: -1 } };
    expect(decodeAgentFrame(JSON.stringify(deep))).toMatchObject({
      why: expect.stringMatching(/^cpu\.cores: /),
    });
  });

  it("never makes the decoder throw, whatever it holds", () => {
    const near = fc
      .tuple(fc.constantFrom(...fromAgent, ...fromController), fc.string(), fc.jsonValue())
      .map(([message, name, value]) => JSON.stringify({ ...message, [name]: value }));
    const broken = fc
      .tuple(fc.constantFrom(...fromAgent, ...fromController), fc.nat(400), fc.string())
      .map(([message, at, junk]) => encode(message).slice(0, at) + junk);
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), near, broken), (frame) => {
        for (const decoded of [decodeAgentFrame(frame), decodeControllerFrame(frame)]) {
          expect(decoded.ok ? decoded.message.type : decoded.why).not.toBe("");
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("survives nesting as deep as a frame allows", () => {
    const depth = MAX_FRAME_BYTES / 2;
    const frame = "[".repeat(depth) + "]".repeat(depth);
    expect(decodeAgentFrame(frame).ok).toBe(false);
  });
});

it("gives each close a code of its own in the private range", () => {
  const codes = Object.values(CLOSE);
  expect(new Set(codes).size).toBe(codes.length);
  for (const code of codes) expect(Math.floor(code / 1000)).toBe(4);
});
