import { expect, test } from "vitest";
import { ConfigError } from "./error.ts";
import { readSettings } from "./settings.ts";

const pool = '[pool]\nnodes = ["h:2811"]\ntier = "LOW"\nuser = "u"\n';

interface Extra {
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
}

const read = (text: string, { env = {}, flags = [] }: Extra = {}) =>
  readSettings({ file: "controller.toml", text, env, flags });

function failure(text: string, extra?: Extra): ConfigError {
  try {
    read(text, extra);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

test("the least file takes every default", () => {
  const settings = read(pool);
  expect(settings.health.liveness_ms).toBe(10_000);
  expect(settings.pool).toMatchObject({
    nodes: ["h:2811"],
    key_file: null,
    tier: "LOW",
    show_temperature: false,
  });
  expect(settings.power.ceiling_watts).toBeNull();
});

test("flag over environment over file over default", () => {
  const text = `${pool}[log]\nlevel = "warn"\n`;
  const env = { ZERORIG_LOG_LEVEL: "error" };
  expect(read(text).log.level).toBe("warn");
  expect(read(text, { env }).log.level).toBe("error");
  expect(read(text, { env, flags: ["log.level=debug"] }).log.level).toBe("debug");
});

test("the environment is read by kind", () => {
  const env = {
    ZERORIG_LINK_ALLOW: "10.0.0.0/8, fd00::/8",
    ZERORIG_LINK_PORT: "0",
    ZERORIG_POWER_CEILING_WATTS: "2.5",
    ZERORIG_POOL_RIG: "42",
    ZERORIG_LOG_RECORD: "true",
    ZERORIG_DEBUG: "1",
    ZERORIG_BOARD: "v2.3",
    ZEROS_OTHER_THING: "1",
  };
  const settings = read(pool, { env });
  expect(settings.link.allow).toEqual(["10.0.0.0/8", "fd00::/8"]);
  expect(settings.link.port).toBe(0);
  expect(settings.power.ceiling_watts).toBe(2.5);
  expect(settings.pool.rig).toBe("42");
  expect(settings.log.record).toBe(true);
  expect(read(pool, { flags: ["log.record=false"] }).log.record).toBe(false);
});

test.each([
  [
    "[health]\n\n# c\nlivenes_ms = 1",
    "controller.toml:8:1: unknown key `livenes_ms` in [health]; did you mean `liveness_ms`?",
  ],
  ["[helth]\n", "controller.toml:5:2: unknown section [helth]; did you mean [health]?"],
  [
    "[health]\nstagger_ms = 2000",
    "controller.toml:6:1: unknown key `stagger_ms` in [health]; it belongs under [power]",
  ],
  [
    "[state]\n  colour = 1",
    "controller.toml:6:3: unknown key `colour` in [state]; its keys are dir",
  ],
  [
    '[log]\nrecord = "yes"',
    'controller.toml:6:1: `record` in [log]: expected true or false, got "yes"',
  ],
  [
    "[log]\nrecord_mb = 1",
    "controller.toml:6:1: `record_mb` in [log]: expected a whole number of megabytes from 4 to 65536, got 1",
  ],
  [
    '[link]\nport = "fast"',
    'controller.toml:6:1: `port` in [link]: expected a whole number from 0 to 65535, got "fast"',
  ],
  [
    "[power]\nstagger_ms = 5",
    "controller.toml:6:1: `stagger_ms` in [power]: expected a whole number of milliseconds from 1000 to 600000, got 5",
  ],
  [
    '[link]\nallow = ["10.0.0.0/33"]',
    'controller.toml:6:1: `allow` in [link]: expected a list of networks such as ["172.19.181.0/24"], got ["10.0.0.0/33"]',
  ],
  [
    "[health]\npause_guard_ms = 1999",
    "controller.toml:6:1: `pause_guard_ms` in [health]: expected a whole number of milliseconds from 2000 to 60000, got 1999",
  ],
  [
    '[power]\nrestore = "yes"',
    'controller.toml:6:1: `restore` in [power]: expected one of "adopt", "restore", "all-on", "all-off", got "yes"',
  ],
  [
    "[hat]\nfan_gpio = 6",
    "controller.toml:6:1: `fan_gpio` in [hat]: expected a whole number from 0 to 27 and none of 0, 1, 2, 3, 5, 6, 13, 19, 26, got 6",
  ],
  [
    "[hat]\nboard = v2",
    "controller.toml:6:9: invalid value; this is no TOML from here on: compare with `zerorig config example`",
  ],
])("%j", (text, message) => {
  expect(failure(pool + text).message).toBe(message);
});

test.each([
  [
    "port = 1\n",
    "controller.toml:1:1: unknown key `port` outside any section; it belongs under [link]",
  ],
  ["hat = 1\n", "controller.toml:1:1: [hat] is a table of keys, not a value"],
  ["zzzzzzzzz = 1\n", "controller.toml:1:1: unknown key `zzzzzzzzz` outside any section"],
])("%j before all sections", (text, message) => {
  expect(failure(text + pool).message).toBe(message);
});

test("lists every problem, in the order of the file", () => {
  const error = failure('[log]\nlevel = 3\n[pool]\nnodes = ["h:1"]\nnods = 1\n');
  expect(error.code).toBe("wrong-value");
  expect(error).toMatchObject({ file: "controller.toml", line: 2, column: 1 });
  expect(error.message.split("\n")).toEqual([
    expect.stringContaining("controller.toml:2:1: `level`"),
    "controller.toml:5:1: unknown key `nods` in [pool]; did you mean `nodes`?",
    "controller.toml: `user` in [pool] is required (or set ZERORIG_POOL_USER)",
  ]);
});

test.each([
  ["ZERORIG_HEATH_LIVENESS_MS", "no such variable; did you mean ZERORIG_HEALTH_LIVENESS_MS?"],
  ["ZERORIG_BAORD", "no such variable; did you mean ZERORIG_BOARD?"],
  [
    "ZERORIG_OTHER_THING",
    "no such variable; ours are ZERORIG_<SECTION>_<KEY>, as in `zerorig config example`",
  ],
])("%s is a mistake: %s", (variable, message) => {
  expect(failure(pool, { env: { [variable]: "1" } }).message).toBe(`${variable}: ${message}`);
});

test("quarantine can be reached where the window is longer than the hour of the cuts", () => {
  const text = `${pool}[power]\ncuts_per_slot_hour = 2\n[health]\n`;
  expect(failure(text).code).toBe("conflict");
  expect(read(`${text}quarantine_cycles = 1\n`).health.quarantine_cycles).toBe(1);
  expect(read(`${text}quarantine_window_ms = 3600001\n`).health.quarantine_cycles).toBe(3);
});

test("blames the variable or the flag that a wrong value came from", () => {
  expect(failure(pool, { env: { ZERORIG_LINK_PORT: "x" } }).message).toBe(
    'ZERORIG_LINK_PORT: `port` in [link]: expected a whole number from 0 to 65535, got "x"',
  );
  expect(failure(pool, { env: { ZERORIG_LINK_PROT: "1" } }).message).toBe(
    "ZERORIG_LINK_PROT: no key `prot` in [link]; did you mean ZERORIG_LINK_PORT?",
  );
  expect(failure(pool, { flags: ["link.prot=1"] }).message).toBe(
    "--set link.prot=1: unknown key `prot` in [link]; did you mean `port`?",
  );
  expect(failure(pool, { flags: ["port"] }).message).toBe("--set port: expected section.key=value");
});

test.each([
  ["[health]\nliveness_ms = 3000", ["liveness_ms", "beat_interval_ms"]],
  [
    "[link]\nbeat_interval_ms = 6000\n[health]\nprogress_ms = 100000",
    ["liveness_ms", "beat_interval_ms"],
  ],
  [
    "[work]\njob_limit_min_ms = 60000\njob_limit_max_ms = 50000",
    ["job_limit_min_ms", "job_limit_max_ms"],
  ],
  ["[hat]\nfan_on_c = 50", ["fan_on_c", "fan_off_c"]],
  ["[power]\nenumeration_ms = 100000", ["enumeration_ms", "boot_grace_ms"]],
  ["[health]\nbackoff_max_ms = 1000", ["backoff_base_ms", "backoff_max_ms"]],
  ["[health]\npause_guard_ms = 20000", ["pause_guard_ms", "liveness_ms"]],
  [
    "[health]\nprogress_ms = 5000\n[link]\nbeat_interval_ms = 3000",
    ["progress_ms", "beat_interval_ms"],
  ],
  ["[power]\ncuts_per_slot_hour = 30", ["cuts_per_slot_hour", "cuts_per_rig_hour"]],
  ["[health]\nquarantine_cycles = 6", ["quarantine_cycles", "cuts_per_slot_hour"]],
  ['algorithm = "sha256d"', ["nodes", "algorithm"]],
  ['[mqtt]\npassword_file = "/x"', ["password_file", "user"]],
  ['[mqtt]\nurl = "mqtt://h"\nca_file = "/x"', ["ca_file", "url"]],
  ['[alerts]\nwebhook_secret_file = "/x"', ["webhook_secret_file", "webhook_url"]],
  ['[alerts]\nntfy_token_file = "/x"', ["ntfy_token_file", "ntfy_url"]],
])("conflict: %j names both keys", (text, names) => {
  const error = failure(pool + text);
  expect(error.code).toBe("conflict");
  for (const name of names) expect(error.message).toContain(`\`${name}\``);
});

test("Stratum pools go with their algorithms, and with nothing else", () => {
  const of = (nodes: string, more: string) => `[pool]\nuser = "u"\nnodes = [${nodes}]\n${more}`;
  const [tcp, ssl] = ['"stratum+tcp://h:1"', '"stratum+ssl://h:2"'];
  expect(read(of(`${tcp}, ${ssl}`, 'algorithm = "scrypt"')).pool.nodes).toHaveLength(2);
  for (const [nodes, more, name] of [
    [tcp, "", "algorithm"],
    [`${tcp}, "h:2"`, 'algorithm = "scrypt"', "nodes"],
    ["", 'algorithm = "sha256d"', "nodes"],
    [ssl, 'algorithm = "sha256d"\nmode = "split"', "mode"],
  ] as const) {
    const error = failure(of(nodes, more));
    expect([error.code, error.message]).toEqual(["conflict", expect.stringContaining(name)]);
  }
});

test("a conflict is placed where the blamed key was given", () => {
  expect(failure(`${pool}[health]\nliveness_ms = 3000`)).toMatchObject({ line: 6, column: 1 });
  expect(failure(pool, { flags: ["health.liveness_ms=3000"] }).file).toBe(
    "--set health.liveness_ms=3000",
  );
});

test("a conflict with a default is placed at the key that was given, and names the default", () => {
  const error = failure(`${pool}[health]\nboot_grace_ms = 20000`);
  expect(error).toMatchObject({ code: "conflict", line: 6, column: 1 });
  expect(error.message).toContain("(`enumeration_ms`: the default)");
  const both = failure(`${pool}[health]\nboot_grace_ms = 20000\n[power]\nenumeration_ms = 30000`);
  expect(both).toMatchObject({ line: 8 });
  expect(both.message).not.toContain("the default");
});

test("a number that is none is shown as it was written", () => {
  expect(failure(`${pool}[power]\nceiling_watts = inf`).message).toContain("got Infinity");
});

test("what is no TOML says what to compare it with", () => {
  expect(failure("[pool\n")).toMatchObject({ code: "syntax", line: 1 });
  expect(failure("[pool\n").message).toContain("zerorig config example");
});

test.each(["v1", "v1.3", "v2.3", "v3.1", "v2.3,v2.6@0x21", "auto", "virtual:/tmp/x"])(
  "board %s is known",
  (board) => {
    expect(read(pool, { flags: [`hat.board=${board}`] }).hat.board).toBe(board);
  },
);

test.each([
  ["[hat]\nhub_paths = ['1-1.2', '1-1.3']", ["1-1.2", "1-1.3"]],
  ["", []],
])("hub paths are read: %j", (table, paths) => {
  expect(read(`${pool}\n${table}`).hat.hub_paths).toEqual(paths);
});

test.each([
  [
    "mqtt.url",
    ["mqtt://h", "mqtts://h:8883/"],
    ["http://h", "mqtt://u:p@h", "mqtt://h/x", "mqtt:"],
  ],
  ["mqtt.topic_prefix", ["a", "a/b-c_d"], ["a/", "/a", "a/+", "a/#", "a b", ""]],
  ["mqtt.id", ["attic-2_b"], ["attic/2", "", "a".repeat(33)]],
  ["alerts.webhook_url", ["https://h/x?y=1", "http://10.0.0.1"], ["ftp://h", "https://u:p@h", "h"]],
])("%s takes what it should", (name, right, wrong) => {
  const isRight = (value: string) => {
    try {
      readSettings({ file: "f", text: pool, env: {}, flags: [`${name}=${value}`] });
      return true;
    } catch {
      return false;
    }
  };
  expect(right.filter((value) => !isRight(value))).toEqual([]);
  expect(wrong.filter(isRight)).toEqual([]);
});

test("the API and the link take a port each, but on addresses of their own", () => {
  const text = (http: string, link: string, port: number) =>
    `${pool}[http]\nlisten = "${http}"\nport = ${port}\ntoken_file = "/x"\n[link]\nlisten = "${link}"\nport = ${port}\n`;
  for (const [http, link] of [
    ["127.0.0.1", "127.0.0.1"],
    ["127.0.0.1", "0.0.0.0"],
    ["::", "10.0.0.1"],
  ] as const) {
    expect(failure(text(http, link, 8080))).toMatchObject({ code: "conflict", line: 7 });
    expect(read(text(http, link, 0)).http.port).toBe(0);
  }
  expect(read(text("127.0.0.1", "10.0.0.1", 8080)).http.port).toBe(8080);
  expect(read(`${pool}[link]\nport = 8080\n`).http.listen).toBeNull();
});

test("a token for ntfy goes to another machine over TLS only", () => {
  const text = (url: string) => `${pool}[alerts]\nntfy_url = "${url}"\nntfy_token_file = "/x"\n`;
  expect(failure(text("http://ntfy.example/t")).message).toContain("use https://");
  expect(read(text("http://127.0.0.1/t")).alerts.ntfy_url).toBe("http://127.0.0.1/t");
  expect(read(text("https://ntfy.example/t")).alerts.ntfy_token_file).toBe("/x");
});

test.each(["1-1.2/../x", "eth0", "1-", "1"])("hub path %j is none", (path) => {
  expect(failure(pool, { flags: [`hat.hub_paths=${path}`] }).code).toBe("wrong-value");
});

test.each(["v4", "virtual:x", "v2", ""])("board %j is not", (board) => {
  expect(failure(pool, { flags: [`hat.board=${board}`] }).code).toBe("wrong-value");
});

test("a socket path that the kernel would cut off is refused", () => {
  expect(failure(pool, { flags: [`control.socket=/${"x".repeat(107)}`] }).message).toContain(
    "107 bytes",
  );
});
