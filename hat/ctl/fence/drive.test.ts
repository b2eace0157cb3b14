// The proofs, with a board and a clock of the test's own.

import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { PowerBoard, SlotReading } from "../../board.ts";
import { HatError } from "../../error.ts";
import type { SlotId } from "../../slots.ts";
import { drive } from "./drive.ts";
import { readLines } from "./input.ts";
import { createLog } from "./log.ts";
import { Outlets } from "./outlets.ts";
import { runOnBoard } from "./run.ts";
import { settingsOf } from "./settings.ts";

type Row = { -readonly [Key in keyof SlotReading]: SlotReading[Key] };

/** Four slots, all on and seen; `setPower` does what the test says, by default all that is asked. */
function bench(words = "", socketPath = "/nowhere/control.sock") {
  const rows: Row[] = (["p1", "p2", "p3", "p4"] as const).map((slot) => ({
    slot,
    line: "on",
    usb: "present",
    driven: true,
  }));
  const row = (slot: SlotId) => rows.find((candidate) => candidate.slot === slot) as Row;
  const said: string[] = [];
  const orders: string[] = [];
  const printed: string[] = [];
  const fake = {
    rows,
    row,
    said,
    orders,
    printed,
    nowMs: 0,
    /** The number of the card in a slot, where it is not the slot's own. */
    cards: new Map<SlotId, string>(),
    /** Things that happen at a time. */
    later: [] as [atMs: number, what: () => void][],
    setPower: async (slot: SlotId, line: "on" | "off"): Promise<SlotReading> => {
      Object.assign(row(slot), { line, driven: true, usb: "absent" });
      return row(slot);
    },
    read: () => {},
    /** Those whose HAT does not answer. */
    gone: [] as SlotId[],
  };
  const board: Partial<PowerBoard> = {
    info: { description: "fake", slots: rows.map(({ slot }) => slot), parts: [], virtual: true },
    read: async () => {
      fake.read();
      const { gone } = fake;
      const slots = rows.filter(({ slot }) => !gone.includes(slot)).map((shown) => ({ ...shown }));
      const unread = [{ slots: gone, code: "bus", message: "the chip does not answer" }] as const;
      return { slots, underVoltage: null, ...(gone.length === 0 ? {} : { unread }) };
    },
    readPorts: async () =>
      rows.map(({ slot, usb }) => {
        const serial = fake.cards.get(slot) ?? slot.slice(1);
        const device = { id: "3171:0021", serial, product: null, interface: null, mac: null };
        return { path: `1-1.${serial}`, usb, device: usb === "present" ? device : null };
      }),
    setPower: (slot, line) => {
      orders.push(`${slot} ${line} ${fake.nowMs}`);
      return fake.setPower(slot, line);
    },
  };
  const around = {
    log: createLog(
      "verbose",
      () => new Date(0),
      (line) => said.push(line),
    ),
    nowMs: () => fake.nowMs,
    sleep: async (ms: number) => {
      fake.nowMs += ms;
      for (const [atMs, what] of fake.later) if (atMs <= fake.nowMs) what();
    },
  };
  const outlets = new Outlets({
    ...around,
    board: board as PowerBoard,
    socketPath,
    callTimeoutMs: 1000,
  });
  const settings = settingsOf(readLines(`action=off\nplug=p3\n${words}`));
  const print = (line: string) => void printed.push(line);
  return { fake, bench: { ...around, outlets, settings, print } };
}

it("is off when the line reads off and its device has gone", async () => {
  const { fake, bench: with_ } = bench();
  fake.setPower = async (slot, line) => Object.assign(fake.row(slot), { line });
  fake.later.push([300, () => Object.assign(fake.row("p3"), { usb: "absent" })]);
  expect(await drive(with_, ["p3"], "off", 1)).toEqual({ already: false, failures: new Map() });
  expect(fake.nowMs).toBe(400);
  expect(fake.orders).toEqual(["p3 off 0"]);
});

it("is not off while a device shows on its port, whatever the line reads", async () => {
  const { fake, bench: with_ } = bench("power_timeout=5");
  fake.setPower = async (slot, line) => Object.assign(fake.row(slot), { line });
  const { failures } = await drive(with_, ["p3"], "off", 1);
  expect(fake.nowMs).toBe(5000);
  expect(failures.get("p3")).toBe(
    "Timed out waiting to power OFF for 5 s: its line reads off, but a device is still on its USB port",
  );
});

it("is off by its line alone where no hub can be read", async () => {
  const { fake, bench: with_ } = bench();
  fake.setPower = async (slot, line) => Object.assign(fake.row(slot), { line, usb: "unknown" });
  expect((await drive(with_, ["p3"], "off", 1)).failures.size).toBe(0);
  expect(await drive(with_, ["p3"], "off", 1)).toMatchObject({ already: true });
});

