import { expect, it } from "vitest";
import {
  adcMillivolts,
  commandBytes,
  parseAnswer,
  pathOf,
  powerOf,
  statusFault,
  temperatureC,
} from "./ctrl-protocol.ts";

it("puts arguments and command into one transfer, the command last", () => {
  expect(commandBytes({ code: 0x03, data0: 5 })).toEqual([0, 5, 0x03]);
  expect(commandBytes({ code: 0xf2, data0: 2, data1: 1 })).toEqual([1, 2, 0xf2]);
});

it.each([-1, 256, 0.5, Number.NaN])("sends no %s", (data0) => {
  expect(() => commandBytes({ code: 3, data0 })).toThrow(/no byte/);
});

it("reads an answer", () => {
  expect(parseAnswer([3, 2, 1, 0, 4])).toEqual({
    data2: 3,
    data1: 2,
    data0: 1,
    busy: false,
    status: 4,
  });
  expect(parseAnswer([0, 0, 1, 0x0f, 0]).busy).toBe(true);
});

it("knows power from no answer", () => {
  const power = (data0: number, status: number) => powerOf(parseAnswer([0, 0, data0, 0, status]));
  expect([power(0, 0), power(1, 0), power(0xff, 0), power(1, 2)]).toEqual([
    false,
    true,
    null,
    null,
  ]);
});

it.each([
  [0, null],
  [1, "cannot do that"],
  [2, "has no such power line"],
  [3, "does not know that command"],
  [9, "answered with the status 9"],
])("says what status %i means", (status, fault) => {
  expect(statusFault(status)).toBe(fault);
});

// The vendor's status line of a real board: ADC1 5014 mV.
it.each([
  [1, 778, 5014],
  [2, 360, 12002],
  [3, 778, null],
])("wiring %i, raw %i: %s mV", (wiring, raw, millivolts) => {
  const answer = parseAnswer([raw >> 8, raw & 0xff, wiring, 0, 0]);
  expect(adcMillivolts(answer)).toBe(millivolts);
});

it("reads the temperature of the one sensor that is known", () => {
  expect(temperatureC(parseAnswer([1, 0x0e, 2, 0, 0]))).toBeCloseTo(18.85);
  expect(temperatureC(parseAnswer([1, 0x0e, 1, 0, 0]))).toBe(null);
});

it("reads a USB path", () => {
  expect(pathOf([4, 1, 255, 255, 255, 255, 255, 255])).toEqual([4, 1]);
});
