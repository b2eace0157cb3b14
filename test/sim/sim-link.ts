// The Zeros' side of the links: boots, beats, jobs and commands.

import type { EffectOf } from "../../controller/core/effect.ts";
import { SELF_TEST } from "../../controller/core/self-test.ts";
import type { Hello, JobMessage } from "../../zero-agent/protocol/messages.ts";
import type { World } from "./world.ts";
import { type SimZero, speaks } from "./zero.ts";

const NOMINAL_HS = 240_000;
const BEAT_MS = 2000;
const DIAL_MS = 500;
const SHUTDOWN_MS = 500;
/** What every simulated job's solution is. */
const SOLUTION = 42;

export function helloOf(bootId: string): Hello {
  return {
    type: "hello",
    agentVersion: "0.0.0-test",
    protocol: { min: 1, max: 1 },
    bootId,
    model: "Raspberry Pi Zero W",
    cpu: { model: "ARM1176", cores: 1, arch: "arm" },
    kernels: [{ name: "plain", algorithm: "duco-s1", hashrateHs: NOMINAL_HS }],
  };
}

/** Boots: USB shows up, then the agent dials in. */
export function boot(world: World, zero: SimZero): void {
  const { life } = zero;
  if (zero.neverBoots) return;
  const bootMs = world.random.between(2000, 5000);
  world.after(bootMs * 0.4, () => {
    if (zero.life === life) zero.usb = true;
  });
  world.after(bootMs, () => {
    if (zero.life === life) linkUp(world, zero, `boot-${zero.slot}-${life}`);
  });
}

export function linkUp(world: World, zero: SimZero, bootId: string): void {
  if (zero.cutOff || zero.hung) {
    // A handshake needs both directions: the agent dials again until it gets through.
    const { life } = zero;
    world.after(DIAL_MS, () => {
      if (zero.life === life && zero.powered && !zero.linked) linkUp(world, zero, bootId);
    });
    return;
  }
  zero.linked = true;
  zero.link = world.nextLink++;
  if (zero.bootId !== bootId) zero.hashes = 0;
  zero.bootId = bootId;
  zero.spokeAt = world.now;
  world.post({ type: "link-up", slot: zero.slot, link: zero.link, hello: helloOf(bootId) });
  beat(world, zero, zero.link, 0);
}

/** The link ends. With no detail the controller hears nothing of it: the Zero just vanished. */
export function endLink(world: World, zero: SimZero, detail: string | null): void {
  if (!zero.linked) return;
  zero.linked = false;
  const { slot, link } = zero;
  if (detail !== null) world.post({ type: "link-down", slot, link, detail });
}

function beat(world: World, zero: SimZero, link: number, seq: number): void {
  if (zero.link !== link || !zero.linked) return;
  if (speaks(zero)) {
    zero.spokeAt = world.now;
    if (!zero.stuckWorker) zero.hashes += Math.round(NOMINAL_HS * zero.speed * (BEAT_MS / 1000));
    world.post({
      type: "beat",
      slot: zero.slot,
      link,
      beat: {
        type: "beat",
        seq,
        hashes: zero.hashes,
        jobId: null,
        tempC: 45,
        throttled: 0,
        load: 1,
        memoryFreeBytes: 1e8,
        uptimeMs: seq * BEAT_MS,
      },
    });
  }
  world.after(BEAT_MS, () => beat(world, zero, link, seq + 1));
}

function search(world: World, zero: SimZero, link: number, job: JobMessage): void {
  const isTest = job.id.startsWith("t");
  const hashes = isTest ? SELF_TEST.nonce - SELF_TEST.from : job.to / 2;
  const elapsedMs = (hashes / (NOMINAL_HS * zero.speed)) * 1000;
  world.after(elapsedMs, () => {
    if (!speaks(zero) || zero.stuckWorker || zero.link !== link) return;
    const right = isTest ? SELF_TEST.nonce : SOLUTION;
    world.post({
      type: "result",
      worker: zero.slot,
      link,
      jobId: job.id,
      epoch: job.epoch,
      nonce: zero.wrong && isTest ? right + 1 : right,
      hashes,
      elapsedMs,
    });
  });
}

export function deliver(world: World, { slot, link, message }: EffectOf<"send">): void {
  const zero = world.zero(slot);
  if (!speaks(zero) || zero.stuckWorker || zero.link !== link) return;
  if (message.type === "job") search(world, zero, link, message);
  if (message.type !== "shutdown") return;
  const { life } = zero;
  world.after(SHUTDOWN_MS, () => {
    if (zero.life !== life || !zero.linked) return;
    zero.usb = false;
    endLink(world, zero, "shutting down");
    if (message.how === "reboot") boot(world, zero);
  });
}
