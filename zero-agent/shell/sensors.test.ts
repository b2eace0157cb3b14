import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeAgentFrame } from "../protocol/codec.ts";
import { readBootId, readMachine, readTelemetry } from "./sensors.ts";

let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "zero-agent-sysroot-"));
});
afterAll(() => rmSync(root, { recursive: true }));

function put(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

const NAMES = {
  bootId: "proc/sys/kernel/random/boot_id",
  model: "proc/device-tree/model",
  temp: "sys/class/thermal/thermal_zone0/temp",
  throttled: "sys/devices/platform/soc/soc:firmware/get_throttled",
  load: "proc/loadavg",
  memory: "proc/meminfo",
  uptime: "proc/uptime",
};

function isSendable(): boolean {
  const beat = { type: "beat", seq: 0, hashes: 0, jobId: null, ...readTelemetry(root) };
  return decodeAgentFrame(JSON.stringify(beat)).ok;
}

describe("the sensors", () => {
  it("do without files", () => {
    expect(readBootId(root)).toBeNull();
    expect(readMachine(root).model).toBe("unknown");
    expect(readTelemetry(root)).toMatchObject({ tempC: null, throttled: null });
    expect(isSendable()).toBe(true);
  });

  it("read what a Zero's kernel writes", () => {
    put({
      [NAMES.bootId]: "0d9b3c55-26d2-4d57-a70f-a4f0d1dd5d1e\n",
      [NAMES.model]: "Raspberry Pi Zero W Rev 1.1\0",
      [NAMES.temp]: "48312\n",
      [NAMES.throttled]: "50005\n",
      [NAMES.load]: "1.02 0.98 0.75 2/98 1234\n",
      [NAMES.memory]: "MemTotal: 443080 kB\nMemFree: 1 kB\nMemAvailable:     331776 kB\n",
      [NAMES.uptime]: "350735.47 234388.90\n",
    });
    expect(readBootId(root)).toBe("0d9b3c55-26d2-4d57-a70f-a4f0d1dd5d1e");
    expect(readMachine(root).model).toBe("Raspberry Pi Zero W Rev 1.1");
    expect(readTelemetry(root)).toEqual({
      tempC: 48.312,
      throttled: 0x50005,
      load: 1.02,
      memoryFreeBytes: 331_776 * 1024,
      uptimeMs: 350_735_470,
    });
    expect(isSendable()).toBe(true);
  });

  it("survive nonsense", () => {
    for (const junk of ["", "-1", "x", "\0\0", `${"9".repeat(400)}`, "MemAvailable: 9 kB"]) {
      put(Object.fromEntries(Object.values(NAMES).map((path) => [path, junk])));
      expect(isSendable()).toBe(true);
      expect(readMachine(root).model.length).toBeLessThanOrEqual(64);
    }
    expect(readBootId(root)).toBeNull();
  });
});
