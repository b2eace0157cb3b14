// An I2C bus as the expander driver needs it, and the real one over i2c-bus.

import { HatError } from "./error.ts";

/** Byte registers of chips on one bus. Every rejection is a HatError. */
export interface I2cBus {
  readByte(address: number, register: number): Promise<number>;
  writeByte(address: number, register: number, value: number): Promise<void>;
  close(): Promise<void>;
}

/** The part of the i2c-bus package that is used. */
export interface I2cModule {
  openPromisified(busNumber: number): Promise<{
    readByte(address: number, register: number): Promise<number>;
    writeByte(address: number, register: number, value: number): Promise<void>;
    close(): Promise<void>;
  }>;
}

/**
 * Opens /dev/i2c-`busNumber`. The package opens the device only at the first transfer, so a missing device shows there.
 * Rejects with `no-driver` if the optional package is not installed or does not load.
 */
export async function openI2cBus(
  busNumber: number,
  load: () => Promise<I2cModule> = loadI2cModule,
): Promise<I2cBus> {
  const module = await load();
  const open = () =>
    module.openPromisified(busNumber).catch((error: unknown) => {
      throw i2cError(error, busNumber, null);
    });
  let bus = await open();
  const transfer = async <T>(address: number, act: () => Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (error) {
      if (errorCode(error) === "EBUSY") {
        // The package keeps the device that could not be given this address, and would speak to address 0 (all chips) next.
        await bus.close();
        bus = await open();
      }
      throw i2cError(error, busNumber, address);
    }
  };
  return {
    readByte: async (address, register) => {
      const byte = await transfer(address, () => bus.readByte(address, register));
      // What a driver below makes of an answer that broke off is not known.
      if (Number.isInteger(byte) && byte >= 0 && byte <= 0xff) return byte;
      throw i2cError(new Error(`no byte, but ${byte}`), busNumber, address);
    },
    writeByte: (address, register, value) =>
      transfer(address, () => bus.writeByte(address, register, value)),
    close: () => bus.close(),
  };
}

/** The optional package. Rejects with `no-driver`. */
export async function loadI2cModule(): Promise<typeof import("i2c-bus")> {
  try {
    const module = await import("i2c-bus");
    // A CommonJS package: the bundle's require puts the functions on the module, Node's import on `default`.
    return module.default ?? module;
  } catch (error) {
    throw new HatError(
      "no-driver",
      "this board needs the package i2c-bus, which is not installed or was not built: run `npm install i2c-bus` (it needs g++, make and python3)",
      error,
    );
  }
}

/** The HatError for a failed transfer; the message says what to do. `address` is null before any chip was spoken to. */
function i2cError(error: unknown, busNumber: number, address: number | null): HatError {
  const device = `/dev/i2c-${busNumber}`;
  const chip = address === null ? "the chip" : `the chip at 0x${address.toString(16)}`;
  const code = errorCode(error);
  switch (code) {
    case "ENOENT":
    case "ENODEV":
      return new HatError(
        "no-board",
        `${device} does not exist: switch I2C on (\`sudo raspi-config nonint do_i2c 0\`, or dtparam=i2c_arm=on in config.txt) and reboot`,
        error,
      );
    case "EACCES":
    case "EPERM":
      return new HatError(
        "permission",
        `${device} may not be opened: add this user to the group i2c (\`sudo usermod -aG i2c $USER\`, then log in again) or run as root`,
        error,
      );
    case "EBUSY":
      return new HatError(
        "bus",
        `${chip} on ${device} belongs to a kernel driver: remove dtoverlay=pca953x from config.txt and reboot`,
        error,
      );
    default:
      return new HatError(
        "bus",
        `${chip} on ${device} did not answer (${code || String(error)}): check that the HAT sits right, that its USB lead is plugged in, and the address jumpers XA0 and XA1; \`hatctl detect\` shows which addresses answer`,
        error,
      );
  }
}

function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