it("drives a line that reads off on a board that drives nothing", async () => {
  const { fake, bench: with_ } = bench();
  Object.assign(fake.row("p3"), { line: "off", usb: "absent", driven: false });
  expect(await drive(with_, ["p3"], "off", 1)).toEqual({ already: false, failures: new Map() });
  expect(fake.orders).toEqual(["p3 off 0"]);
});

it("orders again after another hand was at the board, and while its lock is held", async () => {
  const { fake, bench: with_ } = bench();
  const set = fake.setPower;
  const errors = [
    new HatError("foreign-change", "another program switched p1", undefined, ["p1"]),
    new HatError("locked", "held by process 1"),
  ];
  fake.setPower = async (slot, line) => {
    const error = errors.shift();
    if (error !== undefined) throw error;
    return await set(slot, line);
  };
  expect((await drive(with_, ["p3"], "off", 1)).failures.size).toBe(0);
  expect(fake.orders).toHaveLength(3);
});

it("gives up on a lock that is never let go", async () => {
  const { fake, bench: with_ } = bench("power_timeout=1");
  fake.setPower = async () => {
    throw new HatError("locked", "held by process 1");
  };
  const { failures } = await drive(with_, ["p3"], "off", 1);
  expect(failures.get("p3")).toBe("held by process 1");
  expect(fake.nowMs).toBe(1000);
});

it("fails at once for a line that does not obey, and cuts the others all the same", async () => {
  const { fake, bench: with_ } = bench();
  const set = fake.setPower;
  fake.setPower = async (slot, line) => {
    if (slot === "p1") throw new HatError("not-verified", "p1 still reads on");
    return await set(slot, line);
  };
  const { failures } = await drive(with_, ["p1", "p3"], "off", 1);
  expect([...failures]).toEqual([["p1", "p1 still reads on"]]);
  expect(fake.row("p3").line).toBe("off");
});

it("takes a board that cannot be read any more for no proof", async () => {
  const { fake, bench: with_ } = bench("power_timeout=1");
  fake.setPower = async (slot) => {
    fake.read = () => {
      throw new HatError("bus", "nobody answers");
    };
    return fake.row(slot);
  };
  const { failures } = await drive(with_, ["p3"], "off", 1);
  expect(failures.get("p3")).toMatch(/Timed out .* for 1 s: nobody answers/);
});

it("waits after the order, between two starts, and for its limit, as it is told", async () => {
  const { fake, bench: with_ } = bench("power_wait=3");
  await drive(with_, ["p1", "p2"], "off", 1);
  expect(fake.nowMs).toBe(3000);
  fake.nowMs = 0;
  fake.orders.length = 0;
  await drive(with_, ["p1", "p2"], "on", 1);
  expect(fake.orders).toEqual(["p1 on 0", "p2 on 3000"]);
  expect(fake.nowMs).toBe(6000);
});

it("tries on again as often as it is told, off never", async () => {
  for (const [line, tries] of [
    ["on", 3],
    ["off", 1],
  ] as const) {
    const { fake, bench: with_ } = bench("retry_on=2");
    Object.assign(fake.row("p3"), { line: line === "on" ? "off" : "on", usb: "absent" });
    fake.setPower = async () => {
      throw new HatError("bus", "noise");
    };
    expect(await runOnBoard(with_, line)).toBe(1);
    expect(fake.orders).toHaveLength(tries);
    expect(fake.said.at(-1)).toMatch(/ERROR: Failed: p3: noise\n$/);
  }
});

it("reboots: two seconds off at least, and a failure to come on is a warning", async () => {
  const { fake, bench: with_ } = bench();
  expect(await runOnBoard(with_, "reboot")).toBe(0);
  expect(fake.orders).toEqual(["p3 off 0", "p3 on 2000"]);
  const set = fake.setPower;
  fake.setPower = async (slot, line) => {
    if (line === "on") throw new HatError("bus", "noise");
    return await set(slot, line);
  };
  expect(await runOnBoard(with_, "reboot")).toBe(0);
  expect(fake.printed).toEqual(["Success: Rebooted", "Success: Rebooted"]);
  expect(fake.said.at(-1)).toMatch(/WARNING: p3 is off and did not come on: noise\n$/);
});

it("reboots nothing of which off is not proved", async () => {
  const { fake, bench: with_ } = bench("power_timeout=1");
  fake.setPower = async (slot, line) => Object.assign(fake.row(slot), { line });
  expect(await runOnBoard(with_, "reboot")).toBe(1);
  expect(fake.orders).toEqual(["p3 off 0"]);
});

