// The I2C bus of a USB board: blocks of registers, each in one transfer.

import { CTRL_ADDRESS } from "./ctrl-protocol.ts";
import { HatError } from "./error.ts";
import { loadI2cModule } from "./i2c.ts";

/** Every rejection is a HatError. */
export interface CtrlBus {
  readBlock(register: number, length: number): Promise<readonly number[]>;
  writeBlock(register: number, bytes: readonly number[]): Promise<void>;
  close(): Promise<void>;
}

/** The part of the i2c-bus package that is used. */
export interface CtrlI2cModule {
  openPromisified(busNumber: number): Promise<{
    readI2cBlock(
      address: number,
      register: number,
      length: number,
      buffer: Buffer,
    ): Promise<{ readonly bytesRead: number }>;
    writeI2cBlock(
      address: number,
      register: number,
      length: number,
      buffer: Buffer,
    ): Promise<unknown>;
    close(): Promise<void>;
  }>;
}

/**
 * Opens /dev/i2c-`busNumber`. To be closed soon: while it is open, the kernel cannot let go of a board that is unplugged, and its USB
 * worker waits for that (`i2c_del_adapter` waits for the last user).
 */
export async function openCtrlBus(
  busNumber: number,
  load: () => Promise<CtrlI2cModule> = loadI2cModule,
): Promise<CtrlBus> {
  const module = await load();
  const failed = (error: unknown): never => {
    throw ctrlBusError(error, busNumber);
  };
  const bus = await module.openPromisified(busNumber).catch(failed);
  return {
    async readBlock(register, length) {
      const buffer = Buffer.alloc(length);
      const { bytesRead } = await bus
        .readI2cBlock(CTRL_ADDRESS, register, length, buffer)
        .catch(failed);
      if (bytesRead !== length) failed(`${bytesRead} of ${length} bytes`);
      return [...buffer];
    },
    async writeBlock(register, bytes) {
      await bus
        .writeI2cBlock(CTRL_ADDRESS, register, bytes.length, Buffer.from(bytes))
        .catch(failed);
    },
    close: () => bus.close(),
  };
}

function ctrlBusError(error: unknown, busNumber: number): HatError {
  const device = `/dev/i2c-${busNumber}`;
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  switch (code) {
    case "ENOENT":
    case "ENODEV":
      return new HatError(
        "no-board",
        `${device} of the USB board does not exist: was it unplugged? If not, load the module (\`sudo modprobe i2c-dev\`)`,
        error,
      );
    case "EACCES":
    case "EPERM":
      return new HatError(
        "permission",
        `${device} may not be opened: add this user to the group i2c (\`sudo usermod -aG i2c $USER\`, then log in again) or run as root`,
        error,
      );
    default:
      return new HatError(
        "bus",
        `the USB board on ${device} did not answer (${code}): unplug it and plug it in again, on a hub with its own supply`,
        error,
      );
  }
}
