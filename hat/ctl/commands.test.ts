// Each word of hatctl on a virtual board of its own.

import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { eventually } from "../../test/contract/eventually.ts";
import { type Bundle, bundleHatctl, runHatctl, testBoard } from "./testing/hatctl.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let bundle: Bundle;
beforeAll(async () => {
  bundle = await bundleHatctl();
});
afterAll(() => bundle.remove());

const HALT_ON_FILE =
  "setInterval(() => { if (require('fs').existsSync(process.argv[1])) process.exit(64) }, 50)";

/** A board whose named Zeros are up on USB. */
async function boardWith(slots: readonly string[], ...args: readonly string[]) {
  const board = await testBoard(bundle, args);
  await board.run("on", ...slots, "--stagger", "1s");
  await eventually(async () =>
    expect((await board.client.truth()).filter(({ usb }) => usb)).toHaveLength(slots.length),
  );
  return board;
}

const levels = async (board: Awaited<ReturnType<typeof testBoard>>) =>
  (await board.client.truth()).map(({ powered }) => (powered ? 1 : 0));

describe("off and cycle", () => {
  it("ask for a word more where no slot is named; the vendor's name means all", async () => {
    const board = await boardWith(["p1", "p2"]);
    for (const verb of ["off", "cycle"]) {
      const asked = await board.run(verb);
      expect(asked).toMatchObject({ code: 2, stdout: "" });
      expect(asked.stderr).toContain(`write \`hatctl ${verb} all\`, or add --yes`);
    }
    expect(await levels(board)).toEqual([1, 1, 0, 0]);
    expect(await board.run("off", "--yes")).toMatchObject({ code: 0 });
    expect(await levels(board)).toEqual([0, 0, 0, 0]);
    await board.run("on", "p3");
    expect(await board.runAsVendor("off")).toMatchObject({ code: 0 });
    expect(await levels(board)).toEqual([0, 0, 0, 0]);
  });

  it("refuse a slot where another's card sits, before anything is switched", async () => {
    const board = await boardWith(["p1", "p2", "p3"], "--cards", "2,1,3,4");
    const refused = await board.run("off", "p3", "p1", "--json");
    expect(refused.code).toBe(6);
    expect(refused.stderr).toContain("the card in p1 was made for p2");
    expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: "refused", exitCode: 6 } });
    expect(await levels(board)).toEqual([1, 1, 1, 0]);
    expect(await board.run("off", "p3")).toMatchObject({ code: 0 });
    const meant = await board.run("off", "p1", "--despite-mismatch", "--json");
    expect(JSON.parse(meant.stdout)).toMatchObject({
      slots: [{ slot: "p1", outcome: "done" }],
      mismatches: [expect.stringContaining("the card in p1")],
    });
    expect(await levels(board)).toEqual([0, 1, 0, 0]);
    expect((await board.run("identify")).stderr).toContain("the card in p2 was made for p1");
  });
});

