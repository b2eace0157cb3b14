// Power cuts: a Zero's card in an emulated machine that is killed while the Zero hashes and writes wherever it can.

import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Entry } from "../../images/debian-package.ts";
import { runMachine } from "../kernel-vm/emulator.ts";
import { newQemu } from "../kernel-vm/new-qemu.ts";
import { copyRoot, putIntoCard } from "./card-edit.ts";
import { bootPartition, virtMachine } from "./virt.ts";
import { ZeroLink } from "./zero-link.ts";

export interface CutOptions {
  /** An arm64 Zero's, of slot p1; it is changed. */
  readonly image: string;
  readonly key: string;
  readonly cuts: number;
  /** For what is made on the way. */
  readonly work: string;
  readonly say: (text: string) => void;
}

export interface CutResult {
  /** After how many cuts the file system was in order. */
  readonly clean: number;
  /** After how many cuts no byte of the card had changed. */
  readonly untouched: number;
  /** How often it came up again and worked. */
  readonly started: number;
  /** Jobs that were hashed. */
  readonly jobs: number;
}

const START_LIMIT_MS = 900_000;
/** Long enough that cuts fall before, in and after many a write. */
const WORK_MS = 10_000;
/** The adapter of this machine, by the name of a Zero's own link. */
const LINK_NAME = "[Match]\nDriver=virtio_net\n\n[Link]\nName=usb0\n";
const WRITER_UNIT = `[Unit]
After=multi-user.target
[Service]
ExecStart=/bin/sh /writer.sh
`;

/** Each time: start, work, cut at a moment of chance, and look at the card from outside. The same card throughout. */
export async function cutPower(options: CutOptions): Promise<CutResult> {
  const { image, cuts, work, say } = options;
  const link = await ZeroLink.open(options.key);
  try {
    putIntoCard(image, entries(link));
    const before = await sha256Of(image);
    const from = bootPartition(image, work);
    const machine = virtMachine(await newQemu("aarch64"), from, image, START_LIMIT_MS);
    const result = { clean: 0, untouched: 0, started: 0 };
    for (let cut = 1; cut <= cuts; cut++) {
      const stop = new AbortController();
      const began = performance.now();
      const run = runMachine({ ...machine, stop: stop.signal });
      const isWorking = await Promise.race([
        link.working().then(() => true),
        run.then(() => false),
      ]);
      const startedMs = performance.now() - began;
      if (isWorking) {
        result.started += 1;
        await sleep(Math.random() * WORK_MS);
      }
      stop.abort();
      const { consoleText } = await run;
      const isClean = isInOrder(image, work);
      const isSame = (await sha256Of(image)) === before;
      result.clean += Number(isClean);
      result.untouched += Number(isSame);
      const ms = performance.now() - began - startedMs;
      say(
        `cut ${cut}: worked after ${(startedMs / 1000).toFixed(1)} s, cut and looked at in ${(ms / 1000).toFixed(1)} s, ${isClean ? "in order" : "NOT IN ORDER"}, ${isSame ? "no byte changed" : "changed"}`,
      );
      if (!isWorking) say(`it did not come up:\n${consoleText.slice(-4000)}`);
    }
    return { ...result, jobs: link.done };
  } finally {
    link.controller.close();
  }
}

function entries(link: ZeroLink): readonly Entry[] {
  const wants = "etc/systemd/system/multi-user.target.wants";
  return [
    { path: "etc/zerorig/agent.toml", text: link.agentSettings("p1") },
    { path: "etc/systemd/network/10-test.link", text: LINK_NAME },
    { path: "writer.sh", text: readFileSync(join(import.meta.dirname, "writer.sh")) },
    { path: "etc/systemd/system/writer.service", text: WRITER_UNIT },
    { path: `${wants}/writer.service`, link: "/etc/systemd/system/writer.service" },
  ];
}

/** Looked at from outside, as the next start would find it. */
function isInOrder(image: string, work: string): boolean {
  const part = join(work, "part");
  copyRoot(image, part);
  const env = { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` };
  const { status } = spawnSync("e2fsck", ["-fn", part], { stdio: "ignore", env });
  const features = execFileSync("dumpe2fs", ["-h", part], {
    env,
    stdio: ["ignore", "pipe", "ignore"],
  });
  rmSync(part);
  // e2fsck -n says nothing of a journal that is still to be played back.
  return status === 0 && !features.toString().includes("needs_recovery");
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(file, { highWaterMark: 2 ** 20 })) {
    hash.update(piece as Buffer);
  }
  return hash.digest("hex");
}