it("cuts no slot in which another slot's card sits, unless it is told that the slot is meant", async () => {
  for (const action of ["off", "reboot"] as const) {
    const { fake, bench: with_ } = bench("plug=p1,p3");
    fake.cards.set("p3", "2");
    expect(await runOnBoard(with_, action)).toBe(1);
    expect(fake.orders).toEqual([]);
    expect(fake.said.join("")).toMatch(
      /ERROR: Failed: nothing was switched: the card in p3 was made for p2/,
    );
  }
  const { fake, bench: with_ } = bench("despite_mismatch=1");
  fake.cards.set("p3", "2");
  expect(await runOnBoard(with_, "off")).toBe(0);
});

it("monitors: the board answers, and a card in the wrong slot is told", async () => {
  const { fake, bench: with_ } = bench();
  fake.cards.set("p4", "1");
  expect(await runOnBoard(with_, "monitor")).toBe(0);
  expect(fake.said.join("")).toMatch(/^[^\n]+WARNING: the card in p4 was made for p1[^\n]+\n$/);
});

it("reboots although the board is gone after off", async () => {
  const { fake, bench: with_ } = bench();
  fake.later.push([
    1,
    () => {
      fake.read = () => {
        throw new HatError("bus", "nobody answers");
      };
    },
  ]);
  expect(await runOnBoard(with_, "reboot")).toBe(0);
  expect(fake.said.at(-1)).toMatch(/WARNING: off, but not on again: nobody answers\n$/);
});

it("has a status of several: on if any is, an error while line and port disagree", async () => {
  const { fake, bench: with_ } = bench("plug=p3,p4\npower_timeout=1");
  Object.assign(fake.row("p3"), { line: "off", usb: "absent" });
  expect(await runOnBoard(with_, "status")).toBe(0);
  Object.assign(fake.row("p4"), { line: "off", usb: "present" });
  expect(await runOnBoard(with_, "status")).toBe(1);
  expect(fake.said.at(-1)).toMatch(/ERROR: Failed: p4: its line reads off, but a device/);
  fake.later.push([fake.nowMs + 400, () => Object.assign(fake.row("p4"), { usb: "absent" })]);
  expect(await runOnBoard(with_, "status")).toBe(2);
  expect(fake.printed).toEqual(["Status: ON", "Status: OFF"]);
});

it("says what it does where it is asked to", async () => {
  const { fake, bench: with_ } = bench();
  await drive(with_, ["p3"], "off", 1);
  expect(fake.said[0]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} INFO: switching p3 off\n$/);
});

it("says which board a controller drives where another one is held", async () => {
  const directory = await mkdtemp(join(tmpdir(), "fence-"));
  const socketPath = join(directory, "control.sock");
  const server = createServer((socket) => {
    socket.on("data", () => {
      socket.end(`${JSON.stringify({ ok: true, status: { board: "two boards", slots: [] } })}\n`);
    });
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const { fake, bench: with_ } = bench("power_timeout=0.2", socketPath);
  fake.setPower = async () => {
    throw new HatError("locked", "held by process 1");
  };
  const { failures } = await drive(with_, ["p3"], "off", 1);
  expect(failures.get("p3")).toBe(
    `held by process 1; the controller at ${socketPath} drives "two boards": to go through it, name that very board`,
  );
  expect(fake.said.join("")).not.toContain("WARNING");
  server.close();
  await rm(directory, { recursive: true });
});

it("fences what answers where one HAT of a rig does not, and takes nothing for off that it cannot read", async () => {
  const rig = (words: string) => {
    const { fake, bench: with_ } = bench(words);
    fake.gone = ["p3", "p4"];
    return { fake, with_ };
  };
  const why = "Failed: p3: the chip does not answer";
  const off = rig("plug=p1,p3");
  const half = off.fake.setPower;
  off.fake.setPower = async (slot, line) => {
    if (slot === "p3") throw new HatError("bus", "the chip does not answer");
    return await half(slot, line);
  };
  expect(await runOnBoard(off.with_, "off")).toBe(1);
  expect(off.fake.row("p1").line).toBe("off");
  expect(off.fake.said.join("")).toContain(why);

  expect(await runOnBoard(rig("plug=p1").with_, "off")).toBe(0);
  // Nor is it known to be off already.
  const silent = rig("power_timeout=1");
  silent.fake.setPower = async (slot) => silent.fake.row(slot);
  expect(await runOnBoard(silent.with_, "off")).toBe(1);

  await expect(runOnBoard(rig("plug=p1,p3").with_, "status")).rejects.toThrow("does not answer");
  expect(await runOnBoard(rig("plug=p1").with_, "status")).toBe(0);

  const list = rig("");
  await runOnBoard(list.with_, "list-status");
  expect(list.fake.printed).toEqual(["p1,,ON", "p2,,ON", "p3,,UNKNOWN", "p4,,UNKNOWN"]);

  const monitor = rig("");
  expect(await runOnBoard(monitor.with_, "monitor")).toBe(0);
  expect(monitor.fake.said.join("")).toContain("WARNING: p3, p4 cannot be read: the chip");
});
