// The test of part d, in the guest: the real agent, as a process, against a small controller.

import { equal, match, ok } from "node:assert/strict";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { arch } from "node:os";
import type { JobMessage } from "../../../zero-agent/protocol/messages.ts";
import { FakeController, type FakeLink } from "../../../zero-agent/testing/fake-controller.ts";
import { runSteps, step } from "./steps.ts";

const KEY = "5a".repeat(32);
const AGENT = "/app/dist/zero-agent.cjs";

/** The AVR miner's self-test job of Duino-Coin: the answer is 50. */
const KNOWN: JobMessage = {
  type: "job",
  id: "known",
  epoch: 1,
  algorithm: "duco-s1",
  prefix: "ba29a15896fd2d792d5c4b60668bf2b9feebc51d",
  target: "d0beba883d7e8cd119ea2b0e09b78f60f29e0968",
  from: 0,
  to: 1000,
  budgetMs: 120_000,
};
const HASHES = 20_000;

let link: FakeLink;
let said = "";

step("the machine is an ARMv6", async () => {
  const { arm_version: version } = process.config.variables as { arm_version?: string };
  equal(arch(), "arm");
  equal(String(version), "6");
  return `Node ${process.version}`;
});

step("the agent starts, passes its self-test, measures its kernel and dials", async () => {
  const controller = await FakeController.open();
  writeFileSync("/tmp/agent.key", `${KEY}\n`, { mode: 0o600 });
  writeFileSync("/tmp/agent.toml", 'slot = "p1"\nkey_file = "/tmp/agent.key"\n');
  const env = { ...process.env, ZERO_AGENT_CONTROLLER: controller.url };
  const agent = spawn(process.execPath, [AGENT, "--config", "/tmp/agent.toml"], { env });
  for (const stream of [agent.stdout, agent.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  }
  agent.on("exit", (code) => {
    said += `the agent ended with ${code}\n`;
  });
  link = await controller.link();
  const hello = await link.welcome(Buffer.from(KEY, "hex"), 2000);
  const [kernel] = hello.kernels;
  ok(kernel !== undefined && kernel.hashrateHs > 0, said);
  match(hello.cpu.arch, /^arm$/);
  return `${hello.model}, kernel ${kernel.name}, ${kernel.hashrateHs} H/s (emulated)`;
});

step("it finds the known answer", async () => {
  link.send(KNOWN);
  equal((await link.next("result")).nonce, 50, said);
});

step("it hashes a range to its end, and beats", async () => {
  link.send({ ...KNOWN, id: "range", from: 51, to: 50 + HASHES });
  const result = await link.next("result");
  equal(result.jobId, "range");
  equal(result.nonce, null);
  equal(result.hashes, HASHES);
  const beat = await link.next("beat");
  ok(beat.seq >= 0);
});

void runSteps(true).then(() => process.exit());
