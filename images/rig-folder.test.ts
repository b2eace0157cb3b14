// A rig's folder as `zerorig setup --for-cards` plans it, and what is said of one that a person has changed.

import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { type Answers, placesIn } from "../controller/cli/setup/answers.ts";
import { planFiles } from "../controller/cli/setup/rig-plan.ts";
import { keysOf } from "../controller/config/layers.ts";
import { everyKey } from "../controller/config/live-keys.ts";
import { rigCommand } from "./commands/rig.ts";
import { namesFile } from "./named-files.ts";
import { readRig } from "./rig-folder.ts";

const ANSWERS: Answers = {
  board: "auto",
  slots: 2,
  user: "me",
  nodes: [],
  tier: "LOW",
  miningKey: "s3cret",
  model: "zero-2-w",
  ceilingWatts: null,
  tariffPerKwh: null,
  http: { listen: "0.0.0.0", port: 8080 },
};
const KEYS: Readonly<Record<string, string>> = { p1: "1a".repeat(32), p2: "2b".repeat(32) };
const TOKEN = "a-token-of-the-tests-own";

function rigIn(answers: Answers = ANSWERS, linkPort: number | null = null): string {
  const dir = mkdtempSync(join(tmpdir(), "zr-rig-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const secrets = { linkKey: (slot: string) => KEYS[slot] ?? "", token: () => TOKEN };
  for (const { path, text, mode } of planFiles(
    answers,
    placesIn(dir, { linkPort }, "/etc/zerorig"),
    secrets,
  )) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode });
  }
  return dir;
}

it("is all that cards are made of", async () => {
  const dir = rigIn();
  const { config, secrets, zeros, model } = await readRig(dir);
  expect(config).toBe(readFileSync(join(dir, "controller.toml"), "utf8"));
  expect(secrets).toEqual({
    keys: new Map(Object.entries(KEYS)),
    token: TOKEN,
    miningKey: "s3cret",
    files: [],
  });
  const agent = (slot: string) => readFileSync(join(dir, "zeros", slot, "agent.toml"), "utf8");
  expect(zeros).toEqual([
    { role: 1, key: KEYS["p1"], config: agent("p1") },
    { role: 2, key: KEYS["p2"], config: agent("p2") },
  ]);
  expect(model).toBe("zero-2-w");
});

it("needs no token where nothing is served, no mining key, and no folders of Zeros", async () => {
  const dir = rigIn({ ...ANSWERS, http: null, miningKey: null });
  rmSync(join(dir, "zeros"), { recursive: true });
  const { secrets, zeros } = await readRig(dir);
  expect(secrets).toMatchObject({ token: null, miningKey: null });
  expect(zeros.map(({ role, config }) => [role, config])).toEqual([
    [1, null],
    [2, null],
  ]);
});

it("has agents that dial where the controller listens", async () => {
  const dir = rigIn(ANSWERS, 9000);
  expect((await readRig(dir)).zeros[0]?.config).toContain("ws://172.19.181.254:9000/link");
  rmSync(join(dir, "zeros/p2/agent.toml"));
  await expect(readRig(dir)).rejects.toThrow(/p2\/agent\.toml.*8686.*9000/);
});

const put =
  (name: string, text: string, mode = 0o600) =>
  (dir: string) => {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
    chmodSync(join(dir, name), mode);
  };
const without = (name: string) => (dir: string) => rmSync(join(dir, name), { recursive: true });
const config = (change: (text: string) => string) => (dir: string) => {
  const file = join(dir, "controller.toml");
  writeFileSync(file, change(readFileSync(file, "utf8")));
};
const more = (section: string) => config((text) => `${text}\n${section}`);
const both = (one: (dir: string) => void, other: (dir: string) => void) => (dir: string) => {
  one(dir);
  other(dir);
};
const swap = (from: string | RegExp, to: string) => config((text) => text.replace(from, to));

const MQTT =
  '[mqtt]\nurl = "mqtts://127.0.0.1"\nuser = "me"\npassword_file = "/etc/zerorig/mqtt.password"\n';
