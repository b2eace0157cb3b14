// The agent as a real process, from its bundle alone in an empty folder, against a small controller.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { SCRYPT_VECTORS, SHA256D_VECTORS } from "./kernels/header-vectors.ts";
import type { HeaderJob } from "./kernels/kernel.ts";
import { CLOSE } from "./protocol/closes.ts";
import type { DucoS1JobMessage } from "./protocol/messages.ts";
import { type Bundle, buildBundle, put, TEST_VERSION } from "./testing/bundle.ts";
import { FakeController } from "./testing/fake-controller.ts";
import { KNOWN_JOB } from "./testing/identity.ts";

const KEY = "5a".repeat(32);
const key = Buffer.from(KEY, "hex");
const NOBODY_FINDS = "0".repeat(40);

const endless: DucoS1JobMessage = {
  ...KNOWN_JOB,
  id: "endless",
  target: NOBODY_FINDS,
  to: Number.MAX_SAFE_INTEGER,
};

let bundle: Bundle;
let controller: FakeController;
let agents: ChildProcess[] = [];

beforeAll(async () => {
  bundle = await buildBundle();
  const sysroot = join(bundle.folder, "root");
  const files = {
    "proc/sys/kernel/random/boot_id": "0d9b3c55-26d2-4d57-a70f-a4f0d1dd5d1e\n",
    "proc/device-tree/model": "Raspberry Pi Zero W Rev 1.1\0",
    "sys/class/thermal/thermal_zone0/temp": "48312\n",
    "sys/devices/platform/soc/soc:firmware/get_throttled": "50005\n",
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(sysroot, path, ".."), { recursive: true });
    writeFileSync(join(sysroot, path), text);
  }
  put(bundle, "agent.key", `${KEY}\n`);
  put(
    bundle,
    "agent.toml",
    `slot = "p1"\nkey_file = "${bundle.folder}/agent.key"\nworkers = 2\nsysroot = "${sysroot}"\n`,
  );
});
afterAll(() => bundle.remove());
beforeEach(async () => {
  controller = await FakeController.open();
});
afterEach(() => {
  for (const agent of agents) agent.kill("SIGKILL");
  agents = [];
  controller.close();
});

interface Agent {
  readonly process: ChildProcess;
  readonly output: () => string;
  readonly exit: () => Promise<number>;
}

function start(env: Record<string, string> = {}, args = ["--config", "agent.toml"]): Agent {
  const child = spawn(process.execPath, [bundle.file, ...args], {
    cwd: bundle.folder,
    env: {
      PATH: process.env["PATH"] ?? "",
      // Not what was built for this machine.
      ZERORIG_NATIVE: "",
      ZERO_AGENT_CONTROLLER: controller.url,
      ZERO_AGENT_ALGORITHMS: "duco-s1, sha256d, scrypt",
      ...env,
    },
  });
  agents.push(child);
  let output = "";
  child.stdout.on("data", (data) => {
    output += data;
  });
  child.stderr.on("data", (data) => {
    output += data;
  });
  const closed = once(child, "close");
  return {
    process: child,
    output: () => output,
    exit: async () => (await closed)[0] as number,
  };
}