describe("--soft", () => {
  /** An ssh that writes down what it is asked, and says and does what the test wants. */
  async function withSsh(script: string, slots: readonly string[], ...args: readonly string[]) {
    const bin = join(bundle.directory, `bin-${Math.random()}`);
    await mkdir(bin);
    await writeFile(join(bin, "ssh"), `#!/bin/sh\nprintf '%s ' "$@" >> ${bin}/asked\n${script}\n`);
    await chmod(join(bin, "ssh"), 0o755);
    const board = await testBoard(bundle, args, { PATH: `${bin}:${process.env["PATH"]}` });
    await board.run("on", ...slots, "--stagger", "1s");
    await eventually(async () =>
      expect((await board.client.truth()).filter(({ usb }) => usb)).toHaveLength(slots.length),
    );
    return { board, asked: () => readFile(join(bin, "asked"), "utf8") };
  }

  it("asks over ssh with argv, never with a password, and does not cut who stays", async () => {
    const { board, asked } = await withSsh("exit 0", ["p1"]);
    const ended = await board.run(
      "off",
      "p1",
      "--soft",
      "--ssh",
      "pi@{slot}.lan",
      "--soft-limit",
      "1s",
    );
    expect(ended.code).toBe(5);
    expect(ended.stderr).toContain(
      "p1: was asked, and is still on USB after 1000 ms; it was not cut",
    );
    expect(await asked()).toBe(
      "-n -o BatchMode=yes -o ConnectTimeout=5 -- pi@p1.lan sudo -n systemctl poweroff ",
    );
    expect(await levels(board)).toEqual([1, 0, 0, 0]);
  });

  it("cuts all the same with --then-hard, and says so", async () => {
    const { board } = await withSsh("echo 'Permission denied (publickey).' >&2; exit 255", ["p1"]);
    const kept = await board.run("off", "p1", "--soft");
    expect(kept.code).toBe(5);
    expect(kept.stderr).toMatch(/could not be asked \(ssh p1\.local: Permission denied/);
    const cut = await board.run("off", "p1", "--soft", "--then-hard");
    expect(cut.code).toBe(0);
    expect(cut.stderr).toContain("cut all the same, off, verified");
    expect(await levels(board)).toEqual([0, 0, 0, 0]);
  });

  it("cuts whose port is gone, goes on with the others when one stays, and cycles", async () => {
    // Each Zero halts (64) when its file is there; only p1's and p3's ssh put one.
    const files = join(bundle.directory, "halt-");
    const { board } = await withSsh(
      `case "$*" in *p1.local*) touch ${files}p1;; *p3.local*) touch ${files}p3;; esac`,
      ["p1", "p2", "p3"],
      ...["--", process.execPath, "-e", HALT_ON_FILE, `${files}{slot}`],
    );
    await eventually(async () =>
      expect((await board.client.truth()).filter(({ pid }) => pid !== null)).toHaveLength(3),
    );
    const ended = await board.run(
      "off",
      "p1",
      "p2",
      "p3",
      "--soft",
      "--soft-limit",
      "2s",
      "--json",
    );
    expect(ended.code).toBe(7);
    expect(JSON.parse(ended.stdout).slots).toEqual([
      { slot: "p1", outcome: "done", message: "shut down, off, verified" },
      { slot: "p2", outcome: "failed", message: expect.stringContaining("it was not cut") },
      { slot: "p3", outcome: "done", message: "shut down, off, verified" },
    ]);
    expect(await levels(board)).toEqual([0, 1, 0, 0]);
  });

  it("takes a pattern that names each Zero, and no option of ssh", async () => {
    const board = await boardWith(["p1"]);
    for (const host of ["pi@rig", "-oProxyCommand=x{slot}"]) {
      expect(await board.run("off", "p1", "--soft", `--ssh=${host}`)).toMatchObject({ code: 2 });
    }
    expect(await levels(board)).toEqual([1, 0, 0, 0]);
  });
});

describe("hub", () => {
  it("says what it costs, and does nothing without a yes while a Zero is on it", async () => {
    const board = await boardWith(["p1"]);
    for (const state of ["off", "reset"]) {
      const refused = await board.run("hub", state);
      expect(refused.code).toBe(6);
      expect(refused.stderr).toMatch(/takes p1 off USB .*; power stays; .*add --yes/);
    }
    expect((await board.run("status", "p1")).stdout).toMatch(/p1 +on +present/);
    expect(await board.run("hub", "off", "--yes")).toMatchObject({ code: 0 });
    expect((await board.run("status", "p1")).stdout).toMatch(/p1 +on +unknown/);
    expect(await board.run("hub", "on")).toMatchObject({ code: 0 });
    expect((await board.run("status", "p1")).stdout).toMatch(/p1 +on +present/);
    expect(await board.run("hub", "reset", "--hold", "10", "--yes")).toMatchObject({ code: 0 });
    expect((await board.run("status", "p1")).stdout).toMatch(/p1 +on +present/);
    expect((await board.client.truth())[0]?.cuts).toBe(0);
  });

  it("costs nothing where no Zero is on it", async () => {
    const board = await testBoard(bundle);
    await board.run("init");
    expect(await board.run("hub", "reset", "--hold", "10")).toMatchObject({ code: 0 });
  });
});

describe("the LEDs and the write protection", () => {
  it("are switched, and seen in the status", async () => {
    const board = await testBoard(bundle, ["--slots", "8"]);
    expect(await board.run("init")).toMatchObject({ code: 0 });
    expect(await board.run("alert", "on", "p5")).toMatchObject({ code: 0 });
    expect(await board.run("led", "off")).toMatchObject({ code: 0 });
    expect(await board.run("wp", "off")).toMatchObject({ code: 0 });
    const { switches } = JSON.parse((await board.run("status", "--json")).stdout);
    const on = switches.filter(({ on }: { on: boolean }) => on);
    expect(on).toEqual([
      { part: 0, name: "hub", on: true },
      { part: 1, name: "alert", on: true },
      { part: 1, name: "hub", on: true },
    ]);
    expect(await levels(board)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it("end with a reason where there are none", async () => {
    const board = await testBoard(bundle, ["--revision", "3.1"]);
    await board.run("init");
    const ended = await board.run("led", "on");
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/v3\.1 .* has no switch "led"/);
    expect((await board.run("alert", "dim")).code).toBe(2);
  });
});

describe("save-state and restore-state", () => {
  it("bring back what was on", async () => {
    const board = await boardWith(["p2", "p4"]);
    const file = join(bundle.directory, "state.json");
    expect((await board.run("save-state", "--file", file)).stderr).toContain("on are p2, p4");
    await board.run("off", "all");
    await board.run("on", "p1");
    const restored = await board.run("restore-state", "--file", file, "--stagger", "1s", "--json");
    expect(JSON.parse(restored.stdout)).toMatchObject({ verb: "on", exitCode: 0 });
    expect(await levels(board)).toEqual([1, 1, 0, 1]);
    await writeFile(file, '{"format":1,"on":["p9"],"off":[]}');
    expect(await board.run("restore-state", "--file", file)).toMatchObject({ code: 2 });
    await writeFile(file, "half");
    expect((await board.run("restore-state", "--file", file)).stderr).toContain("write it anew");
    expect((await board.run("save-state", "--file", "/nowhere/x")).stderr).toMatch(
      /make its folder \(`sudo mkdir -p \/nowhere`\), or name another with --file$/m,
    );
    expect((await board.run("save-state", "--file", "/proc/x")).stderr).toMatch(
      /: name another with --file$/m,
    );
  });
});

it("init sets a board up and switches nothing; a second one writes nothing", async () => {
  const board = await testBoard(bundle);
  expect((await board.run("status")).stderr).toContain("power-on state");
  expect((await board.run("init")).stderr).toMatch(/^set up: virtual ClusterHAT/);
  expect((await board.run("init")).stderr).toContain("nothing was written");
  expect((await board.run("status")).stderr).toBe("");
  expect((await board.client.truth()).map(({ starts }) => starts)).toEqual([0, 0, 0, 0]);
});

it("goes through a controller whose board cannot be read just now", async () => {
  const board = await testBoard(bundle);
  const { board: description } = JSON.parse((await board.run("status", "--json")).stdout);
  const socketPath = `${board.socketPath}.controller`;
  const status = { board: `${description} (the chip at 0x20 did not answer)`, slots: [] };
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", () => void socket.write(`${JSON.stringify({ ok: true, status })}\n`));
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  onTestFinished(() => void server.close());
  const refused = await board.run("--control", socketPath, "alert", "on");
  expect(refused).toMatchObject({ code: 6 });
  expect(refused.stderr).toContain(`the controller at ${socketPath} drives this board`);
});

describe("a rig of which one HAT does not answer", () => {
  /** The second chip says 0xff whatever it is asked. */
  async function halfRig() {
    const board = await testBoard(bundle, ["--slots", "8"]);
    await board.run("on", "p1");
    const bus = board.client.bus();
    await bus.writeByte(0x21, 2, 0xff);
    return board;
  }

  it("shows what can be read, says what cannot, and switches the rest", async () => {
    const board = await halfRig();
    const status = await board.run("status");
    expect(status.code).toBe(7);
    expect(status.stdout).toMatch(/^p1 +on +\w+\n(?:.*\n){3}p5 +\? +\?\n/m);
    expect(status.stderr).toContain("hatctl: p5, p6, p7, p8 cannot be read: the chip at 0x21");
    expect(await board.run("status", "p2")).toMatchObject({ code: 0 });
    expect(await board.run("status", "p6")).toMatchObject({ code: 1 });
    const { slots, unread } = JSON.parse((await board.run("status", "--json")).stdout);
    expect(slots).toHaveLength(4);
    expect(unread).toMatchObject([{ slots: ["p5", "p6", "p7", "p8"], code: "bus" }]);
    expect(await board.run("off", "p1")).toMatchObject({ code: 0 });
    expect(await levels(board)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    // The slots before it are done, and it is said why no more is.
    const all = await board.run("on", "--stagger", "0");
    expect(all.code).toBe(7);
    expect(all.stderr).toContain("p5: the chip at 0x21");
    expect(await levels(board)).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
  });

  it("says no half of what makes sense whole only, and asks no Zero to shut down that it could not cut", async () => {
    const board = await halfRig();
    for (const words of [
      ["save-state", "--file", "-"],
      ["status", "--format", "clusterctrl"],
    ]) {
      const ended = await board.run(...words);
      expect(ended).toMatchObject({ code: 1, stdout: "" });
      expect(ended.stderr).toContain("p5, p6, p7, p8 cannot be read");
    }
    const soft = await board.run("off", "p5", "--soft", "--then-hard");
    expect(soft.code).toBe(1);
    expect(soft.stderr).not.toContain("asking");
    expect(await board.run("hub", "off", "p5")).toMatchObject({ code: 6 });
  });
});

it("getpath, maxpi and identify look, and touch no hub", async () => {
  const board = await boardWith(["p2"]);
  expect((await board.run("maxpi")).stdout).toBe("4\n");
  expect((await board.run("getpath", "p1", "p2")).stdout).toMatch(/^p1:\S+\.4\np2:\S+\.3\n$/);
  const { stdout } = await board.run("identify", "p1", "p2");
  expect(stdout).toMatch(/^SLOT +PORT +WHAT +DEVICE +INTERFACE +CARD\np1 +\S+ +empty +- +- +-\n/);
  expect(stdout).toMatch(/\np2 +\S+ +zero +3171:\S+ +ethpi2 +p2\n$/);
  await board.run("hub", "off", "--yes");
  expect(await board.run("getpath", "p1")).toMatchObject({ code: 1, stdout: "" });
});

it("identify --blink leaves the LED as it was", async () => {
  const board = await testBoard(bundle);
  await board.run("alert", "on");
  await board.run("init");
  await board.run("alert", "on");
  expect(await board.run("identify", "p1", "--blink")).toMatchObject({ code: 0 });
  const { switches } = JSON.parse((await board.run("status", "--json")).stdout);
  expect(switches).toContainEqual({ part: 0, name: "alert", on: true });
});

it("status reads only, on a fresh board too", async () => {
  const board = await testBoard(bundle);
  const registers = async () =>
    await Promise.all([0, 1, 2, 3].map((register) => board.client.bus().readByte(0x20, register)));
  const before = await registers();
  expect((await board.runAsVendor("status")).stdout).toMatch(/^clusterhat:2\.3\n/);
  await board.run("status");
  expect(await registers()).toEqual(before);
});

it("--virtual tries a command on a board that lives for it", async () => {
  const ended = await runHatctl(bundle.path, ["--virtual", "on", "p1-p2", "--stagger", "1s"]);
  expect(ended).toMatchObject({ code: 0, stdout: "" });
  // A board of that moment: fresh, which is said.
  expect(ended.stderr).toMatch(
    /^virtual .* is in its power-on state[^\n]*\np1: on, verified\np2: on, verified\n$/,
  );
  const both = ["--virtual", "--board", "v2.3", "maxpi"];
  expect(await runHatctl(bundle.path, both)).toMatchObject({ stdout: "4\n" });
});

it("tells errors as JSON too", async () => {
  const ended = await runHatctl(bundle.path, ["--virtual", "--json", "on", "p9"]);
  expect(JSON.parse(ended.stdout)).toMatchObject({
    error: { code: "no-slot", exitCode: 3, message: expect.stringContaining("p1 to p4") },
  });
  const usage = await runHatctl(bundle.path, ["frobnicate", "--json"]);
  expect(JSON.parse(usage.stdout)).toMatchObject({ error: { code: "usage", exitCode: 2 } });
});
