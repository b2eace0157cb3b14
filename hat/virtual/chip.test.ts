import { expect, it } from "vitest";
import { Chip, NakError } from "./chip.ts";

it("wakes with a latch of 0xFF that drives nothing", () => {
  const chip = new Chip({ model: "XRA1200P" });
  expect([0, 1, 2, 3, 4].map((register) => chip.read(register))).toEqual([0, 0xff, 0, 0xff, 0xff]);
  expect(chip.pins()).toBe(0);
});

it("switches everything on when directions come before the latch: the trap is modelled", () => {
  const chip = new Chip({ model: "XRA1200P" });
  chip.write(3, 0);
  expect(chip.pins()).toBe(0xff);
});

it("answers register 4 as an XRA1200P only", () => {
  expect(() => new Chip({ model: "PCA9554" }).read(4)).toThrow(NakError);
  expect(() => new Chip({ model: "PCA9554" }).write(4, 0)).toThrow(NakError);
});

it("inverts what is read, not what is driven", () => {
  const chip = new Chip({ model: "PCA9554" });
  chip.write(1, 0x03);
  chip.write(3, 0);
  chip.write(2, 0x0f);
  expect(chip.pins()).toBe(0x03);
  expect(chip.read(0)).toBe(0x0c);
});

it("keeps a stuck pin through writes and a reset", () => {
  const chip = new Chip({ model: "PCA9554", pulls: 0x0f });
  chip.stick(0x01, "low");
  expect(chip.pins()).toBe(0x0e);
  chip.write(1, 0);
  chip.write(3, 0);
  chip.stick(0x02, "high");
  expect(chip.pins()).toBe(0x02);
  chip.reset();
  expect(chip.pins()).toBe(0x0e);
  chip.stick(0x03, null);
  expect(chip.pins()).toBe(0x0f);
});

it("ignores writes to its pins", () => {
  const chip = new Chip({ model: "PCA9554" });
  chip.write(0, 0xff);
  expect(chip.pins()).toBe(0);
});
