// Whom a controller's secrets belong to in a tree, once its accounts are made.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { Entry } from "../debian-package.ts";
import { roleEntries } from "../role.ts";
import { ownSecrets } from "./configure.ts";
import { SystemTree } from "./tree.ts";

const FILES = [
  { path: "etc/zerorig/mqtt.password", text: Buffer.from("hush"), isSecret: true },
  { path: "etc/zerorig/tls/ca.pem", text: Buffer.from("PEM"), isSecret: false },
];
const SECRETS = { keys: new Map([["p1", "5a"]]), token: "a-token", miningKey: "mined" };

it("what systemd hands over is root's, link keys are for a group, other secrets the service's alone", async () => {
  const dir = mkdtempSync(join(tmpdir(), "zr-tree-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const tree = new SystemTree(dir);
  const none = { hostname: null, key: null, sshKey: null, node: null, config: null, hosts: null };
  const secrets = { ...SECRETS, files: FILES };
  const entries = await roleEntries({ ...none, role: 0, secrets, binaries: new Map(), nat: false });
  const isSecret = ({ path }: Entry) => path.startsWith("etc/zerorig/");
  tree.put(entries.filter(isSecret));
  tree.put([
    { path: "etc/passwd", text: "root:x:0:0::/:\nzerorig:x:990:989::/:\n" },
    { path: "etc/group", text: "root:x:0:\nzerorig:x:989:\n" },
  ]);
  ownSecrets(tree, FILES);
  const told = (path: string) => {
    const { uid, gid } = tree.ownerOf(`etc/zerorig/${path}`);
    return `${uid}:${gid} ${tree.modeOf(`etc/zerorig/${path}`).toString(8)}`;
  };
  expect(["token", "mining.key"].map(told)).toEqual(["0:0 600", "0:0 600"]);
  expect(told("keys/p1.key")).toBe("0:989 640");
  expect(told("mqtt.password")).toBe("990:989 600");
  expect(told("tls/ca.pem")).toBe("0:0 644");
  expect(tree.read("etc/zerorig/mqtt.password")).toBe("hush");
});
