// From nothing to the first accepted share: `zerorig setup`, then the programs that it names, on a virtual board.

import { execFile } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { ask } from "../../controller/cli/control-client.ts";
import { freePort } from "../../controller/cli/demo/free-port.ts";
import { PracticePool } from "../../controller/pools/practice/practice-pool.ts";
import { HATCTL, run, start, until, ZERO_AGENT, ZERORIG } from "./programs.ts";
import { tempDir } from "./rig.ts";

const MODES = {
  "keys/p1.key": 0o600,
  "zeros/p1/agent.key": 0o600,
  token: 0o600,
  "mining.key": 0o600,
};

it("writes a rig that mines, tells no secret, and replaces nothing unasked", {
  timeout: 120_000,
}, async () => {
  const dir = tempDir();
  const pool = new PracticePool({ seed: 7, expectedShareMs: 1000, startDifficulty: 2400 });
  const { host, port } = await pool.listen();
  onTestFinished(() => pool.close());
  const [linkPort, httpPort] = [await freePort(), await freePort()];
  writeFileSync(join(dir, "key"), "s3cret-mining-key\n");
  const flags = (user: string, ...more: string[]) => [
    ...["setup", "--no-input", "--dir", dir, "--board", `virtual:${dir}/hat.sock`],
    ...["--slots", "1", "--user", user, "--pool", `${host}:${port}`],
    ...["--mining-key-file", join(dir, "key"), "--tariff", "0.3"],
    ...["--link-port", String(linkPort), "--http-port", String(httpPort)],
    ...["--unit", join(dir, "zerorig.service"), ...more],
  ];
  const done = await run(ZERORIG, flags("e2e"));
  expect(done).toMatchObject({ code: 0, stderr: "" });
  const read = (name: string) => readFileSync(join(dir, name), "utf8").trim();
  for (const [name, mode] of Object.entries(MODES)) {
    expect([name, statSync(join(dir, name)).mode & 0o777]).toEqual([name, mode]);
    expect(done.stdout).not.toContain(read(name));
    expect(read("controller.toml")).not.toContain(read(name));
  }
  expect(done.stdout).toContain(`${dir}/controller.toml is right`);
  expect(read("zeros/p1/agent.key")).toBe(read("keys/p1.key"));
  expect(await run(ZERORIG, ["config", "check", join(dir, "controller.toml")])).toMatchObject({
    code: 0,
  });

  // Once more: the same is kept, and what differs is not replaced unless it is asked for.
  const again = JSON.parse((await run(ZERORIG, flags("e2e", "--json"))).stdout);
  expect(again).toMatchObject({ written: [], backups: [] });
  const other = await run(ZERORIG, flags("other"));
  expect(other.code).toBe(6);
  expect(other.stderr).toContain(`${dir}/controller.toml`);
  expect(read("controller.toml")).toContain('user = "e2e"');
  const [token, key] = [read("token"), read("keys/p1.key")];
  const forced = JSON.parse((await run(ZERORIG, flags("other", "--force", "--json"))).stdout);
  expect(forced.written).toEqual([`${dir}/controller.toml`]);
  expect(readFileSync(forced.backups[0], "utf8")).toContain('user = "e2e"');
  expect([read("token"), read("keys/p1.key")]).toEqual([token, key]);

  const agent = [ZERO_AGENT, "--config", `${dir}/zeros/{slot}/agent.toml`];
  const link = ["--link", `127.0.0.1:${linkPort}`, "--boot-ms", "500-1000"];
  const hat = ["virtual", "--socket", `${dir}/hat.sock`, "--slots", "1", ...link];
  const board = start(HATCTL, [...hat, "--tie-to-stdin", "--", process.execPath, ...agent]);
  await until("the virtual HAT is ready", () => board.out().includes('"ready":true'));
  const controller = start(ZERORIG, ["run", "--config", join(dir, "controller.toml")]);
  const socket = join(dir, "run/control.sock");
  await until("the controller answers", () => ask(socket, { verb: "status" }).catch(() => null));
  const on = await run(ZERORIG, ["on", "all", "--wait", "--socket", socket]);
  expect(on.code).toBe(0);
  await until("a share is accepted", async () => {
    const { status } = await ask(socket, { verb: "status" });
    return (status.slots[0]?.accepted ?? 0) > 0;
  });
  expect(pool.stats().users["other"]?.accepted).toBeGreaterThan(0);
  expect((await fetch(`http://127.0.0.1:${httpPort}/readyz`)).status).toBe(200);
  controller.kill("SIGTERM");
  expect((await controller.ended).code).toBe(0);
  expect((await controller.ended).stdout).not.toContain("s3cret-mining-key");
  // It takes its Zeros with it, which a kill would leave running.
  board.kill("SIGTERM");
  await board.ended;
});

