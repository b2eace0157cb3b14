// The command build-native of the agent's bundle, and the agent with what it built.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NATIVE_KEY } from "./kernels/generated/native-texts.ts";
import { type Bundle, buildBundle, put } from "./testing/bundle.ts";
import { FakeController } from "./testing/fake-controller.ts";
import { KNOWN_JOB } from "./testing/identity.ts";

/** A guard against hanging: a busy machine compiles for a minute. */
const COMPILE_LIMIT_MS = 600_000;

const KEY = "5a".repeat(32);

let bundle: Bundle;
beforeAll(async () => {
  bundle = await buildBundle();
  put(bundle, "agent.key", `${KEY}\n`);
  put(
    bundle,
    "agent.toml",
    // Nobody listens there: what is looked at is said before.
    `slot = "p1"\nkey_file = "${bundle.folder}/agent.key"\ncontroller = "ws://127.0.0.1:1/link"\n`,
  );
});
afterAll(() => bundle.remove());

function run(args: string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bundle.file, ...args], {
    cwd: bundle.folder,
    env: { PATH: process.env["PATH"] ?? "", XDG_CACHE_HOME: join(bundle.folder, "cache"), ...env },
    encoding: "utf8",
    timeout: COMPILE_LIMIT_MS,
  });
  return { status, stdout, stderr };
}

interface Line {
  readonly ev: string;
  readonly kernel?: string;
  readonly why?: string;
}

function start(env: Record<string, string>) {
  return spawn(process.execPath, [bundle.file, "--config", "agent.toml"], {
    cwd: bundle.folder,
    env: { PATH: process.env["PATH"] ?? "", XDG_CACHE_HOME: join(bundle.folder, "cache"), ...env },
    stdio: ["ignore", "pipe", "ignore"],
  });
}

/** What the agent says up to its choice of a kernel; it is ended then. */
async function chosen(env: Record<string, string> = {}): Promise<Line[]> {
  const agent = start(env);
  const lines: Line[] = [];
  for await (const line of createInterface({ input: agent.stdout })) {
    lines.push(JSON.parse(line) as Line);
    if (lines.at(-1)?.ev === "kernel.chosen") break;
  }
  agent.kill("SIGKILL");
  return lines;
}

const hasCompiler = spawnSync("cc", ["--version"]).status === 0;

describe("build-native", () => {
  it("says what is wrong, in one line, and leaves nothing", () => {
    const out = join(bundle.folder, "none.node");
    const missing = run(["build-native", "--cc", "no-such-compiler", "--out", out]);
    expect(missing.status).toBe(1);
    expect(missing.stderr).toBe(
      "zero-agent: no C compiler: no-such-compiler is not installed; Debian has it in gcc\n",
    );
    expect(run(["build-native", "--cc", "/bin/false", "--out", out]).stderr).toMatch(
      /^zero-agent: \/bin\/false failed/,
    );
    expect(run(["build-native", "--target", "vax"]).stderr).toBe(
      "zero-agent: no target vax; there are x86-64, aarch64, armv7, armv6, other\n",
    );
    expect(run(["build-native", "--fast"]).status).toBe(2);
    expect(run(["build-native", "--help"]).stdout).toMatch(/--target MACHINE/);
    expect(existsSync(out)).toBe(false);
  });

  it.skipIf(!hasCompiler)(
    "is what the agent hashes with, as soon as it is there",
    async () => {
      const built = run(["build-native"]);
      expect(built.stderr).toBe("");
      expect(built.stdout).toMatch(
        /zero-agent-native\.node: native kernels for \S+, tested here: /,
      );
      const choice = (await chosen({ ZERO_AGENT_KERNEL: "native" })).find(
        ({ ev }) => ev === "kernel.chosen",
      );
      expect(choice?.kernel).toMatch(/^native-/);

      const controller = await FakeController.open();
      const agent = start({ ZERO_AGENT_KERNEL: "native", ZERO_AGENT_CONTROLLER: controller.url });
      const link = await controller.link();
      const hello = await link.welcome(Buffer.from(KEY, "hex"));
      expect(hello.kernels.map(({ name }) => name)).toContain(choice?.kernel);
      link.send(KNOWN_JOB);
      expect(await link.next("result")).toMatchObject({ jobId: "job-1", nonce: 50 });
      agent.kill("SIGKILL");
      controller.close();

      // One of other sources: it may lay its memory out in another way.
      const other = join(bundle.folder, "stale.node");
      const bytes = readFileSync(join(bundle.folder, "cache/zerorig/zero-agent-native.node"));
      bytes.write("0123456789abcdef", bytes.indexOf(NATIVE_KEY), "latin1");
      writeFileSync(other, bytes);
      const lines = await chosen({ ZERORIG_NATIVE: other });
      expect(lines.find(({ ev }) => ev === "kernel.native-unusable")?.why).toBe(
        `${other}: it was built from other sources (0123456789abcdef, not ${NATIVE_KEY}); zero-agent build-native makes a new one`,
      );
      expect(lines.find(({ ev }) => ev === "kernel.chosen")?.kernel).not.toMatch(/native/);
    },
    COMPILE_LIMIT_MS,
  );

  it("is not needed: what is no addon is said once and left alone", async () => {
    const file = join(bundle.folder, "other.node");
    writeFileSync(file, "no addon");
    const lines = await chosen({ ZERORIG_NATIVE: file });
    const warnings = lines.filter(({ ev }) => ev === "kernel.native-unusable");
    expect(warnings.map(({ why }) => why)).toEqual([expect.stringContaining(file)]);
    expect(lines.find(({ ev }) => ev === "kernel.chosen")?.kernel).not.toMatch(/native/);
    const missing = await chosen({ ZERORIG_NATIVE: "missing.node" });
    expect(missing.find(({ ev }) => ev === "kernel.native-unusable")?.why).toContain(
      join(bundle.folder, "missing.node"),
    );
  });

  it("is what an agent asks for that is to hash with a native kernel and has none", () => {
    const { status, stderr } = run(["--config", "agent.toml"], {
      ZERORIG_NATIVE: "",
      ZERO_AGENT_KERNEL: "native",
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/run zero-agent build-native, or write auto/);
  });
});
