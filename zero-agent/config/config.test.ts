import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { DEFAULT_FILE, environmentSettings, loadSettings, parseSettings } from "./config.ts";
import { ConfigError } from "./error.ts";
import { readKey } from "./key-file.ts";

const folder = mkdtempSync(join(tmpdir(), "zero-agent-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

function put(name: string, text: string, mode = 0o600): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

describe("the settings", () => {
  it("come from the defaults, the file and the environment, the last word last", () => {
    const file = put("a.toml", 'slot = "p2"\nworkers = 3\nmax_hashrate_hs = 250000.5\n');
    const settings = loadSettings(file, { ZERO_AGENT_WORKERS: "1", ZERO_AGENT_LOG_LEVEL: "debug" });
    expect(settings).toEqual({
      slot: "p2",
      controller: "ws://172.19.181.254:8686/link",
      key_file: "/etc/zerorig/agent.key",
      workers: 1,
      max_hashrate_hs: 250_000.5,
      kernel: "auto",
      algorithms: ["duco-s1"],
      sysroot: "/",
      log_level: "debug",
    });
    expect(Object.isFrozen(settings)).toBe(true);
  });

  const faults: [string, RegExp][] = [
    [
      'slot = "p1"\n  worker = 2',
      /^f:2:3: unknown key "worker"; there are slot, controller, .*, log_level$/,
    ],
    ["[controler]\nurl = 1", /^f:1:2: unknown key "controler"; there are /],
    ['"a b" = 1', /^f:1:1: unknown key "a b"; there are /],
    ['"a\\nb" = 1', /^f:1:1: unknown key "a\\nb"; there are /],
    ["\n\nslot = 1", /^f:3:1: slot must be a text, not 1$/],
    ['slot = "q1"', /slot must be a slot, p1 to p99, not "q1"$/],
    ['slot = ""', /slot must not be empty, not ""$/],
    ['workers = "2"', /workers must be a number, not "2"$/],
    ["workers = 1.5", /workers must be a whole number, not 1.5$/],
    ["workers = 65", /workers must be 1 to 64, not 65$/],
    ["algorithms = 1", /algorithms must be a list, not 1$/],
    ['algorithms = ["x11"]', /must be some of duco-s1, sha256d, scrypt, not \["x11"\]$/],
    ['algorithms = ["scrypt"]', /must have duco-s1, not/],
    ['algorithms = ["duco-s1", "duco-s1"]', /must not name one twice, not/],
    ["max_hashrate_hs = -1", /must be 0 or more, not -1$/],
    ["max_hashrate_hs = inf", /must be finite, not null$/],
    ['controller = "http://x"', /must be a ws:\/\/ or wss:\/\/ address, not "http:\/\/x"$/],
    [
      'controller = "ws://u:secret@x/link"',
      /not hold a user or a password.*, not "\*\*\*@x\/link"$/,
    ],
    ['controller = "ws:u:secr@et@x"', /not hold a user or a password.*, not "\*\*\*@x"$/],
    ['controller = "http://u:secret@x"', /ws:\/\/ or wss:\/\/ address, not "\*\*\*@x"$/],
    ['controller = "nowhere"', /must be a ws:\/\/ or wss:\/\/ address, not "nowhere"$/],
    ['controller = "ws://x/link#a"', /controller must not hold a #, not "ws:\/\/x\/link#a"$/],
    ['controller = "ws://x/link#"', /controller must not hold a #/],
    [
      'kernel = "fast"',
      /kernel must be one of auto, native, .*wasm-simd, .*, reference, not "fast"$/,
    ],
    ['log_level = "loud"', /must be one of debug, info, warn, error, silent, not "loud"$/],
    ['slot = "p1"\nslot = "p2"', /^f:2:\d+: /],
    ["slot = ", /^f:1:\d+: /],
  ];
  it.each(faults)("refuse %j in one line that names the place", (toml, message) => {
    let said = "";
    try {
      parseSettings(toml, "f");
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      said = (error as Error).message;
    }
    expect(said).toMatch(message);
    expect(said).not.toContain("\n");
    expect(said).not.toContain("secr");
  });

  it("refuse unknown and wrong variables", () => {
    const env = (variables: Record<string, string>) => () => environmentSettings(variables);
    expect(env({ ZERO_AGENT_WORKER: "1" })).toThrow(/variable ZERO_AGENT_WORKER; there are ZERO_/);
    expect(env({ ZERO_AGENT_WORKERS: "many" })).toThrow(
      /^environment: ZERO_AGENT_WORKERS: workers must be a number, not "many"$/,
    );
    expect(env({ ZERO_AGENT_MAX_HASHRATE_HS: "" })).toThrow(/must be a number, not ""/);
    expect(environmentSettings({ PATH: "/bin", ZERO_AGENT_SLOT: "p9" })).toEqual({ slot: "p9" });
  });

  it("need a slot, and a file if one is named", () => {
    expect(() => loadSettings(put("empty.toml", ""), {})).toThrow(/slot is missing; write slot = /);
    expect(() => loadSettings(join(folder, "none"), {})).toThrow(
      /none: no such file; `zerorig setup` /,
    );
    expect(() => loadSettings(folder, {})).toThrow(/EISDIR/);
    expect(() => loadSettings(null, {})).toThrow(`${DEFAULT_FILE}: there is no such file, and no`);
  });
});

describe("the key", () => {
  const hex = "0123456789abcdefABCDEF0123456789".repeat(2);

  it("is 64 hex digits, and its file tells whether others can read it", () => {
    const key = Buffer.from(hex, "hex");
    expect(readKey(put("k1", `${hex}\n`))).toEqual({ key, isExposed: false });
    expect(readKey(put("k2", hex, 0o640))).toEqual({ key, isExposed: true });
  });

  it("is refused without a word of what is in the file", () => {
    for (const text of ["", hex.slice(1), `${hex}0`, `${hex}\n${hex}`, "z".repeat(64)]) {
      const file = put("bad", text);
      expect(() => readKey(file)).toThrow(/a key is 64 hex digits and nothing else/);
      if (text !== "") expect(() => readKey(file)).not.toThrow(text);
    }
    expect(() => readKey(join(folder, "no-key"))).toThrow(/is missing; make one with: /);
    expect(() => readKey(folder)).toThrow(/cannot be read \(EISDIR\)/);
  });
});