describe("the agent on a link", () => {
  it("says what it is, beats, and solves jobs right", async () => {
    start();
    const link = await controller.link();
    const hello = await link.welcome(key);
    expect(hello).toMatchObject({
      agentVersion: TEST_VERSION,
      bootId: "0d9b3c55-26d2-4d57-a70f-a4f0d1dd5d1e",
      model: "Raspberry Pi Zero W Rev 1.1",
      protocol: { min: 1, max: 2 },
    });
    expect(hello.kernels.map(({ algorithm }) => algorithm)).toEqual([
      "duco-s1",
      "sha256d",
      "scrypt",
    ]);
    expect(hello.kernels[0]?.hashrateHs).toBeGreaterThan(10_000);
    const first = await link.next("beat");
    expect(first).toMatchObject({ seq: 0, hashes: 0, jobId: null, tempC: 48.312 });
    expect(first.throttled).toBe(0x50005);

    link.send(KNOWN_JOB);
    expect(await link.next("result")).toMatchObject({ jobId: "job-1", epoch: 1, nonce: 50 });
    link.send({ ...KNOWN_JOB, id: "job-2", from: 51, to: 200_000 });
    const exhausted = await link.next("result");
    expect(exhausted).toMatchObject({ jobId: "job-2", nonce: null, hashes: 199_950 });
    for (;;) {
      const beat = await link.next("beat");
      if (beat.jobId === null && beat.hashes > 199_950) break;
    }
    expect(link.faults).toEqual([]);
  });

  it("offers no algorithm that it is not told to", async () => {
    start({ ZERO_AGENT_ALGORITHMS: "duco-s1" });
    const { kernels } = await (await controller.link()).welcome(key);
    expect(kernels.map(({ algorithm }) => algorithm)).toEqual(["duco-s1"]);
  });

  it.each(["wasm-simd", "plain"])("hashes with the kernel %s if told to", async (kernel) => {
    start({ ZERO_AGENT_KERNEL: kernel });
    const link = await controller.link();
    const hello = await link.welcome(key);
    const names = hello.kernels.map(({ name }) => name);
    expect(names.slice(0, 2)).toEqual([kernel, kernel]);
    link.send(KNOWN_JOB);
    expect(await link.next("result")).toMatchObject({ nonce: 50 });
  });

  it("does without WebAssembly where there is none", async () => {
    start({ NODE_OPTIONS: "--jitless" });
    const link = await controller.link();
    const hello = await link.welcome(key);
    expect(hello.kernels.map(({ name }) => name)).toEqual(["plain", "plain", "reference"]);
    link.send(KNOWN_JOB);
    expect(await link.next("result")).toMatchObject({ nonce: 50 });
  });

  it.each([SHA256D_VECTORS[0], SCRYPT_VECTORS[0]])(
    "solves a job of a block's header, $job.algorithm",
    async (vector) => {
      const known = vector?.job as HeaderJob;
      const nonce = vector?.nonce as number;
      start();
      const link = await controller.link();
      await link.welcome(key);
      const header = { ...known, type: "job", epoch: 1, budgetMs: 60_000 } as const;
      const from = Math.max(0, nonce - 3000);
      link.send({ ...header, id: "right", from, to: Math.min(2 ** 32 - 1, nonce + 50) });
      const right = await link.next("result");
      expect(right).toMatchObject({ jobId: "right", nonce });
      // To the last nonce that there is, and none of these is right.
      const last = { from: 2 ** 32 - 2000, to: 2 ** 32 - 1, target: "0".repeat(64) };
      link.send({ ...header, id: "none", ...last });
      expect(await link.next("result")).toMatchObject({ jobId: "none", nonce: null, hashes: 2000 });
      // A cancel is heard while it hashes: what comes next is solved at once.
      link.send({ ...header, id: "endless", ...last, from: 0 });
      while ((await link.next("beat")).jobId !== "endless");
      link.send({ type: "cancel", jobId: "endless", epoch: 1 });
      link.send(KNOWN_JOB);
      expect(await link.next("result")).toMatchObject({ jobId: "job-1", nonce: 50 });
      expect(link.faults).toEqual([]);
    },
  );

  it("drops a cancelled job and goes on to the next", async () => {
    start();
    const link = await controller.link();
    await link.welcome(key);
    link.send(endless);
    while ((await link.next("beat")).jobId !== "endless");
    link.send(KNOWN_JOB);
    link.send({ type: "cancel", jobId: "endless", epoch: 1 });
    expect(await link.next("result")).toMatchObject({ jobId: "job-1", nonce: 50 });
  });

  it("keeps to its pace", async () => {
    start({ ZERO_AGENT_MAX_HASHRATE_HS: "20000" });
    const link = await controller.link();
    const hello = await link.welcome(key);
    expect(hello.kernels[0]?.hashrateHs).toBe(20_000);
    // The others are held to the same share of what they can.
    for (const { hashrateHs } of hello.kernels.slice(1)) expect(hashrateHs).toBeLessThan(20_000);
    const range = { target: NOBODY_FINDS, from: 0, to: 29_999 };
    link.send({ ...KNOWN_JOB, ...range });
    const { elapsedMs } = await link.next("result");
    // A worker may hash 0.1 s worth at once, so the last of 1.5 s need not be waited for. A busy host only adds.
    expect(elapsedMs).toBeGreaterThan(1000);
  });

  it("comes back after the link is cut, and sends what it found meanwhile", async () => {
    start({ ZERO_AGENT_MAX_HASHRATE_HS: "20000" });
    const link = await controller.link();
    await link.welcome(key);
    link.send({ ...KNOWN_JOB, id: "long", target: NOBODY_FINDS, to: 9999 });
    while ((await link.next("beat")).jobId !== "long");
    link.socket.terminate();

    const again = await controller.link();
    expect(await again.authenticate(key)).toMatchObject({ isProved: true });
    await again.next("hello");
    again.send({ type: "welcome", slot: "p1", protocol: 1, beatIntervalMs: 100 });
    expect(await again.next("result")).toMatchObject({ jobId: "long", hashes: 10_000 });
    const beat = await again.next("beat");
    expect(beat.seq).toBeGreaterThan(0);
  });

  it("refuses a frame that is no message, and comes back", async () => {
    start();
    for (const frame of ["{", '{"type":"job"}', "[]", Buffer.from([1, 2])]) {
      const link = await controller.link();
      await link.welcome(key);
      link.socket.send(frame);
      expect((await link.closed()).code).toBe(CLOSE.badMessage);
    }
  });

  it("does not serve a controller that cannot prove the key", async () => {
    const agent = start();
    const link = await controller.link();
    await link.authenticate(Buffer.alloc(32));
    expect(await link.closed()).toMatchObject({ code: CLOSE.badKey });
    await (await controller.link()).welcome(key);
    expect(agent.output()).toContain("does not hold this slot's key");
    expect(agent.output()).not.toContain(KEY);
  });

  it("answers commands and obeys them", async () => {
    const agent = start();
    const link = await controller.link();
    await link.welcome(key);
    link.send(endless);
    link.send({ type: "restart", commandId: "c1", deadlineMs: 1000, what: "worker" });
    expect(await link.next("ack")).toMatchObject({ commandId: "c1", ok: true });
    link.send({ type: "cancel", jobId: "endless", epoch: 1 });
    link.send(KNOWN_JOB);
    expect(await link.next("result")).toMatchObject({ nonce: 50 });
    link.send({ type: "shutdown", commandId: "c2", deadlineMs: 1000, how: "poweroff" });
    expect(await link.next("ack")).toMatchObject({ commandId: "c2", ok: true });
    expect((await link.closed()).code).toBe(1000);
    expect(await agent.exit()).toBe(64);
  });
});

