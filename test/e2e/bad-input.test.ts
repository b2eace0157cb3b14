// What goes wrong at a start: each a clear sentence and its documented exit code, never a stack trace.

import { readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { freePort } from "../../controller/cli/demo/free-port.ts";
import { type Ended, run, until, ZERO_AGENT, ZERORIG } from "./programs.ts";
import { Rig, tempDir } from "./rig.ts";

function expectClear({ code, stderr }: Ended, expected: number, ...words: string[]): void {
  expect({ code, stderr }).toMatchObject({ code: expected });
  for (const word of words) expect(stderr).toContain(word);
  expect(stderr).not.toMatch(/^\s+at .*:\d+/m);
  expect(stderr.trim().split("\n").length).toBeLessThanOrEqual(4);
}

function config(lines: string): string {
  const path = join(tempDir(), "controller.toml");
  writeFileSync(path, lines);
  return path;
}

const POOL = '[pool]\nnodes = ["127.0.0.1:2811"]\ntier = "LOW"\nuser = "me"\n';

describe("zerorig run", () => {
  it("names the file, the line and the nearest key of a mistake", async () => {
    const path = config(`${POOL}[health]\nlivenes_ms = 10000\n`);
    expectClear(
      await run(ZERORIG, ["run", "--config", path]),
      2,
      `${path}:6:1`,
      "livenes_ms",
      "liveness_ms",
    );
  });

  it("names what a value should be", async () => {
    const path = config(`${POOL}[work]\nhost_workers = "two"\n`);
    expectClear(await run(ZERORIG, ["run", "--config", path]), 2, `${path}:6`, "host_workers");
  });

  it("refuses to mine for the example's user", async () => {
    const path = config(POOL.replace('"me"', '"your-name"'));
    expectClear(await run(ZERORIG, ["run", "--config", path]), 2, path, "[pool] user", "your-name");
  });

  it("warns of a link key that is not there, and starts all the same", {
    timeout: 120_000,
  }, async () => {
    const rig = await Rig.start({ zeros: 1 });
    await rig.stop();
    const file = join(rig.paths.keysDir, "p1.key");
    unlinkSync(file);
    await rig.restart();
    const warning = await until("the warning", () =>
      rig.events().find(({ ev }) => ev === "link.key-fault"),
    );
    expect(warning).toMatchObject({ slot: "p1", file, fault: "there is no such file" });
  });

  it("says where it looked for its file", async () => {
    expectClear(
      await run(ZERORIG, ["run", "--config", "/nowhere/controller.toml"]),
      2,
      "/nowhere/controller.toml",
    );
  });

  it("names what it looked for when there is no HAT, and suggests the demo", async () => {
    const dir = tempDir();
    const path = config(`${POOL}[state]\ndir = "${dir}"\n[control]\nsocket = "${dir}/c.sock"\n`);
    expectClear(await run(ZERORIG, ["run", "--config", path]), 3, "ClusterHAT", "zerorig demo");
  });
});

describe("beside a running rig", () => {
  it("a second controller, a port in use, a wrong key: each is refused and the rig mines on", {
    timeout: 120_000,
  }, async () => {
    const rig = await Rig.start({ zeros: 1 });
    await rig.mining();
    const toml = readFileSync(rig.paths.controllerToml, "utf8");

    const second = await run(ZERORIG, ["run", "--config", rig.paths.controllerToml]);
    expectClear(second, 6, String(rig.controller.pid));

    const wrongKey = join(rig.dir, "wrong.key");
    writeFileSync(wrongKey, `${"0".repeat(64)}\n`, { mode: 0o600 });
    const port = /port = (\d+)/.exec(toml)?.[1];
    const agentToml = join(rig.dir, "wrong.toml");
    writeFileSync(
      agentToml,
      `slot = "p1"\nkey_file = "${wrongKey}"\ncontroller = "ws://127.0.0.1:${port}/link"\n`,
    );
    const agent = await run(ZERO_AGENT, ["--config", agentToml]);
    expect(agent.code).toBe(4);
    expect(agent.stdout + agent.stderr).toContain("key");
    expect(agent.stderr).not.toMatch(/^\s+at /m);

    // Another board, so that the lock does not speak first, but the same port.
    const other = await Rig.start({
      zeros: 1,
      edit: (text) => text.replace(/port = \d+/, "port = 0"),
    });
    await other.stop();
    const clash = join(other.dir, "clash.toml");
    writeFileSync(
      clash,
      readFileSync(other.paths.controllerToml, "utf8").replace("port = 0", `port = ${port}`),
    );
    expectClear(await run(ZERORIG, ["run", "--config", clash]), 8, `127.0.0.1:${port}`, "in use");

    const before = (await rig.status()).totals.accepted;
    await until("it mines on", async () => (await rig.status()).totals.accepted > before);
  });
});

describe("a pool", () => {
  async function withPool(port: number) {
    return Rig.start({
      zeros: 1,
      edit: (text) => text.replace(/nodes = .*/, `nodes = [ "127.0.0.1:${port}" ]`),
    });
  }

  it("that is down is said so, and tried again until it is there", {
    timeout: 120_000,
  }, async () => {
    const rig = await withPool(await freePort());
    const status = await until("the refusal shows", async () => {
      const now = await rig.status();
      return now.pool.last_error === null ? null : now;
    });
    expect(status.pool.last_error).toContain("refused");
    expect(status.slots[0]?.state).toBe("Ready");
    expect(rig.controller.process.exitCode).toBeNull();
  });

  it("that speaks nonsense is said so", { timeout: 120_000 }, async () => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.write("HTTP/1.1 400 Bad Request\r\n\r\n<html>this is no pool</html>\r\n");
    });
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const rig = await withPool(port);
    const status = await until("the nonsense shows", async () => {
      const now = await rig.status();
      return now.pool.last_error === null ? null : now;
    });
    expect(status.pool.last_error).toContain("nonsense");
  });

  it("that does not answer stops a demo that was pointed at it", async () => {
    const port = await freePort();
    const demo = await run(ZERORIG, [
      "demo",
      "--pool",
      `127.0.0.1:${port}`,
      "--user",
      "me",
      "--for",
      "5s",
    ]);
    expectClear(demo, 5, `127.0.0.1:${port}`);
  });
});

describe("zerorig demo", () => {
  it.each([
    [["--fault", "p3=explode@2s"], "hang"],
    [["--fault", "p9=hang@2s"], "p4"],
    [["--fault", "p3=hang@never"], "never"],
    [["--zeros", "33"], "32"],
    [["--for", "soon"], "soon"],
    [["--pool", "somewhere:1"], "--user"],
    [["--frobnicate"], "frobnicate"],
  ])("refuses %j", async (args, word) => {
    expectClear(await run(ZERORIG, ["demo", ...args]), 2, word);
  });
});
