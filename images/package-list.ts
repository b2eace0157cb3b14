// What our packages hold: a program each, with its units, settings, manual page and what Debian wants told.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { exampleConfig } from "../controller/config/example.ts";
import { type Architecture, type DebianPackage, type Entry, packed } from "./debian-package.ts";
import { serviceScripts } from "./maintainer-scripts.ts";
import {
  agentFiles,
  type Binaries,
  controllerFiles,
  folderEntries,
  hatctlFiles,
  REPOSITORY,
} from "./program-files.ts";

/** The first Node that we run on; Debian has it from trixie on. */
const NODE = "nodejs (>= 20.19)";

export interface PackageOptions {
  readonly version: string;
  /** Of the packages that hold machine language. */
  readonly architecture: Exclude<Architecture, "all">;
  readonly binaries: Binaries;
}

export async function packageList(options: PackageOptions): Promise<readonly DebianPackage[]> {
  return [await controllerPackage(options), agentPackage(options), hatctlPackage(options)];
}

async function controllerPackage(options: PackageOptions): Promise<DebianPackage> {
  const name = "zerorig";
  const folder = "usr/lib/zerorig";
  return {
    ...common(name, options),
    architecture: options.architecture,
    depends: `${NODE}, libc6, libstdc++6, systemd`,
    recommends: "avahi-daemon",
    description: [
      "runs a ClusterHAT of Pi Zeros as one dependable mining machine",
      "The controller hands out work to Pi Zeros over the USB gadget network,",
      "watches them, and switches one that hangs off and on again through the",
      "HAT. It keeps the rig below a ceiling of power that may follow the clock,",
      "the sun or the price.",
    ],
    entries: [
      ...(await controllerFiles(folder, options.binaries)),
      { path: "usr/bin/zerorig", link: "../lib/zerorig/zerorig.mjs" },
      ...systemFiles(name),
      { path: `usr/share/doc/${name}/examples/controller.toml`, text: exampleConfig() },
      ...manual("zerorig"),
      ...completions(),
    ],
    scripts: serviceScripts("zerorig.service", { stateDirectory: "/var/lib/zerorig" }),
  };
}

function agentPackage(options: PackageOptions): DebianPackage {
  const name = "zero-agent";
  return {
    ...common(name, options),
    architecture: "all",
    depends: `${NODE}, systemd`,
    recommends: "",
    description: [
      "hashes on a Pi Zero for a zerorig controller",
      "The agent dials the controller that its Zero hangs on, proves who it is,",
      "and hashes what it is given. It needs no settings but the slot and a key.",
    ],
    entries: [
      ...agentFiles("usr/lib/zero-agent"),
      { path: "usr/bin/zero-agent", link: "../lib/zero-agent/zero-agent.cjs" },
      ...systemFiles(name),
      ...manual("zero-agent"),
    ],
    scripts: serviceScripts("zero-agent.service", { stateDirectory: null }),
  };
}

function hatctlPackage(options: PackageOptions): DebianPackage {
  const name = "hatctl";
  return {
    ...common(name, options),
    architecture: options.architecture,
    depends: `${NODE}, libc6, libstdc++6`,
    recommends: "",
    description: [
      "switches the power lines of a ClusterHAT",
      "Every word of the vendor's clusterctrl, with a lock, proof of what was",
      "switched, and JSON; and fence_clusterhat, a fence agent for Pacemaker.",
    ],
    entries: [
      ...hatctlFiles("usr/lib/hatctl", options.binaries),
      { path: "usr/bin/hatctl", link: "../lib/hatctl/hatctl.cjs" },
      { path: "usr/sbin/fence_clusterhat", link: "../lib/hatctl/fence_clusterhat.cjs" },
      ...manual("hatctl"),
      ...manual("fence_clusterhat", 8),
    ],
    scripts: {},
  };
}

function common(name: string, { version }: PackageOptions) {
  return { name, version, section: "utils" } as const;
}

/** Units and their company, as they lie in images/packages. */
function systemFiles(name: string): readonly Entry[] {
  return folderEntries(join(import.meta.dirname, "packages", name), "").map((entry) => ({
    ...entry,
    path: entry.path.slice(1),
  }));
}

/** The manual page, as the build has written it. */
function manual(program: string, section = 1): readonly Entry[] {
  const name = `${program}.${section}`;
  const text = readFileSync(join(REPOSITORY, "dist/man", name), "utf8");
  return [packed(`usr/share/man/man${section}/${name}`, text)];
}

const SHELLS: readonly (readonly [shell: string, path: string])[] = [
  ["bash", "usr/share/bash-completion/completions/zerorig"],
  ["zsh", "usr/share/zsh/vendor-completions/_zerorig"],
  ["fish", "usr/share/fish/vendor_completions.d/zerorig.fish"],
];

/** What completes zerorig's words in three shells, as it says itself. */
function completions(): readonly Entry[] {
  const program = join(REPOSITORY, "dist/zerorig.mjs");
  return SHELLS.map(([shell, path]) => {
    const text = execFileSync(process.execPath, [program, "completion", shell]);
    return { path, text };
  });
}