const WEBHOOK =
  '[alerts]\nwebhook_url = "https://a.example/h"\nwebhook_secret_file = "/etc/zerorig/webhook.secret"\n';
const PEM = "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n";

it("has what controller.toml names besides, each where it will lie, for the service or for anybody", async () => {
  const dir = rigIn();
  const agent = "/usr/lib/zerorig/zero-agent.cjs";
  more(`${MQTT}ca_file = "/etc/zerorig/tls/ca.pem"\n${WEBHOOK}\n[agents]\nprogram = "${agent}"\n`)(
    dir,
  );
  put("mqtt.password", "hush-hush\n")(dir);
  put("tls/ca.pem", PEM)(dir);
  put("webhook.secret", "another-one\n")(dir);
  // Left by editors, by setup, and by a run of this tool.
  for (const name of ["controller.toml.1.bak", ".git", "controller.toml~", "p1.img"]) {
    put(name, "")(dir);
  }
  const { secrets } = await readRig(`${dir}/`);
  const told = secrets.files.map(({ path, text, isSecret }) => [path, text.toString(), isSecret]);
  expect(told.sort()).toEqual([
    ["etc/zerorig/mqtt.password", "hush-hush\n", true],
    ["etc/zerorig/tls/ca.pem", PEM, false],
    ["etc/zerorig/webhook.secret", "another-one\n", true],
  ]);
});

it("knows every key that names a file", () => {
  const named = everyKey()
    .filter(
      ([section, name]) => keysOf(section)?.[name]?.kind.expected === "the absolute path of a file",
    )
    .map(([section, name]) => ({ section, name }));
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((key) => !namesFile(key))).toEqual([{ section: "pool", name: "trace_file" }]);
});

