// Part i: a controller and a Zero on one cable, as two systems side by side on this machine's kernel: the bridge, the addresses, the names, and the
// way out through the controller.

import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SystemTree } from "../../images/debian/tree.ts";
import { roleEntries } from "../../images/role.ts";
import { shell } from "../../images/shell.ts";
import { needPrograms } from "../kernel-vm/host-packages.ts";
import type { Part } from "../kernel-vm/part.ts";
import { hasPassed, parseReport } from "../kernel-vm/report.ts";
import { Container, debianTree, whyNoContainer } from "../services/container.ts";
import { KEY } from "./built.ts";
import { reportFiles } from "./report-files.ts";

const LIMIT_MS = 300_000;
/** The network that the controller's own wire is in. */
const WORLD = "10.77.0.1";
const WORLD_SPACE = "zr-world";
const CONTROLLER_SPACE = "zr-controller";
const ZERO_SPACE = "zr-zero";
const SPACES = [WORLD_SPACE, CONTROLLER_SPACE, ZERO_SPACE];
const WIRE = "[Match]\nName=wan0\n\n[Network]\nAddress=10.77.0.2/24\nLinkLocalAddressing=no\n";
/** Tells who asked, as the world sees him. */
const SERVER =
  "require('net').createServer((s) => s.end(s.remoteAddress)).listen(8000, '10.77.0.1')";
const UNIT = `[Service]
ExecStart=/bin/sh /report.sh
StandardOutput=file:/report
StandardError=inherit
`;
const NAME_PACKAGES = ["avahi-daemon", "libnss-mdns", "iproute2"];

async function system(role: number, space: string): Promise<Container> {
  const container = await Container.make(await debianTree("names", NAME_PACKAGES), [], space);
  const tree = new SystemTree(container.root);
  const none = { hostname: null, sshKey: null, node: null, hosts: null };
  const key = role === 0 ? null : KEY;
  const script = role === 0 ? "names-controller.sh" : "names-zero.sh";
  const folder = "etc/systemd/system";
  tree.put([
    ...(await roleEntries({
      ...none,
      config: null,
      secrets: null,
      role,
      key,
      binaries: new Map(),
      nat: true,
    })),
    ...reportFiles(script),
    { path: `${folder}/report.service`, text: UNIT },
    { path: `${folder}/multi-user.target.wants/report.service`, link: "../report.service" },
    ...(role === 0 ? [{ path: "etc/systemd/network/30-wire.network", text: WIRE }] : []),
  ]);
  return container;
}

/** The ends of two cables, each in its machine. */
async function cables(): Promise<void> {
  for (const space of SPACES) await shell("ip", ["netns", "add", space]);
  const cable = (one: string, space: string, other: string, otherSpace: string) => {
    const peer = ["peer", "name", other, "netns", otherSpace];
    return shell("ip", ["-n", space, "link", "add", one, "type", "veth", ...peer]);
  };
  await cable("ethpi3", CONTROLLER_SPACE, "usb0", ZERO_SPACE);
  await cable("wan0", CONTROLLER_SPACE, "wan1", WORLD_SPACE);
  const inWorld = (...args: string[]) => shell("ip", ["-n", WORLD_SPACE, ...args]);
  await inWorld("address", "add", `${WORLD}/24`, "dev", "wan1");
  await inWorld("link", "set", "wan1", "up");
}

async function unplug(): Promise<void> {
  for (const space of SPACES) await shell("ip", ["netns", "del", space]).catch(() => "");
}

export const namesPart: Part = {
  key: "i",
  title: "a controller and a Zero on one cable, in containers: bridge, addresses, names, way out",
  async prepare() {
    await needPrograms([
      ["systemd-nspawn", "systemd-container"],
      ["mmdebstrap", "mmdebstrap"],
      ["ip", "iproute2"],
    ]);
    const why = whyNoContainer();
    if (why !== null) throw new Error(why);
    await debianTree("names", NAME_PACKAGES);
  },
  async run() {
    await unplug();
    await cables();
    const both = [await system(0, CONTROLLER_SPACE), await system(3, ZERO_SPACE)];
    const world = spawn("ip", ["netns", "exec", WORLD_SPACE, process.execPath, "-e", SERVER]);
    try {
      const ended = await Promise.allSettled(both.map((container) => container.boot(LIMIT_MS)));
      const reports = both.map(({ root }) => {
        const file = join(root, "report");
        return parseReport(existsSync(file) ? readFileSync(file, "utf8") : "");
      });
      const passed = reports.every(hasPassed);
      const steps = reports.flatMap((report) => report.steps);
      const said = ended.map((end) => (end.status === "rejected" ? String(end.reason) : ""));
      return { passed, steps, complaint: passed ? "" : said.join("\n"), bootWallMs: 0 };
    } finally {
      world.kill();
      for (const container of both) container.remove();
      await unplug();
    }
  },
};
