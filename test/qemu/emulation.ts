// Runs the guest program on an emulated processor, with the native engines that were compiled for it.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { shell } from "../../images/shell.ts";
import { builtAddon } from "../../zero-agent/testing/native.ts";
import type { Checked } from "./guest.ts";
import type { EmulatedMachine } from "./machine.ts";

export interface Emulation {
  /** What each engine of the machine did, in `jobs` seeded jobs of each algorithm (of scrypt in fewer). */
  check(jobs: number): Promise<readonly Checked[]>;
  /** Guest instructions for a hash, of `count` hashes and as many again. */
  count(engine: string, count: number): Promise<number>;
  remove(): void;
}

export async function openEmulation(machine: EmulatedMachine): Promise<Emulation> {
  const folder = mkdtempSync(join(tmpdir(), "zerorig-qemu-"));
  const at = (name: string): string => join(folder, name);
  await build({
    entryPoints: [join(import.meta.dirname, "guest.ts")],
    outfile: at("guest.cjs"),
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    logLevel: "silent",
  });
  const native = await builtAddon(machine.target, machine.compiler);
  const plugin = join(import.meta.dirname, "count.c");
  let isPluginBuilt = false;
  const { emulator, node, prefix } = await machine.node();

  const run = (args: readonly string[], isCounted: boolean): Promise<string> => {
    const counting = isCounted ? ["-plugin", at("count.so")] : [];
    // When a compiler beside is done would depend on how busy this machine is.
    const alone = isCounted ? ["--single-threaded"] : [];
    const command = [...counting, "-L", prefix, node, ...alone, at("guest.cjs"), ...args];
    // What the plugin says is the last line, on stderr.
    const script = 'exec "$0" "$@" 2>&1';
    const env = { ...machine.env, ZERORIG_NATIVE: native, NODE_OPTIONS: "" };
    return shell("sh", ["-c", script, emulator, ...command], { env });
  };
  const instructions = async (engine: string, count: number): Promise<number> => {
    if (!isPluginBuilt)
      await shell("cc", ["-O2", "-shared", "-fPIC", plugin, "-o", at("count.so")]);
    isPluginBuilt = true;
    const said = await run(["hash", `${count}`, engine], true);
    const total = /^instructions (\d+)$/m.exec(said)?.[1];
    if (total === undefined) throw new Error(`${emulator} does not count: ${said}`);
    return Number(total);
  };
  return {
    async check(jobs) {
      const names = machine.engines.map(({ name }) => name);
      const said = await run(["check", `${jobs}`, ...names], false);
      const { problem, checked } = JSON.parse(said) as {
        problem: string | null;
        checked: readonly Checked[];
      };
      if (problem !== null) throw new Error(problem);
      return checked;
    },
    // The start, the compilers and the tables are in both.
    count: async (engine, count) =>
      ((await instructions(engine, 2 * count)) - (await instructions(engine, count))) / count,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