const BROKEN: readonly (readonly [string, (dir: string) => void, RegExp])[] = [
  ["no settings", without("controller.toml"), /there is no .*controller\.toml/],
  ["a wrong key", swap("tier =", "teir ="), /controller\.toml:\d+:1: unknown key `teir`/],
  ["a wrong value", swap('"LOW"', '"HARD"'), /controller\.toml:\d+:1: `tier` in \[pool\]/],
  ["nobody's user", swap('"me"', '"your-name"'), /controller\.toml:\d+:\d+: \[pool\] user/],
  [
    "settings of another folder",
    swap("/etc/zerorig/keys", "/home/me/rig/keys"),
    /controller\.toml:\d+:\d+: `keys_dir` in \[link\]: on a card it is \/etc\/zerorig\/keys/,
  ],
  [
    "a place that the service may not write to",
    swap("/var/lib/zerorig", "/srv/state"),
    /`dir` in \[state\]: on a card it is \/var\/lib\/zerorig/,
  ],
  ["a virtual board", swap('"auto"', '"virtual:/x"'), /`board` in \[hat\]: .* a real board/],
  [
    "a secret that is not there",
    more(MQTT),
    /controller\.toml:\d+:\d+: `password_file` in \[mqtt\]: there is no \S+\/mqtt\.password: put it there/,
  ],
  [
    "a secret that others read",
    both(more(MQTT), put("mqtt.password", "hush-hush", 0o644)),
    /others .* may read what \[mqtt\] password_file names, \S+\/mqtt\.password/,
  ],
  ["an empty secret", both(more(MQTT), put("mqtt.password", "\n")), /mqtt\.password is empty/],
  [
    "a secret that is a folder",
    both(more(MQTT), (dir) => mkdirSync(join(dir, "mqtt.password"))),
    /cannot read .*mqtt\.password: EISDIR/,
  ],
  [
    "a secret that the controller would not take",
    both(more(WEBHOOK), put("webhook.secret", "hush hush")),
    /webhook\.secret does not hold the webhook's secret/,
  ],
  [
    "a secret among the link keys",
    more(MQTT.replace("mqtt.password", "keys/mqtt")),
    /keys\/mqtt would lie among what is the Zeros'/,
  ],
  [
    "a name that no card's file has",
    more(MQTT.replace("mqtt.password", "../shadow")),
    /\/etc\/zerorig\/\.\.\/shadow: letters, digits/,
  ],
  [
    "a file of this machine",
    more('[stratum]\nca_file = "/home/me/ca.pem"\n'),
    /`ca_file` in \[stratum\]: no card has \/home\/me\/ca\.pem: put the file into \S+, and name it \/etc\/zerorig\/ca\.pem/,
  ],
  [
    "certificates that are none",
    both(more('[stratum]\nca_file = "/etc/zerorig/ca.pem"\n'), put("ca.pem", "none\n")),
    /ca\.pem holds no certificate/,
  ],
  [
    "a node's cookie",
    more('[solo]\ncookie_file = "/etc/zerorig/cookie"\n'),
    /`cookie_file` in \[solo\]: a node's cookie is another/,
  ],
  [
    "another agent that is not there",
    more('[agents]\nprogram = "/opt/agent.cjs"\n'),
    /`program` in \[agents\]: no card has \/opt\/agent\.cjs/,
  ],
  [
    "a file that nothing names",
    put("mqtt.password", "hush-hush"),
    /nothing names \S+\/mqtt\.password, so no card/,
  ],
  ["a key of no slot", put("keys/P2.key", "x"), /nothing names \S+\/keys\/P2\.key/],
  ["a Zero's file of no use", put("zeros/p1/notes", "x"), /nothing names \S+\/p1\/notes/],
  [
    "a mining key that nothing names",
    swap(/^key_file.*$/m, ""),
    /nothing names \S+\/mining\.key, so no card/,
  ],
  [
    "two keys of one Zero",
    put("zeros/p2/agent.key", `${"3c".repeat(32)}\n`),
    /p2\/agent\.key is another key than \S+\/keys\/p2\.key/,
  ],
  ["no link keys", without("keys"), /no link key in .*keys/],
  ["no key of one slot", without("keys/p2.key"), /no link key .*keys\/p2\.key/],
  ["a key that is none", put("keys/p2.key", "abc\n"), /p2\.key holds no key/],
  ["no token", without("token"), /cannot read the token .*token/],
  ["a token that is none", put("token", "short\n"), /token holds no token/],
  ["a token that others read", (dir) => chmodSync(join(dir, "token"), 0o644), /others .* read/],
  ["no mining key", without("mining.key"), /cannot read the mining key .*mining\.key/],
  ["wrong settings of a Zero", put("zeros/p1/agent.toml", "slto = 1\n"), /p1\/agent\.toml:1/],
  [
    "an agent that dials another machine",
    put("zeros/p1/agent.toml", 'controller = "ws://127.0.0.1:8686/link"\n'),
    /agent\.toml: the agent dials 127\.0\.0\.1:8686, .* 172\.19\.181\.254:8686/,
  ],
  [
    "an agent that names no port",
    put("zeros/p1/agent.toml", 'controller = "ws://controller.local/link"\n'),
    /agent\.toml: the agent dials controller\.local:80, /,
  ],
  ["those of another Zero", put("zeros/p1/agent.toml", 'slot = "p2"\n'), /agent\.toml: slot is p2/],
];

it.each(BROKEN)("is refused, and nothing is made of it: %s", async (_, change, why) => {
  const dir = rigIn();
  change(dir);
  const out = join(dir, "cards");
  const refused = await rigCommand(["--from", dir, "--out", out]).catch((error: unknown) => error);
  expect((refused as Error).message).toMatch(why);
  expect((refused as Error).message).not.toMatch(/s3cret|a-token|1a1a|hush/);
  expect(statSync(out, { throwIfNoEntry: false })).toBe(undefined);
});

it("replaces no image that is there, and no kind of Zero is made up", async () => {
  const dir = rigIn();
  const rig = (...more: string[]) => rigCommand(["--from", dir, "--out", dir, ...more]);
  writeFileSync(join(dir, "p2.img"), "mine");
  await expect(rig()).rejects.toThrow(/there already: .*p2\.img$/);
  await expect(rig("--zeros", "armhf")).rejects.toThrow(/no architecture "armhf"/);
  await expect(rig("--ssh-key", join(dir, "token"))).rejects.toThrow(/no public key/);
  expect(readFileSync(join(dir, "p2.img"), "utf8")).toBe("mine");
});
