// npm run test:services: the packages, installed in a container with systemd, and both services under kill and wedge.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { shell } from "../../images/shell.ts";
import { needPrograms } from "../kernel-vm/host-packages.ts";
import { hasPassed, parseReport, type StepResult } from "../kernel-vm/report.ts";
import { Container, debianTree, whyNoContainer } from "./container.ts";

const REPOSITORY = join(import.meta.dirname, "../..");
/** A guard against hanging, not a measure. */
const LIMIT_MS = 600_000;
const KEY = "5a".repeat(32);
const TOKEN = "a-token-for-the-test-of-services";

const CONTROLLER = `[hat]
board = "virtual:/run/hat/hat.sock"
[link]
listen = "127.0.0.1"
allow = ["127.0.0.0/8"]
[pool]
nodes = ["127.0.0.1:9"]
user = "test"
[power]
restore = "all-on"
[http]
listen = "127.0.0.1"
token_file = "/etc/zerorig/token"
`;
const AGENT = `slot = "p1"
controller = "ws://127.0.0.1:8686/link"
workers = 1
max_hashrate_hs = 2000
`;
const HAT_UNIT = `[Service]
User=zerorig
RuntimeDirectory=hat
ExecStart=/usr/bin/hatctl virtual --socket /run/hat/hat.sock --slots 1 --boot-ms 500-1000 --dir /run/hat -- sleep infinity
[Install]
WantedBy=multi-user.target
`;
const TEST_UNIT = `[Unit]
After=zerorig.service zero-agent.service
[Service]
ExecStart=/usr/bin/node /test/guest.cjs
StandardOutput=file:/test/report
StandardError=file:/test/errors
[Install]
WantedBy=multi-user.target
`;
/** The end of a test that hangs, or whose last step does not come. */
const END_UNIT = `[Service]
ExecStart=/bin/sh -c 'sleep 240; systemctl poweroff --force'
[Install]
WantedBy=multi-user.target
`;
const DROP_IN = `[Service]
WatchdogSec=9
RestartSec=1
Environment=NODE_OPTIONS=--require=/test/wedge.cjs
`;

async function furnish({ root }: Container): Promise<void> {
  const put = (path: string, text: string, mode = 0o644) => {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), text, { mode });
  };
  put("etc/zerorig/controller.toml", CONTROLLER);
  put("etc/zerorig/agent.toml", AGENT);
  put("etc/zerorig/agent.key", KEY, 0o600);
  put("etc/zerorig/token", TOKEN, 0o600);
  put("etc/zerorig/keys/p1.key", KEY, 0o600);
  put("etc/systemd/system/hat.service", HAT_UNIT);
  put("etc/systemd/system/test.service", TEST_UNIT);
  put("etc/systemd/system/end.service", END_UNIT);
  for (const service of ["zerorig", "zero-agent"]) {
    put(`etc/systemd/system/${service}.service.d/test.conf`, DROP_IN);
  }
  put("test/wedge.cjs", readFileSync(join(import.meta.dirname, "wedge.cjs"), "utf8"));
  await build({
    entryPoints: [join(import.meta.dirname, "guest.ts")],
    outfile: join(root, "test/guest.cjs"),
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    logLevel: "error",
  });
}

async function main(): Promise<number> {
  await needPrograms([
    ["systemd-nspawn", "systemd-container"],
    ["mmdebstrap", "mmdebstrap"],
  ]);
  const why = whyNoContainer();
  if (why !== null) throw new Error(why);
  const started = performance.now();
  const printed = await shell("npx", ["tsx", "images/make-packages.ts"], { cwd: REPOSITORY });
  const packages = printed.trim().split("\n");
  const container = await Container.make(
    await debianTree(),
    packages.map((file) => join(REPOSITORY, file)),
  );
  try {
    await furnish(container);
    await container.run("systemctl", ["enable", "hat", "test", "end"]);
    await container.run("systemd-tmpfiles", ["--create", "/usr/lib/tmpfiles.d/zerorig.conf"]);
    const bootedAt = performance.now();
    const ended = await container.boot(LIMIT_MS).then(
      () => null,
      (error: Error) => error,
    );
    const seconds = (performance.now() - bootedAt) / 1000;
    const report = parseReport(textOf(container, "test/report"));
    const wentDown = ended === null && seconds < 240;
    const last = { step: "an agent that is not root powers its Zero off when asked", ms: 0 };
    const steps = [
      ...report.steps,
      { ...last, ok: wentDown && hasPassed(report), note: ended?.message ?? "" },
      await removal(container),
    ];
    process.stdout.write(steps.map(line).join(""));
    const passed = hasPassed(report) && steps.every(({ ok }) => ok);
    if (!passed) process.stdout.write(textOf(container, "test/errors"));
    const wall = ((performance.now() - started) / 1000).toFixed(1);
    process.stdout.write(
      `${passed ? "passed" : "FAILED"}: ${steps.filter(({ ok }) => ok).length} of ${(report.plan ?? 0) + 2} steps; up for ${seconds.toFixed(1)} s; wall time ${wall} s\n`,
    );
    return passed ? 0 : 1;
  } finally {
    container.remove();
  }
}

function textOf({ root }: Container, path: string): string {
  return existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : "";
}

/** Purged packages leave nothing but what a person wrote. */
async function removal(container: Container): Promise<StepResult> {
  const started = performance.now();
  await container.run("dpkg", ["--purge", "zerorig", "zero-agent", "hatctl"]);
  const left = [
    ...["usr/bin/zerorig", "usr/lib/zerorig", "var/lib/zerorig", "etc/default/zerorig"],
    "usr/lib/systemd/system/zero-agent.service",
    "etc/systemd/system/multi-user.target.wants/zerorig.service",
  ].filter((path) => existsSync(join(container.root, path)));
  const ms = Math.round(performance.now() - started);
  const isKept = existsSync(join(container.root, "etc/zerorig/controller.toml"));
  const note = left.length === 0 ? "" : `left: ${left.join(" ")}`;
  return { step: "purged, they leave what a person wrote", ok: note === "" && isKept, ms, note };
}

function line({ step, ok, ms, note }: StepResult): string {
  const tail = note === "" ? "" : `: ${note}`;
  return `  ${ok ? "ok  " : "FAIL"} ${(ms / 1000).toFixed(1).padStart(5)} s  ${step}${tail}\n`;
}

process.exitCode = await main();