it("writes what goes onto cards, and looks at nothing of this machine", {
  timeout: 60_000,
}, async () => {
  const dir = join(tempDir(), "rig");
  const flags = ["setup", "--for-cards", "--no-input", "--dir", dir, "--user", "e2e", "--json"];
  const done = await run(ZERORIG, flags);
  expect(done).toMatchObject({ code: 0, stderr: "" });
  const { written, next } = JSON.parse(done.stdout);
  // Three for each of four Zeros, the token, the configuration.
  expect(written).toHaveLength(14);
  expect(next[0].commands).toEqual([
    `npm run images -- rig --from ${dir} --zeros armel --out cards`,
  ]);
  const toml = readFileSync(join(dir, "controller.toml"), "utf8");
  expect(toml).not.toContain(dir);
  for (const line of ['listen = "0.0.0.0"', 'dir = "/var/lib/zerorig"', 'restore = "restore"']) {
    expect(toml).toContain(line);
  }
  // Once more: the same keys and the same token.
  const again = JSON.parse((await run(ZERORIG, flags)).stdout);
  expect([again.written, again.kept.length]).toEqual([[], 14]);
  const refused = await run(ZERORIG, [...flags, "--unit", join(dir, "zerorig.service")]);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("--unit does not go with --for-cards");
});

it("makes cards that mine at their first start, with nobody to switch a Zero on", {
  timeout: 120_000,
}, async () => {
  const dir = tempDir();
  const pool = new PracticePool({ seed: 8, expectedShareMs: 1000, startDifficulty: 2400 });
  const { host, port } = await pool.listen();
  onTestFinished(() => pool.close());
  const [linkPort, httpPort] = [await freePort(), await freePort()];
  const flags = ["--no-input", "--dir", join(dir, "rig"), "--user", "e2e", "--slots", "1"];
  const pools = ["--pool", `${host}:${port}`, "--http-port", String(httpPort)];
  expect((await run(ZERORIG, ["setup", "--for-cards", ...flags, ...pools])).code).toBe(0);
  // This machine's places for those of a card; all else is as a card has it.
  const own = {
    "hat.board": `virtual:${dir}/hat.sock`,
    "link.listen": "127.0.0.1",
    "link.allow": "127.0.0.0/8",
    "link.port": linkPort,
    "link.keys_dir": join(dir, "rig/keys"),
    "state.dir": join(dir, "state"),
    "control.socket": join(dir, "control.sock"),
    "http.token_file": join(dir, "rig/token"),
  };
  const sets = Object.entries(own).flatMap(([name, value]) => ["--set", `${name}=${value}`]);
  const agent = [ZERO_AGENT, "--config", join(dir, "rig/zeros/{slot}/agent.toml")];
  const link = ["--link", `127.0.0.1:${linkPort}`, "--boot-ms", "500-1000"];
  const hat = ["virtual", "--socket", join(dir, "hat.sock"), "--slots", "1", ...link];
  const board = start(HATCTL, [...hat, "--tie-to-stdin", "--", process.execPath, ...agent], {
    ZERO_AGENT_CONTROLLER: `ws://127.0.0.1:${linkPort}/link`,
    ZERO_AGENT_KEY_FILE: join(dir, "rig/zeros/p1/agent.key"),
  });
  await until("the virtual HAT is ready", () => board.out().includes('"ready":true'));
  const file = join(dir, "rig/controller.toml");
  const controller = start(ZERORIG, ["run", "--config", file, ...sets]);
  await until("a share is accepted", async () => {
    const answer = await ask(join(dir, "control.sock"), { verb: "status" }).catch(() => null);
    return (answer?.status.slots[0]?.accepted ?? 0) > 0;
  });
  // The network may look; who changes something has the token that went onto the card.
  const identify = (token: string) =>
    fetch(`http://127.0.0.1:${httpPort}/api/v1/slots/p1/identify`, {
      ...{ method: "POST", body: "{}" },
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    });
  expect((await identify("another-token-of-nobodys")).status).toBe(401);
  expect((await identify(readFileSync(join(dir, "rig/token"), "utf8").trim())).ok).toBe(true);
  controller.kill("SIGTERM");
  expect((await controller.ended).code).toBe(0);
  // It takes its Zeros with it, which a kill would leave running.
  board.kill("SIGTERM");
  await board.ended;
});

