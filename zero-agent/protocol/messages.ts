// The messages of the link, as schemas. Both ends check every frame against them; an unknown key is refused.
// Nonces and MACs are lower-case hex. Times are relative (ms), because a Zero has no clock to trust.

import * as v from "valibot";
import { amount, count, hex, id, nonce32, slot, text } from "./fields.ts";
import {
  bundle,
  chunk,
  confirm,
  offer,
  rekey,
  rekeyed,
  revert,
  staged,
  switchTo,
  unfit,
  want,
} from "./update-messages.ts";

/**
 * The protocol versions that this build speaks. Two ends may differ by one: images are reflashed late. 2 has `rekey`; all that an
 * update needs is in 1, and stays as it is in every version to come, or an old agent could not be brought up to date.
 */
export const PROTOCOL = { min: 1, max: 2 } as const;
/** The first version with `rekey`. */
export const REKEY_PROTOCOL = 2;
export const SUBPROTOCOL = "zerorig.v1";

const challenge = v.strictObject({ type: v.literal("challenge"), nonce: hex(32) });
const proof = v.strictObject({ type: v.literal("proof"), mac: hex(64) });
const welcome = v.strictObject({
  type: v.literal("welcome"),
  slot,
  protocol: count,
  beatIntervalMs: v.pipe(count, v.minValue(100), v.maxValue(60_000)),
});
const jobFields = {
  type: v.literal("job"),
  id,
  epoch: count,
  from: count,
  to: count,
  /** How long the controller will wait for the result. */
  budgetMs: count,
} as const;
const ducoS1Job = v.strictObject({
  ...jobFields,
  algorithm: v.literal("duco-s1"),
  prefix: hex(40),
  target: hex(40),
});
/** A block header less its nonce, and the target with its lowest byte first: zero-agent/kernels/kernel.ts. */
const headerJob = v.strictObject({
  ...jobFields,
  algorithm: v.picklist(["sha256d", "scrypt"]),
  header: hex(152),
  target: hex(64),
  from: nonce32,
  to: nonce32,
});
const job = v.variant("algorithm", [ducoS1Job, headerJob]);
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
const kernel = v.strictObject({
  name: text(32),
  algorithm: v.picklist(["duco-s1", "sha256d", "scrypt"]),
  /** Of all workers together. */
  hashrateHs: amount,
});
const hello = v.strictObject({
  type: v.literal("hello"),
  agentVersion: text(32),
  protocol: v.strictObject({ min: count, max: count }),
  /** The kernel's random id of this boot (/proc/sys/kernel/random/boot_id). */
  bootId: id,
  model: text(64),
  cpu: v.strictObject({ model: text(64), cores: count, arch: text(16) }),
  /** One of each algorithm that it takes jobs of. */
  kernels: v.pipe(v.array(kernel), v.maxLength(8)),
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
  offer,
  chunk,
  switchTo,
  confirm,
  revert,
  rekey,
]);
/** What the agent may send. */
export const agentMessage = v.variant("type", [
  auth,
  hello,
  beat,
  result,
  nack,
  log,
  ack,
  bundle,
  want,
  staged,
  unfit,
  rekeyed,
]);

export type ControllerMessage = v.InferOutput<typeof controllerMessage>;
export type AgentMessage = v.InferOutput<typeof agentMessage>;
export type Hello = v.InferOutput<typeof hello>;
export type Beat = v.InferOutput<typeof beat>;
export type JobMessage = v.InferOutput<typeof job>;
export type DucoS1JobMessage = v.InferOutput<typeof ducoS1Job>;
export type BundleMessage = v.InferOutput<typeof bundle>;
export type OfferMessage = v.InferOutput<typeof offer>;
export type ResultMessage = v.InferOutput<typeof result>;
