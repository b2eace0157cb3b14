import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parseSettings } from "../../../zero-agent/config/config.ts";
import { readSettings } from "../../config/settings.ts";
import { type Answers, placesIn } from "./answers.ts";
import { nextSteps } from "./next-steps.ts";
import { configPath, planFiles } from "./rig-plan.ts";
import { answersOf, refuseForCards, type SetupFlags } from "./setup-flags.ts";
import { SYSTEM_DIR } from "./system-dir.ts";
import { unitText } from "./unit-text.ts";

const REAL: Answers = {
  board: "auto",
  slots: 4,
  user: "me",
  nodes: [],
  tier: "LOW",
  miningKey: "s3cret",
  model: "zero-w",
  ceilingWatts: 4.5,
  tariffPerKwh: 0.3,
  http: { listen: "0.0.0.0", port: 8080 },
};
const SECRETS = { linkKey: (slot: string) => `${slot}-key`, token: () => "a-token" };
const SYSTEM = placesIn(SYSTEM_DIR, {});
const CARDS = placesIn("/home/me/rig", {}, SYSTEM_DIR);

function planned(answers: Answers, places = SYSTEM): Map<string, string> {
  return new Map(planFiles(answers, places, SECRETS).map(({ path, text }) => [path, text]));
}

describe("the files of a rig", () => {
  it("are those that the service and the Zeros look for", () => {
    const files = planned(REAL);
    expect([...files.keys()].filter((path) => !/p[234]/.test(path))).toEqual([
      "/etc/zerorig/keys/p1.key",
      "/etc/zerorig/zeros/p1/agent.key",
      "/etc/zerorig/zeros/p1/agent.toml",
      "/etc/zerorig/token",
      "/etc/zerorig/mining.key",
      "/etc/zerorig/controller.toml",
    ]);
    const text = files.get(configPath(SYSTEM)) ?? "";
    const settings = readSettings({ file: "f", text, env: {}, flags: [] });
    expect(settings.pool).toMatchObject({
      user: "me",
      tier: "LOW",
      key_file: "/etc/zerorig/mining.key",
    });
    expect(settings.http).toMatchObject({ listen: "0.0.0.0", token_file: "/etc/zerorig/token" });
    expect(settings.power).toMatchObject({ model: "zero-w", ceiling_watts: 4.5 });
    expect(settings.energy.tariff_per_kwh).toBe(0.3);
    expect(text).not.toContain("s3cret");
    const agent = parseSettings(files.get("/etc/zerorig/zeros/p3/agent.toml") ?? "", "agent.toml");
    expect(agent).toEqual({ slot: "p3", key_file: "/etc/zerorig/agent.key" });
    expect(files.get("/etc/zerorig/zeros/p3/agent.key")).toBe(
      files.get("/etc/zerorig/keys/p3.key"),
    );
  });

  it("say nothing of what was not answered, and keep secrets to their owner", () => {
    const bare = { ...REAL, miningKey: null, ceilingWatts: null, tariffPerKwh: null, http: null };
    const text = planned(bare).get(configPath(SYSTEM)) ?? "";
    expect(text).not.toMatch(/key_file|ceiling|tariff|\[http\]/);
    for (const { path, mode, secret } of planFiles(REAL, SYSTEM, SECRETS)) {
      expect([path, mode === 0o600]).toEqual([path, /\.key$|token$/.test(path)]);
      expect(secret).toBe(mode === 0o600);
    }
  });

  it("of a folder of one's own and another port are told to the agents too", () => {
    const places = placesIn("/home/pi/rig", { linkPort: 9000 });
    const files = planned(REAL, places);
    const agent = parseSettings(files.get("/home/pi/rig/zeros/p1/agent.toml") ?? "", "agent.toml");
    expect(agent.controller).toBe("ws://172.19.181.254:9000/link");
    expect(files.get(configPath(places))).toContain('dir = "/home/pi/rig/state"');
  });
});

describe("the files of cards", () => {
  it("are written below a folder, and name the places of a card's service", () => {
    const files = planned(REAL, CARDS);
    const inCards = (path: string) => path.replace(SYSTEM_DIR, "/home/me/rig");
    expect([...files.keys()]).toEqual([...planned(REAL).keys()].map(inCards));
    const text = files.get(configPath(CARDS)) ?? "";
    expect(text).not.toContain("/home/me");
    const settings = readSettings({ file: "f", text, env: {}, flags: [] });
    const own = readSettings({
      ...{ file: "f", text: planned(REAL).get(configPath(SYSTEM)) ?? "", env: {}, flags: [] },
    });
    // A new card's Zeros are switched on by nobody.
    expect(settings).toEqual({ ...own, power: { ...own.power, restore: "restore" } });
    expect(files.get("/home/me/rig/zeros/p2/agent.toml")).toBe(
      planned(REAL).get("/etc/zerorig/zeros/p2/agent.toml"),
    );
  });
});

