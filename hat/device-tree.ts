// What the HAT's EEPROM says of it, as the firmware puts it in the device tree.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { HatError } from "./error.ts";

/** Texts as they stand there; empty where a file is missing. */
export interface HatFacts {
  readonly directory: string;
  readonly product: string;
  /** "0x0023" for v2.3. */
  readonly productVersion: string;
  readonly productId: string;
  readonly uuid: string;
  readonly vendor: string;
}

const PRODUCT = "ZC4:ClusterHAT";

/** Reads the five texts. Never rejects. */
export async function readHatFacts(root: string): Promise<HatFacts> {
  const directory = join(root, "proc/device-tree/hat");
  const read = async (name: string) =>
    (await readFile(join(directory, name), "utf8").catch(() => "")).replaceAll("\0", "").trim();
  return {
    directory,
    product: await read("product"),
    productVersion: await read("product_ver"),
    productId: await read("product_id"),
    uuid: await read("uuid"),
    vendor: await read("vendor"),
  };
}

/** The revision that they name ("v2.3"). Throws `no-board` or `unknown-board`, and says what was read. */
export function revisionOf({ directory, product, productVersion, vendor }: HatFacts): string {
  if (product !== PRODUCT) {
    const by = vendor === "" ? "" : ` by "${vendor}"`;
    const found = product === "" ? "nothing is there" : `the HAT there is "${product}"${by}`;
    throw new HatError(
      "no-board",
      `no ClusterHAT: looked for the product "${PRODUCT}" in ${directory}, but ${found}. If a ClusterHAT is fitted, seat it and reboot; if its EEPROM is empty, name its revision as the board, such as v2.3`,
    );
  }
  const number = Number.parseInt(productVersion, 16);
  const major = number >> 4;
  if (major >= 1 && major <= 3 && number <= 0x3f) return `v${major}.${number & 0xf}`;
  throw new HatError(
    "unknown-board",
    `the ClusterHAT in ${directory} has product_ver "${productVersion}", which no driver knows (0x10 to 0x3f). If you know which revision it is like, name that as the board, such as v2.3`,
  );
}
