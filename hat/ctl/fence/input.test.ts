import { describe, expect, it } from "vitest";
import { UsageError } from "../exit.ts";
import { type Input, readArguments, readLines } from "./input.ts";
import { settingsOf } from "./settings.ts";

const asked = (input: Input) => Object.fromEntries(input.values);

describe("lines", () => {
  it("are read as Pacemaker sends them", () => {
    const input = readLines(
      'action=off\nplug=p3\n# a comment\n\n  power-wait=2  \nboard="virtual:/a=b"\nnodename=node3\npcmk_host_map=n:p1\n',
    );
    expect(asked(input)).toEqual({
      action: "off",
      plug: "p3",
      power_wait: "2",
      board: "virtual:/a=b",
    });
    expect(input.warnings).toEqual([]);
  });

  it("take the last word, and switches in many spellings", () => {
    const input = readLines("plug=p1\nplug=p2\nverbose=yes\nquiet=OFF\ndisable-timeout=true");
    expect(asked(input)).toEqual({ plug: "p2", verbose: "1", quiet: "0", disable_timeout: "1" });
  });

  it("pass over what is unknown, and say so without its value", () => {
    const input = readLines("passwd=secret\naction=list\nverbose=maybe\nnonsense");
    expect(asked(input)).toEqual({ action: "list" });
    expect(input.warnings).toEqual([
      "Parse error: Ignoring unknown option 'passwd'",
      "Parse error: Ignoring option 'verbose': it takes 1 or 0",
      "Parse error: Ignoring unknown option 'nonsense'",
    ]);
  });
});

describe("options", () => {
  it.each([
    [["--action=reboot", "--plug=p3"]],
    [["--action", "reboot", "--plug", "p3"]],
    [["-o", "reboot", "-n", "p3"]],
    [["-oreboot", "-np3"]],
    [["--plug=p1", "-o", "off", "--action=reboot", "-n", "p3"]],
  ])("%j", (args) => {
    expect(asked(readArguments(args))).toEqual({ action: "reboot", plug: "p3" });
  });

  it("take `_` for `-`, and switches with a value", () => {
    expect(
      asked(
        readArguments(["--power_wait=3", "--disable-timeout=true", "--quiet=no", "-v", "-C", ";"]),
      ),
    ).toEqual({ power_wait: "3", disable_timeout: "1", verbose: "1", separator: ";" });
  });

  it.each([
    [["--frob=1"], /--frob/],
    [["off"], /off/],
    [["-o"], /-o/],
    [["--quiet=maybe"], /quiet/],
    [["-x"], /-x/],
  ])("%j are refused in one line", (args, message) => {
    const read = () => readArguments(args);
    expect(read).toThrow(UsageError);
    expect(read).toThrow(message);
    expect(read).not.toThrow(/\n/);
  });
});

describe("settings", () => {
  const settings = (text: string) => settingsOf(readLines(text));

  it("have their defaults from the table", () => {
    expect(settings("action=Reboot\nplug=3")).toEqual({
      action: "reboot",
      plugs: ["p3"],
      board: "auto",
      hubPaths: [],
      despiteMismatch: false,
      controller: "/run/zerorig/control.sock",
      separator: ",",
      powerWaitMs: 0,
      powerTimeoutMs: 20_000,
      openTimeoutMs: 5000,
      callTimeoutMs: 3000,
      lookEveryMs: 200,
      onTries: 2,
      delayMs: 0,
    });
  });

  it("are what was asked", () => {
    const text =
      "action=meta-data\nhub_paths=1-1.2, 1-1.3\npower_timeout=1.5\nretry_on=0\nstonith_status_sleep=0\nboard=v2.3@0x21";
    expect(settings(text)).toMatchObject({
      action: "metadata",
      plugs: [],
      board: "v2.3@0x21",
      hubPaths: ["1-1.2", "1-1.3"],
      powerTimeoutMs: 1500,
      onTries: 1,
      lookEveryMs: 20,
    });
    expect(settings("action=list\ndisable_timeout=1").powerTimeoutMs).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  it.each([
    ["p3", ["p3"]],
    ["3", ["p3"]],
    ["P3, p1,p3", ["p1", "p3"]],
    ["p2-p4", ["p2", "p3", "p4"]],
    ["4,1-2", ["p1", "p2", "p4"]],
    ["p16", ["p16"]],
  ])("plug %s is %j", (plug, slots) => {
    expect(settings(`action=off\nplug=${plug}`).plugs).toEqual(slots);
    expect(settings(`action=off\nport=${plug}`).plugs).toEqual(slots);
  });

  it("take another separator between plugs", () => {
    expect(settings("action=off\nplug=p1;p4\nplug_separator=;").plugs).toEqual(["p1", "p4"]);
  });

  it.each([
    ["", /no action was given/],
    ["plug=p3", /no action was given/],
    ["action=\nplug=p3", /no action was given/],
    ["action=explode\nplug=p3", /Unrecognised action 'explode'/],
    ["action=toString\nplug=p3", /Unrecognised action/],
    ["action=off", /off needs a plug/],
    ["action=reboot\nplug=", /reboot needs a plug/],
    ["action=on", /on needs a plug/],
    ["action=status", /status needs a plug/],
    ["action=off\nplug=all", /"all" names no slot/],
    ["action=off\nplug=node1", /"node1" names no slot/],
    ["action=off\nplug=p0", /"p0"/],
    ["action=off\nplug=p1,", /""/],
    ["action=off\nplug=p3-p1", /"p3-p1"/],
    ["action=off\nplug=p1-p2-p3", /"p1-p2-p3"/],
    ["action=off\nplug=-1", /"-1"/],
    ["action=off\nplug=p1 p2", /"p1 p2"/],
    ["action=off\nplug=p1\nport=p2", /plug says p1 and port.* p2/],
    ["action=off\nplug=p1\npower_timeout=soon", /power_timeout takes seconds.*"soon"/],
    ["action=off\nplug=p1\npower_timeout=-1", /power_timeout/],
    ["action=off\nplug=p1\ndelay=86401", /delay takes seconds from 0 to 86400/],
    ["action=on\nplug=p1\nretry_on=1.5", /retry_on takes a whole number/],
    ["action=off\nplug=p1\nboard=v9", /"v9"/],
    ["action=list\nplug=nonsense", /"nonsense"/],
  ])("%j is refused", (text, message) => {
    expect(() => settings(text)).toThrow(UsageError);
    expect(() => settings(text)).toThrow(message);
  });

  it("leave plug aside in validate-all: Pacemaker puts a made-up node there", () => {
    expect(settings("action=validate-all\nplug=node1").plugs).toEqual([]);
    expect(() => settings("action=validate-all\npower_timeout=soon")).toThrow(/power_timeout/);
  });

  it("need no plug to look", () => {
    for (const action of [
      "list",
      "list-status",
      "monitor",
      "metadata",
      "manpage",
      "validate-all",
    ]) {
      expect(settings(`action=${action}`).plugs).toEqual([]);
    }
  });
});
