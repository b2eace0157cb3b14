// The Zeros' side of the links: boots, beats, jobs and commands, over a network that may do anything to frames.

import type { EffectOf } from "../../controller/core/effect.ts";
import type { Event } from "../../controller/core/event.ts";
import { SELF_TEST } from "../../controller/core/self-test.ts";
import type { SlotId } from "../../hat/slots.ts";
import { backoffMs } from "../../zero-agent/core/backoff.ts";
import type { Algorithm } from "../../zero-agent/kernels/kernel.ts";
import type { Hello, JobMessage } from "../../zero-agent/protocol/messages.ts";
import { copyOf } from "./copy-event.ts";
import type { SimController } from "./sim-controller.ts";
import type { World } from "./world.ts";
import { type SimZero, speaks } from "./zero.ts";

const NOMINAL_HS = 240_000;
const BEAT_MS = 2000;
const DIAL_MS = 500;
/** However long a boot takes, its kernel is up and its USB gadget there by then. */
const KERNEL_MS = 25_000;
const SHUTDOWN_MS = 500;
const RESTART_WORKER_MS = 1000;
const RESTART_AGENT_MS = 3000;
/** A probe that nobody answers ends after this. */
const PROBE_MS = 1000;
/** An agent that hears nothing of its controller for so long hangs up and dials again. */
export const SILENCE_LIMIT_MS = 15_000;

export function helloOf(
  bootId: string,
  algorithm: Algorithm = "duco-s1",
  also: readonly Algorithm[] = [],
): Hello {
  return {
    type: "hello",
    agentVersion: "0.0.0-test",
    protocol: { min: 1, max: 1 },
    bootId,
    model: "Raspberry Pi Zero W",
    cpu: { model: "ARM1176", cores: 1, arch: "arm" },
    kernels: [algorithm, ...also].map((each) => ({
      name: "plain",
      algorithm: each,
      hashrateHs: NOMINAL_HS,
    })),
  };
}

/** What is hashed in front of the nonce. */
export function hashedOf(job: JobMessage): string {
  return job.algorithm === "duco-s1" ? job.prefix : job.header;
}

/** Hands a frame of the Zero to the controller, as the network lets it. */
function sendUp(world: World, zero: SimZero, event: Event): void {
  const { net } = zero;
  if (net.loss > 0 && zero.random.chance(net.loss)) return;
  const delayMs = Math.max(net.cloggedUntil - world.now, net.delayMs * zero.random.next());
  if (delayMs <= 0) arrive(world, zero, event);
  else world.after(delayMs, () => arrive(world, zero, event));
  if (net.twice > 0 && zero.random.chance(net.twice)) {
    const again = copyOf(event);
    world.after(delayMs + 50, () => arrive(world, zero, again));
  }
}

function arrive(world: World, zero: SimZero, event: Event): void {
  if (world.serverDown) return;
  if ("link" in event && event.link === zero.link) zero.spokeAt = world.now;
  const isTest = event.type === "result" && event.jobId.startsWith("t");
  if (isTest && event.nonce === SELF_TEST.nonce) {
    world.provedLinks.add(event.link ?? 0);
    zero.provedBoot = zero.bootId;
  }
  world.controller.post(event);
}

/** Boots: its kernel and USB show up, then the agent dials in. */
export function boot(world: World, zero: SimZero): void {
  const { life } = zero;
  zero.kernel = false;
  zero.program = zero.neverBoots ? "none" : "boots";
  if (zero.neverBoots) return;
  const bootMs = world.bootMs(zero);
  world.after(Math.min(bootMs * 0.4, KERNEL_MS), () => {
    if (zero.life !== life) return;
    zero.usb = true;
    zero.usbAt = world.now;
    zero.kernel = true;
  });
  world.after(bootMs, () => {
    if (zero.life === life) linkUp(world, zero, `boot-${zero.slot}-${life}`);
  });
  if (zero.crashLoop)
    world.after(bootMs + zero.random.between(3000, 40_000), () => crash(world, zero, life));
}

/** Falls over and boots again by itself. */
export function crash(world: World, zero: SimZero, life: number): void {
  if (zero.life !== life || !zero.powered || zero.hung) return;
  endLink(world, zero, null);
  zero.life++;
  zero.usb = false;
  boot(world, zero);
}

/** The agents lose patience with a controller that stands still. */
export function losePatience(world: World): void {
  if (!world.controller.stalled) return;
  for (const zero of world.zeros) {
    if (!speaks(zero)) continue;
    const { life, bootId } = zero;
    endLink(world, zero, "the controller is silent");
    world.after(backoffMs(0, zero.random.next()), () => {
      if (zero.life === life && zero.powered && !zero.linked) linkUp(world, zero, bootId);
    });
  }
}

/** Dials, again and again as an agent does, until it gets through. */
export function linkUp(world: World, zero: SimZero, bootId: string, failures = 0): void {
  zero.program = "runs";
  const { alive, stalled } = world.controller;
  if (zero.cutOff || zero.hung || zero.net.deaf || !alive || stalled || world.serverDown) {
    // A handshake needs both directions.
    const { life } = zero;
    world.after(DIAL_MS + backoffMs(failures + 1, zero.random.next()), () => {
      if (zero.life !== life || !zero.powered || zero.linked) return;
      linkUp(world, zero, bootId, failures + 1);
    });
    return;
  }
  zero.linked = true;
  zero.link = world.nextLink++;
  if (zero.bootId !== bootId) zero.hashes = 0;
  zero.bootId = bootId;
  zero.spokeAt = world.now;
  if (zero.hangsAfterBoot) {
    const { life } = zero;
    world.after(zero.random.between(500, 15_000), () => {
      if (zero.life === life) zero.hung = true;
    });
  }
  const { slot, link } = zero;
  const { algorithm } = world.policy;
  world.controller.post({
    type: "link-up",
    now: world.now,
    slot,
    link,
    hello: helloOf(bootId, algorithm, zero.alsoHas),
  });
  beginBeats(world, zero, link);
}