describe("what is to be done next", () => {
  const commands = (answers: Answers, places = SYSTEM) =>
    nextSteps(answers, places, "/usr/lib/zerorig").flatMap((step) => step.commands);

  it("is to bring agents, keys and settings over, to start, and to switch on", () => {
    expect(commands(REAL)).toEqual([
      "sudo scp /usr/lib/zerorig/zero-agent.{cjs,service} /etc/zerorig/zeros/p1/agent.{key,toml} pi@p1.local:",
      "ssh pi@p1.local sudo install -m 755 zero-agent.cjs /usr/bin/zero-agent",
      "ssh pi@p1.local sudo install -m 644 -t /etc/systemd/system zero-agent.service",
      "ssh pi@p1.local sudo install -D -m 600 -t /etc/zerorig agent.key agent.toml",
      "ssh pi@p1.local sudo systemctl enable --now zero-agent",
      "zerorig run --config /etc/zerorig/controller.toml",
      "zerorig on all --wait",
      "zerorig status",
      "curl http://127.0.0.1:8080/api/v1/status",
    ]);
  });

  it("is to make the images of cards, and to write them", () => {
    const [image, ...rest] = commands({ ...REAL, slots: 1 }, CARDS);
    expect(image).toBe("npm run images -- rig --from /home/me/rig --zeros armel --out cards");
    expect(rest).toEqual([
      "sudo dd if=cards/controller.img of=/dev/sdX bs=4M conv=fsync status=progress",
      "sudo dd if=cards/p1.img of=/dev/sdX bs=4M conv=fsync status=progress",
      "curl http://controller.local:8080/api/v1/status",
    ]);
    const wide = { ...REAL, model: "zero-2-w", http: null } as const;
    expect(commands(wide, CARDS)[0]).toContain(" --zeros arm64 ");
    expect(commands(wide, CARDS).join()).not.toContain("curl");
  });

  it("names folders with blanks so that a shell takes them", () => {
    const dir = "/home/me/my rig";
    const own = placesIn(dir, { unit: `${dir}/my rig.service` });
    const virtual = { ...REAL, board: `virtual:${dir}/hat.sock` };
    const all = [
      ...[...commands(virtual, own), ...commands(REAL, own)],
      ...commands(REAL, placesIn(dir, {}, SYSTEM_DIR)),
    ];
    expect(all.filter((command) => command.includes("my rig")).length).toBeGreaterThan(8);
    for (const command of all) expect(command.replace(/'[^']*'/g, "")).not.toContain("my rig");
  });

  it("is to enable the unit, where there is one", () => {
    const unit = { ...SYSTEM, unit: "/etc/systemd/system/zerorig.service" };
    expect(commands(REAL, unit)).toContain("sudo systemctl enable --now zerorig.service");
    expect(commands(REAL, unit).join()).not.toContain("systemctl link");
    expect(commands(REAL, { ...unit, unit: "/srv/zerorig.service" })).toContain(
      "sudo systemctl link /srv/zerorig.service",
    );
  });
});

describe("the unit", () => {
  const template = readFileSync(
    join(
      import.meta.dirname,
      "../../../images/packages/zerorig/usr/lib/systemd/system/zerorig.service",
    ),
    "utf8",
  );
  const facts = {
    program: ["/usr/bin/node", "/opt/zr/zerorig.mjs"],
    account: "pi",
    groups: ["i2c"],
    writes: [],
  };
  const linesOf = (text: string) => text.split("\n");

  it("is the package's, with this rig's program and account", () => {
    const text = unitText(template, SYSTEM, facts);
    const changed = linesOf(text).filter((line) => !linesOf(template).includes(line));
    expect(changed).toEqual([
      "ExecStart=/usr/bin/node /opt/zr/zerorig.mjs run --config /etc/zerorig/controller.toml",
      "ExecReload=/usr/bin/node /opt/zr/zerorig.mjs reload --socket /run/zerorig/control.sock",
      "User=pi",
      "SupplementaryGroups=i2c",
    ]);
  });

  it("lets a rig in a home or below /tmp be reached and written, and hands no secrets over from elsewhere", () => {
    const home = unitText(template, placesIn("/home/pi/my rig", {}), { ...facts, groups: [] });
    expect(home).toContain('--config "/home/pi/my rig/controller.toml"');
    expect(home).toContain("ProtectHome=read-only");
    expect(home).toMatch(
      /^ReadWritePaths=.* "\/home\/pi\/my rig\/state" "\/home\/pi\/my rig\/run"$/m,
    );
    expect(home).not.toMatch(/LoadCredential|SupplementaryGroups/);
    expect(unitText(template, placesIn("/tmp/rig", {}), facts)).toContain("PrivateTmp=no");
  });

  it("is one that systemd understands", () => {
    const dir = mkdtempSync(join(tmpdir(), "zr-unit-"));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const file = join(dir, "zerorig.service");
    const places = placesIn(join(dir, "with 100% spaces"), {});
    const program = [process.execPath, import.meta.filename];
    writeFileSync(
      file,
      unitText(template, places, { ...facts, program, account: "root", groups: [] }),
    );
    const { status, stderr, error } = spawnSync("systemd-analyze", ["verify", "--man=no", file], {
      encoding: "utf8",
    });
    if (error !== undefined) throw error;
    expect([status, stderr]).toEqual([0, ""]);
  });
});

describe("flags", () => {
  const FLAGS: SetupFlags = {
    input: false,
    json: false,
    force: false,
    newKeys: false,
    forCards: false,
    dir: SYSTEM_DIR,
    pool: [],
    tier: "auto",
    model: "zero",
    http: "127.0.0.1",
    httpPort: 8080,
    board: "v2.3",
    user: "me",
  };
  const NOTHING = { spec: null, slots: null, text: "" };

  it("are the answers", () => {
    const found = { spec: "auto", slots: 8, text: "" };
    const { board: _, ...unsaid } = FLAGS;
    expect(answersOf(unsaid, found, true, "kept")).toMatchObject({
      board: "auto",
      slots: 8,
      miningKey: "kept",
      ceilingWatts: null,
    });
    expect(
      answersOf({ ...FLAGS, http: false, ceilingWatts: "4" }, found, true, null),
    ).toMatchObject({
      http: null,
      ceilingWatts: 4,
    });
  });

  it.each([
    [false, undefined, "127.0.0.1"],
    [true, undefined, "0.0.0.0"],
    [true, "127.0.0.1", "127.0.0.1"],
    [true, false, undefined],
  ])("of cards (%s) with --http %s serve on %s", (forCards, http, listen) => {
    const { http: _, ...unsaid } = FLAGS;
    const flags = { ...unsaid, forCards, ...(http === undefined ? {} : { http }) } as SetupFlags;
    expect(answersOf(flags, NOTHING, true, null).http?.listen).toBe(listen);
  });

  it.each([
    [{ dir: SYSTEM_DIR }, `--for-cards writes nothing into ${SYSTEM_DIR}`],
    [{ unit: "/x.service" }, "--unit does not go with --for-cards"],
    [{ stateDir: "/x" }, "--state-dir does not go with --for-cards"],
    [{ controlSocket: "/x" }, "--control-socket does not go with --for-cards"],
    [{ board: "virtual:/x" }, "--board virtual:/x: a card's controller has a real one"],
  ])("that make no sense for cards are named: %j", (change, message) => {
    const flags = { ...FLAGS, forCards: true, dir: "rig" };
    expect(() => refuseForCards(flags)).not.toThrow();
    expect(() => refuseForCards({ ...flags, ...change })).toThrow(message);
  });

  it.each([
    [{ board: undefined }, "no board was found"],
    [{ user: undefined }, "--no-input needs --user"],
    [{ user: "a b" }, "--user a b: Expected a user name"],
    [{ board: "v9" }, "--board v9: Expected"],
    [{ board: "virtual:relative" }, "--board virtual:relative: Expected"],
    [{ tier: "HARD" }, '--tier HARD: Expected one of "auto"'],
    [{ model: "pi" }, "--model pi: Expected one of"],
    [{ ceilingWatts: "lots" }, "--ceiling-watts lots: Expected a number of watts"],
    [{ tariff: "-1" }, "--tariff -1: Expected"],
    [{ http: "host" }, "--http host: Expected an IP address"],
    [{ miningKeyFile: "/nowhere" }, "--mining-key-file /nowhere cannot be read"],
    [{ miningKeyFile: "/etc/passwd" }, "--mining-key-file /etc/passwd holds no mining key"],
  ])("that are wrong are named: %j", (change, message) => {
    const flags = { ...FLAGS, ...change } as SetupFlags;
    expect(() => answersOf(flags, NOTHING, true, null)).toThrow(message);
  });
});
