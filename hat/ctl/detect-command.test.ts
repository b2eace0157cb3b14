import { expect, it } from "vitest";
import { detectText } from "./detect-command.ts";

const EMPTY = {
  hat: { directory: "/hat", product: "", productVersion: "", productId: "", uuid: "", vendor: "" },
  revision: null,
  hatError: "no ClusterHAT: nothing is there",
  i2c: {
    device: "/dev/i2c-1",
    chips: [{ address: 0x20, direction: null, error: "there is no /dev/i2c-1" }],
  },
  gpio: { chips: [], way: null },
  hubs: [],
  usbBoards: [],
  usbError: null,
  spec: null,
  advice: ["seat it"],
} as const;

it("says what was looked for where there is nothing", () => {
  const text = detectText(EMPTY);
  expect(text).toMatch(/^EEPROM +nothing in \/hat\n/);
  expect(text).toMatch(/\n\/dev\/i2c-1 +there is no \/dev\/i2c-1\n/);
  expect(text).toMatch(/\nuse +nothing to use was found\n- seat it\n$/);
});

it("says which spec to use, and what each thing is", () => {
  const seen = {
    ...EMPTY,
    hat: { ...EMPTY.hat, product: "ZC4:ClusterHAT", productVersion: "0x0023", uuid: "e9c2" },
    revision: "v2.3",
    hatError: null,
    i2c: {
      device: "/dev/i2c-1",
      chips: [
        { address: 0x20, direction: 0, error: null },
        { address: 0x21, direction: 0xff, error: null },
      ],
    },
    gpio: { chips: [{ label: "pinctrl-bcm2835", base: 512, isHeader: true }], way: "sysfs" },
    hubs: ["1-1.2", "1-1.3"],
    usbBoards: [{ name: "Triple", usbPath: "1-1.4", order: 20, slots: 3 }],
    spec: "v2.3,v2.3@0x21,usb",
    advice: ["say which hub"],
  } as const;
  const text = detectText(seen);
  expect(text).toMatch(/^EEPROM +ZC4:ClusterHAT, product_ver 0x0023: v2\.3 \(e9c2\)\n/);
  expect(text).toMatch(/0x20 +answers, set up\n.*0x21 +answers, in its power-on state\n/);
  expect(text).toMatch(/GPIO 512 +pinctrl-bcm2835: the 40-pin header\n/);
  expect(text).toMatch(/USB 1-1\.4 +ClusterCTRL Triple, order 20, 3 slots\n/);
  expect(text).toMatch(/\nuse +--board v2\.3,v2\.3@0x21,usb\n- say which hub\n$/);
});