/** The link ends. With no detail the controller hears nothing of it: the Zero just vanished. */
export function endLink(world: World, zero: SimZero, detail: string | null): void {
  if (!zero.linked) return;
  zero.linked = false;
  if (detail === null) return;
  const { slot, link } = zero;
  world.controller.post({ type: "link-down", now: world.now, slot, link, detail });
  // What is still on its way over it reaches nobody.
  zero.link = 0;
}

/** The controller closes a link: an agent that lives dials in anew. */
export function hangUp(world: World, link: number): void {
  const zero = world.zeros.find((candidate) => candidate.linked && candidate.link === link);
  if (zero === undefined) return;
  const { life, bootId } = zero;
  zero.linked = false;
  zero.link = 0;
  world.after(DIAL_MS, () => {
    if (zero.life === life && zero.powered && !zero.linked) linkUp(world, zero, bootId);
  });
}

/** Beats for as long as this link lasts. */
function beginBeats(world: World, zero: SimZero, link: number): void {
  let seq = 0;
  const beat = () => {
    if (zero.link !== link || !zero.linked) return;
    if (speaks(zero)) sendBeat(world, zero, seq);
    seq++;
    world.after(BEAT_MS * zero.drift, beat);
  };
  beat();
}

function sendBeat(world: World, zero: SimZero, seq: number): void {
  if (!zero.stuckWorker) zero.hashes += Math.round(NOMINAL_HS * zero.speed * (BEAT_MS / 1000));
  const { slot, link, hashes, tempC } = zero;
  sendUp(world, zero, {
    type: "beat",
    now: world.now,
    slot,
    link,
    beat: {
      type: "beat",
      seq,
      hashes,
      jobId: null,
      tempC,
      throttled: 0,
      load: 1,
      memoryFreeBytes: 1e8,
      uptimeMs: seq * BEAT_MS,
    },
  });
}

function search(world: World, zero: SimZero, link: number, job: JobMessage): void {
  const isTest = job.id.startsWith("t");
  const solution = isTest ? SELF_TEST.nonce : world.solutionFor(hashedOf(job));
  // A part of a job may not hold it: then all of it is searched.
  const right = solution !== null && solution >= job.from && solution <= job.to ? solution : null;
  const isMean = !isTest && !world.chance && right !== null;
  const hashes = isMean ? (job.to - job.from) / 2 : (right ?? job.to + 1) - job.from;
  const elapsedMs = (hashes / (NOMINAL_HS * zero.speed)) * 1000;
  if (!isTest) zero.searchesUntil = world.now + elapsedMs;
  const isWrong = () => zero.wrong || (zero.wrongShares && !isTest);
  world.after(elapsedMs, () => {
    if (!speaks(zero) || zero.stuckWorker || zero.link !== link) return;
    if (right === null) world.orders?.searched(hashedOf(job), job.from, job.to);
    sendUp(world, zero, {
      type: "result",
      now: world.now,
      worker: zero.slot,
      link,
      jobId: job.id,
      epoch: job.epoch,
      // A wrong nonce of the range: one beside it nobody would believe.
      nonce: !isWrong() ? right : right === null ? job.from : right + 1,
      hashes,
      elapsedMs,
    });
  });
}

/** A stuck worker that a restart helps. */
function restart(world: World, zero: SimZero, what: "worker" | "agent"): void {
  const { life, bootId } = zero;
  if (what === "worker") {
    world.after(RESTART_WORKER_MS, () => {
      if (zero.life === life) zero.stuckWorker = false;
    });
    return;
  }
  endLink(world, zero, "restarting");
  zero.program = "restarts";
  zero.stuckWorker = false;
  world.after(RESTART_AGENT_MS, () => {
    if (zero.life === life && zero.powered && !zero.linked) linkUp(world, zero, bootId);
  });
}

export function deliver(world: World, { slot, link, message }: EffectOf<"send">): void {
  const zero = world.zero(slot);
  if (!speaks(zero) || zero.net.deaf || zero.link !== link || world.serverDown) return;
  if (zero.net.loss > 0 && zero.random.chance(zero.net.loss)) return;
  if (message.type === "restart" && zero.curable) restart(world, zero, message.what);
  if (zero.stuckWorker) return;
  if (message.type === "job") search(world, zero, link, message);
  if (message.type !== "shutdown") return;
  const { life } = zero;
  world.after(SHUTDOWN_MS, () => {
    if (zero.life !== life || !zero.linked) return;
    zero.usb = false;
    zero.kernel = false;
    endLink(world, zero, "shutting down");
    zero.program = "halted";
    zero.life++;
    if (message.how === "reboot") boot(world, zero);
  });
}

/** Whether the kernel of a silent Zero answers; a hung one does not. */
export function probe(world: World, by: SimController, slot: SlotId): void {
  const zero = world.zero(slot);
  if (!world.probes) return;
  const answers = zero.powered && zero.kernel && !zero.hung && !zero.cutOff;
  world.after(answers ? 5 : PROBE_MS, () =>
    by.post({ type: "probed", now: world.now, slot, answers }),
  );
}
