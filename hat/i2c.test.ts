import { expect, it } from "vitest";
import { type I2cModule, openI2cBus } from "./i2c.ts";

function failing(code: string): () => Promise<I2cModule> {
  const fail = async (): Promise<never> => {
    throw Object.assign(new Error(code), { code });
  };
  const device = { readByte: fail, writeByte: fail, close: async () => {} };
  return async () => ({ openPromisified: async () => device });
}

it.each([
  ["ENOENT", "no-board", /raspi-config/],
  ["EACCES", "permission", /group i2c/],
  ["EBUSY", "bus", /dtoverlay=pca953x/],
  ["EIO", "bus", /0x21.*did not answer \(EIO\)/],
  ["EREMOTEIO", "bus", /address jumpers/],
])("says what to do about %s", async (errno, code, advice) => {
  const bus = await openI2cBus(1, failing(errno));
  await expect(bus.readByte(0x21, 0)).rejects.toMatchObject({ code });
  await expect(bus.readByte(0x21, 0)).rejects.toThrow(advice);
  await expect(bus.writeByte(0x21, 0, 0)).rejects.toMatchObject({ code });
  await bus.close();
});

it("never uses a device again whose address was refused: the package would speak to address 0", async () => {
  let opened = 0;
  const bus = await openI2cBus(1, async () => ({
    openPromisified: async () => {
      opened += 1;
      let isAddressed = opened > 1;
      let isOpen = true;
      return {
        readByte: async (address) => {
          if (!isOpen) throw new Error("closed");
          if (isAddressed) return address;
          // As i2c-bus 5.2.3 does: the second transfer goes to a device without an address.
          isAddressed = true;
          throw Object.assign(new Error("EBUSY"), { code: "EBUSY" });
        },
        writeByte: async () => {},
        close: async () => {
          isOpen = false;
        },
      };
    },
  }));
  await expect(bus.readByte(0x21, 0)).rejects.toThrow(/kernel driver/);
  expect(await bus.readByte(0x21, 0)).toBe(0x21);
  expect(opened).toBe(2);
});

it("passes bytes through", async () => {
  const written: number[][] = [];
  const bus = await openI2cBus(3, async () => ({
    openPromisified: async (busNumber) => ({
      readByte: async (address, register) => busNumber + address + register,
      writeByte: async (...bytes) => {
        written.push(bytes);
      },
      close: async () => {},
    }),
  }));
  expect(await bus.readByte(0x20, 1)).toBe(0x24);
  await bus.writeByte(0x20, 1, 0x90);
  expect(written).toEqual([[0x20, 1, 0x90]]);
});

it("loads the real package, whose missing device shows at the first transfer", async () => {
  const bus = await openI2cBus(97);
  await expect(bus.readByte(0x20, 0)).rejects.toMatchObject({ code: "no-board" });
  await bus.close();
});