it("asks on a terminal, and only there", { timeout: 60_000 }, async () => {
  const dir = tempDir();
  const deaf = await run(ZERORIG, ["setup", "--dir", dir]);
  expect(deaf.code).toBe(2);
  expect(deaf.stderr).toContain("--no-input");
  // A terminal, with a person at it: what is waited for, and what is typed then.
  const talk: [string, string][] = [
    ["Which board?", "\r"],
    ["How many slots?", "\x7f2\r"],
    ["user name?", "no spaces\r"],
    ["Expected a user name", `${"\x7f".repeat(9)}wizard\r`],
    ["Pool nodes", "127.0.0.1:2811\r"],
    ["mining key?", "typed-secret\r"],
    ["Which difficulty?", "\r"],
    ["Which Zeros?", "\x1b[B\r"],
    ["most watts", "4\r"],
    ["kilowatt-hour", "\r"],
    ["who reaches them?", "\r"],
    ["systemd unit", "n"],
    ["Write these files?", "\r"],
  ];
  const person = join(dir, "person.py");
  writeFileSync(person, PERSON);
  const answers = (words: readonly (readonly string[])[], name = "rig", ...flags: string[]) =>
    promisify(execFile)(
      "python3",
      [person, process.execPath, ZERORIG, join(dir, name), JSON.stringify(words), ...flags],
      { env: { ...process.env, TERM: "xterm" }, timeout: 50_000 },
    );
  // Who gives up has written nothing.
  await expect(
    answers([...talk.slice(0, 12), ["Write these files?", "\x03"]]),
  ).rejects.toMatchObject({
    code: 130,
  });
  expect(existsSync(join(dir, "rig"))).toBe(false);
  const { stdout } = await answers(talk);
  expect(stdout).not.toContain("typed-secret");
  const toml = readFileSync(join(dir, "rig", "controller.toml"), "utf8");
  expect(toml).toContain('user = "wizard"');
  expect(toml).toContain('model = "zero-w"');
  expect(toml).toContain(`board = "virtual:${dir}/rig/hat.sock"`);
  expect(readFileSync(join(dir, "rig", "mining.key"), "utf8")).toBe("typed-secret\n");
  expect(statSync(join(dir, "rig", "zeros", "p2", "agent.key")).mode & 0o777).toBe(0o600);

  // For cards there is no board to choose, and no unit to write.
  const others = talk.filter(([question]) => !/board|systemd unit/.test(question));
  const { stdout: cards } = await answers(others, "cards", "--for-cards");
  expect(cards).not.toMatch(/Which board|systemd unit/);
  const own = readFileSync(join(dir, "cards", "controller.toml"), "utf8");
  expect(own).toContain('board = "auto"');
  expect(own).toContain('listen = "0.0.0.0"');
});

/** Sits at a pty: waits for each text and types the answer. */
const PERSON = `
import fcntl, json, os, pty, re, struct, sys, termios, time
node, zerorig, dir, talk = sys.argv[1:5]
pid, tty = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    os.execv(node, [node, zerorig, "setup", "--dir", dir] + sys.argv[5:])
seen = ""
def read():
    try:
        return os.read(tty, 65536).decode(errors="replace")
    except OSError:
        return ""
for wanted, answer in json.loads(talk):
    while wanted not in re.sub(r"\\x1b\\[[0-9;?]*[a-zA-Z]", "", seen):
        more = read()
        if more == "":
            sys.exit("ended before " + wanted + ": " + seen)
        seen += more
    sys.stdout.write(seen)
    seen = ""
    time.sleep(0.05)
    for key in re.findall(r"\\x1b\\[[A-Z]|.", answer, re.S):
        os.write(tty, key.encode())
        time.sleep(0.02)
while True:
    more = read()
    if more == "":
        break
    sys.stdout.write(more)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;
