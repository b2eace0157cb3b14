import { expect, it } from "vitest";
import { type CtrlI2cModule, openCtrlBus } from "./ctrl-bus.ts";

/** The package over registers, which may fail with a code of the kernel. */
function moduleOver(registers: Uint8Array, failure?: string): CtrlI2cModule & { closed: boolean } {
  const check = (address: number) => {
    if (address !== 0x20) throw new Error(`nothing at ${address}`);
    if (failure !== undefined) throw Object.assign(new Error(failure), { code: failure });
  };
  const it = {
    closed: false,
    openPromisified: async (busNumber: number) => {
      if (busNumber === 99) throw Object.assign(new Error("ENOENT"), { code: "ENOENT" });
      return {
        readI2cBlock: async (address: number, register: number, length: number, buffer: Buffer) => {
          check(address);
          const part = registers.subarray(register, register + length);
          buffer.set(part);
          return { bytesRead: part.length };
        },
        writeI2cBlock: async (
          address: number,
          register: number,
          length: number,
          buffer: Buffer,
        ) => {
          check(address);
          registers.set(buffer.subarray(0, length), register);
        },
        close: async () => {
          it.closed = true;
        },
      };
    },
  };
  return it;
}

it("moves blocks of registers", async () => {
  const registers = new Uint8Array(16);
  const module = moduleOver(registers);
  const bus = await openCtrlBus(11, async () => module);
  await bus.writeBlock(0x0b, [1, 2, 3]);
  expect(await bus.readBlock(0x0a, 5)).toEqual([0, 1, 2, 3, 0]);
  await expect(bus.readBlock(0x0d, 5)).rejects.toMatchObject({ code: "bus" });
  await bus.close();
  expect(module.closed).toBe(true);
});

it.each([
  ["ENOENT", "no-board", /i2c-11 .*modprobe i2c-dev/],
  ["ENODEV", "no-board", /unplugged/],
  ["EACCES", "permission", /group i2c/],
  ["EPERM", "permission", /usermod/],
  ["EREMOTEIO", "bus", /did not answer \(EREMOTEIO\)/],
])("says for %s what to do", async (code, hatCode, says) => {
  const bus = await openCtrlBus(11, async () => moduleOver(new Uint8Array(16), code));
  for (const call of [bus.readBlock(0, 1), bus.writeBlock(3, [1])]) {
    await expect(call).rejects.toMatchObject({ code: hatCode });
    await expect(call).rejects.toThrow(says);
  }
});

it("says the same where the device cannot be opened", async () => {
  const open = openCtrlBus(99, async () => moduleOver(new Uint8Array(16)));
  await expect(open).rejects.toMatchObject({ code: "no-board" });
});

it("loads the real package", async () => {
  const bus = await openCtrlBus(250);
  await expect(bus.readBlock(0, 1)).rejects.toMatchObject({ code: "no-board" });
  await bus.close();
});
