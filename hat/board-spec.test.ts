import { expect, it } from "vitest";
import { isBoardSpec, parseBoardSpec, virtualSocketOf } from "./board-spec.ts";

it.each([
  "auto",
  "v1",
  "v1.2",
  "v2.0",
  "v2.6",
  "v3.1",
  "v2.3@0x23",
  "v2.3,v3.1@0x21",
  "auto, v2.3@0x21",
  "usb",
  "usb:20",
  "usb:255,v2.3,usb:1",
  "virtual:/run/hat.sock",
])("knows %s", (text) => {
  expect(isBoardSpec(text)).toBe(true);
});

it.each([
  "v2.9",
  "v4.0",
  "",
  "virtual",
  "virtual:",
  "v1.",
  "2.3",
  "v2.3@",
  "v2.3@33",
  "v2.3@0x24",
  "v2.3@0x1f",
  "v2.3@0x20@0x21",
  "v1@0x20",
  "v2.3,",
  "v1,virtual:/x",
  "usb:",
  "usb:0",
  "usb:256",
  "usb:020",
  "usb@20",
])("refuses %j, and names what it knows", (text) => {
  expect(isBoardSpec(text)).toBe(false);
  expect(() => parseBoardSpec(text)).toThrow(/v2\.3@0x21/);
});

it.each([
  "v2.3,v2.3",
  "v1,v1.3",
  "v2.3@0x21,v3.0@0x21",
  "auto,v2.3",
  "auto,auto",
  "auto,usb",
  "usb,usb:20",
  "usb:7,usb:7",
])("refuses the same board twice: %s", (text) => {
  expect(isBoardSpec(text)).toBe(false);
});

it("reads address and order", () => {
  expect(parseBoardSpec("v2.6@0x21,v2.3,v1.3,usb:20")).toEqual({
    kind: "parts",
    parts: [
      { kind: "expander", revision: "v2.6", address: 0x21 },
      { kind: "expander", revision: "v2.3", address: 0x20 },
      { kind: "gpio", revision: "v1.3" },
      { kind: "usb", order: 20 },
    ],
  });
});

it("knows the socket of a virtual board, and that a real one has none", () => {
  expect(["virtual:/run/hat.sock", "auto", "v2.3"].map(virtualSocketOf)).toEqual([
    "/run/hat.sock",
    null,
    null,
  ]);
});
