import { describe, expect, it } from "vitest";
import { ADDRESS, chipBus, levelsOf } from "../test/contract/chip-subject.ts";
import { ChipDriver } from "./chip-driver.ts";
import { EXPANDER_REVISIONS, REGISTER } from "./expander.ts";
import { Chip } from "./virtual/chip.ts";

const slots = ["p1", "p2", "p3", "p4"] as const;

async function open(
  bus: ReturnType<typeof chipBus>,
  revision: (typeof EXPANDER_REVISIONS)[number],
): Promise<ChipDriver> {
  const driver = new ChipDriver(bus, { address: ADDRESS, revision }, slots);
  await driver.open();
  return driver;
}

describe("ChipDriver.init", () => {
  it.each(EXPANDER_REVISIONS)("leaves every slot of %s as it is", async (revision) => {
    for (const pulls of [0, 0x0f]) {
      const chip = new Chip({ model: "XRA1200P", pulls });
      const before = levelsOf(chip);
      const seen: string[] = [];
      const driver = await open(
        chipBus(chip, () => seen.push(levelsOf(chip).join(" "))),
        revision,
      );
      expect(await driver.init()).toBe(true);
      expect(new Set(seen)).toEqual(new Set([before.join(" ")]));
      expect(chip.read(REGISTER.direction)).toBe(0);
      expect(await driver.init()).toBe(false);
      expect(seen).toHaveLength(3);
    }
  });

  it("goes on where a write failed, or got through and was reported as failed", async () => {
    for (const after of [false, true]) {
      for (let fails = 1; fails <= 3; fails += 1) {
        const chip = new Chip({ model: "PCA9554" });
        let transfers = 0;
        const inner = chipBus(chip);
        const driver = await open(inner, "v2.3");
        const write = inner.writeByte;
        inner.writeByte = async (...args) => {
          transfers += 1;
          if (transfers === fails) inner.fail(1, after);
          await write(...args);
        };
        expect(await driver.init()).toBe(true);
        expect(levelsOf(chip)).toEqual(["off", "off", "off", "off"]);
        expect(chip.read(REGISTER.direction)).toBe(0);
      }
    }
  });

  it("says that the chip keeps its power-on state, or a line at another level", async () => {
    const chip = new Chip({ model: "XRA1200P" });
    const bus = chipBus(chip);
    const driver = await open(bus, "v2.3");
    const write = bus.writeByte;
    bus.writeByte = async (address, register, value) => {
      if (register !== REGISTER.direction) await write(address, register, value);
    };
    const init = driver.init();
    await expect(init).rejects.toMatchObject({ code: "not-verified" });
    await expect(init).rejects.toThrow(/0x20.*power-on state still/);
    bus.writeByte = write;
    chip.stick(0x02, "high");
    // One line alone is no auto-on jumper, so it is to be off, and is not.
    await expect(driver.init()).rejects.toThrow(/lines off off off off, but they read off on/);
  });
});
