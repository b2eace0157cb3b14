import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { parseSettings } from "../../../zero-agent/config/config.ts";
import { readToken } from "../../api/token.ts";
import { loadConfig } from "../../config/load.ts";
import { durationRange } from "../option.ts";
import { rigFiles, rigPaths, virtualHatArgs, writeRigFiles } from "./rig-files.ts";

const dir = mkdtempSync(join(tmpdir(), "zr-"));
const paths = rigPaths(dir);
const pool = { host: "127.0.0.1", port: 2811, user: "demo" };
const options = { zeros: 2, pace: "zero", boot: { minMs: 2000, maxMs: 5000 } } as const;

afterEach(() => rmSync(dir, { recursive: true, force: true }));

test("the controller's file is one that `run` takes", async () => {
  writeRigFiles(
    paths,
    rigFiles(paths, options, pool, 8686, () => "ab".repeat(32)),
  );
  const config = await loadConfig(paths.controllerToml, {});
  expect(config).toMatchObject({
    hat: { board: `virtual:${paths.hatSocket}` },
    link: { listen: "127.0.0.1", port: 8686, keysDir: paths.keysDir },
    pool: { nodes: [{ host: "127.0.0.1", port: 2811, name: "" }], user: "demo", rig: "demo" },
    controlSocket: paths.controlSocket,
    policy: { powerRestore: "all-on", enumerationMs: 15_000, bootGraceMs: 20_000 },
  });
});

test("nobody else may read the keys", () => {
  writeRigFiles(
    paths,
    rigFiles(paths, options, pool, 8686, () => "ab".repeat(32)),
  );
  expect(statSync(join(paths.keysDir, "p1.key")).mode & 0o777).toBe(0o600);
});

test("the page is served on loopback, with a token that nobody else may read", async () => {
  const http = { port: 4321, token: "a-token-of-the-test-0123456789" };
  const files = rigFiles(paths, { ...options, http }, pool, 8686, () => "ab".repeat(32));
  writeRigFiles(paths, files);
  const config = await loadConfig(paths.controllerToml, {});
  expect(config.http).toMatchObject({ listen: "127.0.0.1", port: 4321, readOnly: false });
  expect(readToken(config.http.tokenFile)).toBe(http.token);
  expect(statSync(paths.httpToken).mode & 0o777).toBe(0o600);
  const without = rigFiles(paths, options, pool, 8686, () => "ab".repeat(32));
  expect(without.map(({ path }) => path)).not.toContain(paths.httpToken);
});

test("slow boots stretch the graces", async () => {
  const boot = durationRange("20s-40s");
  writeRigFiles(
    paths,
    rigFiles(paths, { ...options, boot }, pool, 1, () => "ab".repeat(32)),
  );
  const { policy } = await loadConfig(paths.controllerToml, {});
  expect(policy).toMatchObject({ enumerationMs: 45_000, bootGraceMs: 90_000 });
});

test("the slowest boot that may be asked for is one that `run` takes", async () => {
  const boot = durationRange("5m");
  const files = rigFiles(paths, { ...options, boot }, pool, 1, () => "ab".repeat(32));
  writeRigFiles(paths, files);
  await expect(loadConfig(paths.controllerToml, {})).resolves.toBeDefined();
});

test.each([
  ["zero", 240_000],
  ["full", 0],
  [5000, 5000],
] as const)("pace %s is a limit of %i H/s in the agents' files", (pace, limitHs) => {
  const files = rigFiles(paths, { ...options, pace }, pool, 8686, () => "ab".repeat(32));
  const agents = files.filter(({ path }) => path.includes("/agents/"));
  expect(agents).toHaveLength(2);
  for (const { path, text } of agents) {
    expect(parseSettings(text, path)).toMatchObject({ max_hashrate_hs: limitHs });
  }
});

test("the board gets a Zero's program with the slot left open", () => {
  const args = virtualHatArgs(paths, { ...options, seed: 7 }, 8686, "/dist/zero-agent.cjs");
  expect(args.join(" ")).toContain("--slots 2 --seed 7 --boot-ms 2000-5000 --link 127.0.0.1:8686");
  expect(args.slice(args.indexOf("--"))).toEqual([
    "--",
    process.execPath,
    "/dist/zero-agent.cjs",
    "--config",
    paths.agentToml,
  ]);
});
