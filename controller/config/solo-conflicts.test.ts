// What of mining alone does not go together, by the file's own lines.

import { describe, expect, it } from "vitest";
import { compileConfig } from "./compile.ts";
import { ConfigError } from "./error.ts";
import { readSettings } from "./settings.ts";

const BITCOIN = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
const REGTEST = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";

function settingsOf(...lines: string[]) {
  return readSettings({ file: "c.toml", text: lines.join("\n"), env: {}, flags: [] });
}

/** What is wrong, with its line. */
function faults(...lines: string[]): string[] {
  try {
    settingsOf(...lines);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ line, message }) => `${line}: ${message}`);
  }
}

function pool(user: string, algorithm = "sha256d", node = "http://127.0.0.1:8332"): string {
  return `[pool]\nuser = "${user}"\nalgorithm = "${algorithm}"\nnodes = ["${node}"]`;
}

describe("who is paid", () => {
  it("is the address, or the user where there is none", () => {
    const file = "/etc/zerorig/c.toml";
    const said = (...lines: string[]) => compileConfig(settingsOf(...lines), file).solo;
    expect(said(pool(BITCOIN))).toMatchObject({ address: BITCOIN, network: "bitcoin" });
    expect(
      said(pool("me"), "[solo]", `address = "${REGTEST}"`, 'network = "bitcoin-regtest"'),
    ).toMatchObject({ address: REGTEST, network: "bitcoin-regtest" });
    const litecoin = "ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9";
    expect(said(pool(litecoin, "scrypt"))).toMatchObject({ network: "litecoin" });
    expect(said('[pool]\nuser = "me"')).toMatchObject({ network: "bitcoin" });
  });

  it("must be somebody", () => {
    expect(faults(pool("me"))).toEqual([
      "2: `user` in [pool] (me) is no address of bitcoin, and blocks would be mined for nobody: a letter of it is wrong, or it is no address; [solo] `address` names who is paid",
    ]);
    expect(faults(pool("me"), "[solo]", `address = "${REGTEST}"`)).toEqual([
      `6: \`address\` in [solo] (${REGTEST}) is no address of bitcoin, and blocks would be mined for nobody: it is one of bitcoin-regtest: set \`network\``,
    ]);
    const typo = BITCOIN.replace("w508", "w509");
    expect(faults(pool(typo))[0]).toContain("a letter of it is wrong");
    // At a pool it may be anything.
    expect(faults(pool("me", "sha256d", "stratum+tcp://h:1"))).toEqual([]);
  });

  it("is of a chain that is mined so", () => {
    expect(faults(pool(BITCOIN), "[solo]", 'network = "litecoin"')).toEqual([
      "6: `network` in [solo] (litecoin) is mined with scrypt, not with `algorithm` sha256d of [pool]",
    ]);
  });
});

describe("a full node", () => {
  it("is for chains, not for Duino-Coin, and has a port", () => {
    expect(faults(pool(BITCOIN, "duco-s1"))[0]).toContain("has a Stratum pool or a full node");
    expect(faults(pool(BITCOIN, "sha256d", "http://127.0.0.1"))[0]).toContain("expected a list");
    expect(faults(pool(BITCOIN, "sha256d", "h:1"))[0]).toContain(
      'full nodes as "http://host:port"',
    );
  });

  it("whose password stands in its URL is refused, and the password not shown", () => {
    const [fault = ""] = faults(pool(BITCOIN, "sha256d", "http://me:secret@127.0.0.1:8332"));
    expect(fault).toContain("http://***@127.0.0.1:8332");
    expect(fault).not.toContain("secret");
  });

  it.each<readonly [readonly string[], string]>([
    [
      ['cookie_file = "/c"', 'rpc_user = "me"', 'rpc_password_file = "/p"'],
      "6: `cookie_file` in [solo] holds user and password already",
    ],
    [['rpc_user = "me"'], "6: `rpc_user` and `rpc_password_file` in [solo] belong together"],
    [['rpc_password_file = "/p"'], "6: `rpc_user` and `rpc_password_file` in [solo] belong"],
    [
      ["notify_port = 1", 'notify_listen = "0.0.0.0"'],
      "7: `notify_listen` in [solo] (0.0.0.0) can be reached from elsewhere",
    ],
    [["notify_port = 65536"], "6: `notify_port` in [solo]: expected a whole number"],
    [['tag = "é"'], "6: `tag` in [solo]: expected up to 40 printable characters"],
  ])("%j does not go", (lines, words) => {
    const found = faults(pool(BITCOIN), "[solo]", ...lines);
    expect(found).toHaveLength(1);
    expect(found[0]?.startsWith(words)).toBe(true);
  });

  it("may be told of from elsewhere by who knows the secret", () => {
    const lines = ["notify_port = 1", 'notify_listen = "0.0.0.0"', 'notify_secret_file = "/s"'];
    expect(faults(pool(BITCOIN), "[solo]", ...lines)).toEqual([]);
    expect(faults(pool(BITCOIN), "[solo]", 'notify_listen = "0.0.0.0"')).toEqual([]);
  });
});