describe("the end of the agent", () => {
  it("is 4 when its key is refused", async () => {
    const agent = start();
    const link = await controller.link();
    link.socket.close(CLOSE.badKey, "slot p1 has another key");
    expect(await agent.exit()).toBe(4);
    expect(agent.output()).toContain("slot p1 has another key");
  });

  it("is 1 when no version is common", async () => {
    const agent = start();
    (await controller.link()).socket.close(CLOSE.version, "2..3");
    expect(await agent.exit()).toBe(1);
  });

  it("is 0 and polite on SIGTERM, linked or not", async () => {
    const linked = start();
    const link = await controller.link();
    await link.welcome(key);
    linked.process.kill("SIGTERM");
    expect(await link.closed()).toEqual({ code: 1000, reason: "SIGTERM" });
    expect(await linked.exit()).toBe(0);

    const unlinked = start({ ZERO_AGENT_CONTROLLER: "ws://127.0.0.1:1/link" });
    await expect.poll(unlinked.output, { timeout: 15_000 }).toContain("link.down");
    unlinked.process.kill("SIGTERM");
    expect(await unlinked.exit()).toBe(0);
  });

  it("is 65 for a reboot and 1 for a restart", async () => {
    const rebooted = start();
    let link = await controller.link();
    await link.welcome(key);
    link.send({ type: "shutdown", commandId: "c1", deadlineMs: 1000, how: "reboot" });
    expect(await rebooted.exit()).toBe(65);

    const restarted = start();
    link = await controller.link();
    await link.welcome(key);
    link.send({ type: "restart", commandId: "c1", deadlineMs: 1000, what: "agent" });
    expect(await restarted.exit()).toBe(1);
  });

  it("is one line and 2 for wrong usage and settings", async () => {
    const faults: [string[], Record<string, string>, RegExp][] = [
      [["--confg", "x"], {}, /Unknown option '--confg'/],
      [["--config", "none.toml"], {}, /none\.toml: no such file/],
      [["--config", "agent.toml"], { ZERO_AGENT_KEY_FILE: "no.key" }, /openssl rand -hex 32/],
      [["--config", "agent.toml"], { ZERO_AGENT_WORKERS: "0" }, /workers must be 1 to 64, not 0/],
      [
        ["--config", "agent.toml"],
        { ZERO_AGENT_CONTROLLER: "ws://u:pw@x#y" },
        /user or a password/,
      ],
      [["--config", "agent.toml"], { ZERO_AGENT_CONTROLLER: "http://x" }, /ws:\/\/ or wss:/],
      [["--config", "agent.key"], {}, /agent\.key:1:\d+: /],
    ];
    for (const [args, env, message] of faults) {
      const agent = start(env, args);
      expect(await agent.exit()).toBe(2);
      expect(agent.output()).toMatch(message);
      expect(agent.output()).toMatch(/^zero-agent: [^\n]+\n$/);
      expect(agent.output()).not.toContain(KEY);
      expect(agent.output()).not.toContain("pw");
    }
  });

  it("is 1, with what there is instead, for a kernel that this machine does not run", async () => {
    const agent = start({ NODE_OPTIONS: "--jitless", ZERO_AGENT_KERNEL: "wasm" });
    expect(await agent.exit()).toBe(1);
    expect(agent.output()).toContain("write auto, or one of plain, reference\n");
  });

  it("answers --help and --version", async () => {
    const help = start({}, ["--help"]);
    expect(await help.exit()).toBe(0);
    expect(help.output()).toMatch(/--config FILE/);
    const version = start({}, ["--version"]);
    expect(await version.exit()).toBe(0);
    expect(version.output()).toBe(`${TEST_VERSION}\n`);
  });
});
