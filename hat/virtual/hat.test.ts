// The virtual board's own time: what faults do and when they end, without waiting.

import { beforeEach, expect, it } from "vitest";
import { REGISTER } from "../expander.ts";
import { slotId } from "../slots.ts";
import { ManualClock } from "./clock.ts";
import { VirtualHat } from "./hat.ts";
import { randomStream } from "./random.ts";
import { Zero } from "./zero.ts";

let clock: ManualClock;
let hat: VirtualHat;
let held: Set<string>[];
let throttled: number[];

beforeEach(() => {
  clock = new ManualClock();
  held = [];
  throttled = [];
  const seats = [0, 1, 2, 3].map((index) => {
    const holds = new Set<string>();
    held.push(holds);
    const link = {
      get held() {
        return holds.size > 0;
      },
      up: () => {},
      cut: () => {},
      hold: (reason: string) => void holds.add(reason),
      release: (reason: string) => void holds.delete(reason),
    };
    const zero = new Zero({
      slot: slotId(index),
      clock,
      random: randomStream("1", slotId(index)),
      bootMs: { min: 1000, max: 2000 },
      launch: null,
      link,
      sysroot: { boot: () => {}, throttled: () => {} },
      log: () => {},
    });
    const sysroot = {
      temperature: () => {},
      uptime: () => {},
      throttled: (word: number) => {
        throttled[index] = word;
      },
    };
    return { slot: slotId(index), zero, link, sysroot };
  });
  hat = new VirtualHat({ seats, revision: "v2.3", model: "XRA1200P", clock, log: () => {} });
});

function latch(value: number): void {
  const chip = hat.chips[0];
  if (chip === undefined) throw new Error("no chip");
  hat.write(chip, REGISTER.output, value);
  hat.write(chip, REGISTER.direction, 0);
}

it("follows the pins, counts their edges, and boots each Zero in its own time", () => {
  latch(0x90);
  latch(0x93);
  latch(0x91);
  latch(0x91);
  expect(hat.truth().map(({ starts, cuts }) => [starts, cuts])).toEqual([
    [1, 0],
    [1, 1],
    [0, 0],
    [0, 0],
  ]);
  clock.advance(2000);
  expect(hat.truth()[0]).toMatchObject({ powered: true, zero: "running", usb: true });
});

it("loses the hub for 20 s, and no Zero with it", () => {
  latch(0x91);
  clock.advance(2000);
  expect(hat.fault({ kind: "hub-loss" })).toBe(null);
  expect(hat.usb()).toEqual({
    hubs: [false],
    ports: [false, false, false, false],
    cards: [1, 2, 3, 4],
  });
  clock.advance(19_999);
  expect(held[0]).toEqual(new Set(["hub"]));
  expect(hat.answers("p1")).toBe(false);
  clock.advance(1);
  expect(held[0]).toEqual(new Set());
  expect(hat.usb()).toEqual({
    hubs: [true],
    ports: [true, false, false, false],
    cards: [1, 2, 3, 4],
  });
  expect(hat.truth()[0]).toMatchObject({ zero: "running", cuts: 0 });
  expect(hat.answers("p1")).toBe(true);
});

it("frees a stuck line after its time, and it follows the latch then", () => {
  latch(0x91);
  clock.advance(2000);
  hat.fault({ kind: "stuck-on", slot: "p1", durationMs: 5000 });
  latch(0x90);
  clock.advance(4999);
  expect(hat.truth()[0]).toMatchObject({ powered: true, zero: "hung", cuts: 0 });
  clock.advance(1);
  expect(hat.truth()[0]).toMatchObject({ powered: false, zero: "off", cuts: 1 });
});

it("dips for 3 s: the bit now, and the bit of the past", () => {
  latch(0x9f);
  expect(hat.underVoltage()).toBe(true);
  expect(throttled).toEqual([0x10001, 0x10001, 0x10001, 0x10001]);
  clock.advance(3000);
  expect(hat.underVoltage()).toBe(false);
  expect(throttled[0]).toBe(0x10000);
  expect(hat.truth().map(({ zero }) => zero)).toEqual(["running", "running", "hung", "hung"]);
});

it("bears starts that keep the settle time", () => {
  for (const value of [0x91, 0x93, 0x97, 0x9f]) {
    latch(value);
    clock.advance(1000);
  }
  expect(hat.underVoltage()).toBe(false);
});

it("starts nothing any more once it was stopped", () => {
  latch(0x91);
  hat.stop();
  latch(0x9f);
  expect(hat.truth().map(({ zero }) => zero)).toEqual(["off", "off", "off", "off"]);
});
