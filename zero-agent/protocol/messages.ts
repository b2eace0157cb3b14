// The messages of the link, as schemas. Both ends check every frame against them; an unknown key is refused.
// Nonces and MACs are lower-case hex. Times are relative (ms), because a Zero has no clock to trust.

import * as v from "valibot";

/** The protocol versions that this build speaks. Two ends may differ by one: images are reflashed late. */
export const PROTOCOL = { min: 1, max: 1 } as const;
export const SUBPROTOCOL = "zerorig.v1";

const hex = (digits: number) => v.pipe(v.string(), v.regex(new RegExp(`^[0-9a-f]{${digits}}$`)));
const text = (max: number) => v.pipe(v.string(), v.maxLength(max));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const amount = v.pipe(v.number(), v.finite(), v.minValue(0));
const id = v.pipe(v.string(), v.regex(/^[A-Za-z0-9._:-]{1,64}$/));
const slot = v.pipe(v.string(), v.regex(/^p[1-9][0-9]?$/));

const challenge = v.strictObject({ type: v.literal("challenge"), nonce: hex(32) });
const proof = v.strictObject({ type: v.literal("proof"), mac: hex(64) });
const welcome = v.strictObject({
  type: v.literal("welcome"),
  slot,
  protocol: count,
  beatIntervalMs: v.pipe(count, v.minValue(100), v.maxValue(60_000)),
});
const job = v.strictObject({
  type: v.literal("job"),
  id,
  epoch: count,
  algorithm: v.literal("duco-s1"),
  prefix: hex(40),
  target: hex(40),
  from: count,
  to: count,
  /** How long the controller will wait for the result. */
  budgetMs: count,
});
const cancel = v.strictObject({ type: v.literal("cancel"), jobId: id, epoch: count });
const drain = v.strictObject({ type: v.literal("drain"), commandId: id, deadlineMs: count });
const restart = v.strictObject({
  type: v.literal("restart"),
  commandId: id,
  deadlineMs: count,
  what: v.picklist(["worker", "agent"]),
});
const shutdown = v.strictObject({
  type: v.literal("shutdown"),
  commandId: id,
  deadlineMs: count,
  how: v.picklist(["poweroff", "reboot"]),
});

const auth = v.strictObject({ type: v.literal("auth"), slot, nonce: hex(32), mac: hex(64) });
const hello = v.strictObject({
  type: v.literal("hello"),
  agentVersion: text(32),
  protocol: v.strictObject({ min: count, max: count }),
  /** The kernel's random id of this boot (/proc/sys/kernel/random/boot_id). */
  bootId: id,
  model: text(64),
  cpu: v.strictObject({ model: text(64), cores: count, arch: text(16) }),
  kernels: v.pipe(
    v.array(
      v.strictObject({ name: text(32), algorithm: v.literal("duco-s1"), hashrateHs: amount }),
    ),
    v.maxLength(8),
  ),
});
const beat = v.strictObject({
  type: v.literal("beat"),
  seq: count,
  /** Since the agent started. */
  hashes: count,
  jobId: v.nullable(id),
  tempC: v.nullable(v.pipe(v.number(), v.finite())),
  /** The bits of `vcgencmd get_throttled`, or null where nothing tells. */
  throttled: v.nullable(count),
  load: amount,
  memoryFreeBytes: count,
  uptimeMs: count,
});
const result = v.strictObject({
  type: v.literal("result"),
  jobId: id,
  epoch: count,
  /** The solution, or null when the range holds none. */
  nonce: v.nullable(count),
  hashes: count,
  elapsedMs: amount,
});
const nack = v.strictObject({
  type: v.literal("nack"),
  jobId: id,
  epoch: count,
  why: v.picklist(["busy", "draining", "no-kernel", "worker-failed"]),
});
const log = v.strictObject({
  type: v.literal("log"),
  level: v.picklist(["info", "warn", "error"]),
  event: text(64),
  detail: text(1024),
});
const ack = v.strictObject({
  type: v.literal("ack"),
  commandId: id,
  ok: v.boolean(),
  detail: text(256),
});

/** What the controller may send. */
export const controllerMessage = v.variant("type", [
  challenge,
  proof,
  welcome,
  job,
  cancel,
  drain,
  restart,
  shutdown,
]);
/** What the agent may send. */
export const agentMessage = v.variant("type", [auth, hello, beat, result, nack, log, ack]);

export type ControllerMessage = v.InferOutput<typeof controllerMessage>;
export type AgentMessage = v.InferOutput<typeof agentMessage>;
export type Hello = v.InferOutput<typeof hello>;
export type Beat = v.InferOutput<typeof beat>;
export type JobMessage = v.InferOutput<typeof job>;
export type ResultMessage = v.InferOutput<typeof result>;
