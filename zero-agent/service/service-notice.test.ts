import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { ServiceNotice, serviceNotice } from "./service-notice.ts";

function watched(intervalMs: number | null) {
  const told: string[] = [];
  const faults: string[] = [];
  const under: ((fault: string | null) => void)[] = [];
  const clock = { now: 0 };
  const notice = new ServiceNotice({
    intervalMs,
    now: () => clock.now,
    carry: (text, done) => {
      told.push(text);
      under.push(done);
    },
    onFault: (why) => faults.push(why),
  });
  const arrive = (fault: string | null = null) => under.shift()?.(fault);
  return { notice, clock, told, faults, arrive };
}

describe("the notice", () => {
  it("tells that the loop turned, once an interval however often it turns", () => {
    const { notice, clock, told, arrive } = watched(10_000);
    notice.ready();
    arrive();
    for (clock.now = 0; clock.now <= 30_000; clock.now += 500) {
      notice.turned();
      arrive();
    }
    expect(told).toEqual(["READY=1", "WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1"]);
  });

  it("says nothing while the loop stands still", () => {
    const { notice, clock, told, arrive } = watched(10_000);
    notice.ready();
    arrive();
    clock.now = 100_000;
    expect(told).toEqual(["READY=1"]);
    notice.turned();
    expect(told).toEqual(["READY=1", "WATCHDOG=1"]);
  });

  it("never has two carriers under way, and goes on after one that failed, which is told once", () => {
    const { notice, clock, told, faults, arrive } = watched(10_000);
    notice.ready();
    clock.now = 20_000;
    notice.turned();
    expect(told).toEqual(["READY=1"]);
    arrive("no such program");
    notice.turned();
    arrive("no such program");
    clock.now = 40_000;
    notice.turned();
    expect(told).toEqual(["READY=1", "WATCHDOG=1", "WATCHDOG=1"]);
    expect(faults).toEqual(["no such program"]);
  });

  it("tells of the start only, where nobody watches", () => {
    const { notice, clock, told, arrive } = watched(null);
    notice.ready();
    arrive();
    clock.now = 1e9;
    notice.turned();
    expect(told).toEqual(["READY=1"]);
  });
});

describe("the service manager's wishes", () => {
  const refuse = (why: string) => {
    throw new Error(why);
  };

  it("are read from the environment, which what we start does not inherit", () => {
    const env = { NOTIFY_SOCKET: "/run/none", WATCHDOG_USEC: "30000000", HOME: "/" };
    expect(serviceNotice(env, refuse)?.intervalMs).toBe(10_000);
    expect(env).toEqual({ HOME: "/" });
  });

  const cases: [string, NodeJS.ProcessEnv, number | null | undefined][] = [
    ["nobody asks", {}, undefined],
    ["no socket", { WATCHDOG_USEC: "30000000" }, undefined],
    ["no watchdog", { NOTIFY_SOCKET: "/run/none" }, null],
    ["no number", { NOTIFY_SOCKET: "/run/none", WATCHDOG_USEC: "often" }, null],
    ["zero", { NOTIFY_SOCKET: "/run/none", WATCHDOG_USEC: "0" }, null],
    [
      "another process is watched",
      { NOTIFY_SOCKET: "/run/none", WATCHDOG_USEC: "3000", WATCHDOG_PID: "1" },
      null,
    ],
    [
      "we are",
      { NOTIFY_SOCKET: "/run/none", WATCHDOG_USEC: "3000", WATCHDOG_PID: `${process.pid}` },
      1,
    ],
  ];
  it.each(cases)("%s", (_, env, intervalMs) => {
    expect(serviceNotice(env, refuse)?.intervalMs).toBe(intervalMs);
  });

  it("are answered by systemd-notify, which gets the socket and little else", async () => {
    const dir = mkdtempSync(join(tmpdir(), "zr-notice-"));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const program = join(dir, "systemd-notify");
    const path = process.env["PATH"];
    onTestFinished(() => {
      process.env["PATH"] = path;
    });
    process.env["PATH"] = `${dir}:${path}`;
    const put = (body: string) => {
      writeFileSync(program, `#!/bin/sh\n${body}\n`);
      chmodSync(program, 0o755);
    };
    const said = join(dir, "said");
    put(`echo "$1 $NOTIFY_SOCKET $ZERORIG_TEST" > ${said}`);
    process.env["ZERORIG_TEST"] = "secret";
    onTestFinished(() => {
      delete process.env["ZERORIG_TEST"];
    });
    serviceNotice({ NOTIFY_SOCKET: "/run/s" }, refuse)?.ready();
    await vi.waitFor(() => expect(readFileSync(said, "utf8")).toBe("READY=1 /run/s \n"), 20_000);
    put("echo gone >&2; exit 3");
    const faults: string[] = [];
    serviceNotice({ NOTIFY_SOCKET: "/run/s" }, (why) => faults.push(why))?.ready();
    await vi.waitFor(() => expect(faults).toEqual(["systemd-notify ended with 3: gone"]), 20_000);
    process.env["PATH"] = "/nowhere";
    serviceNotice({ NOTIFY_SOCKET: "/run/s" }, (why) => faults.push(why))?.ready();
    await vi.waitFor(() => expect(faults[1]).toMatch(/^systemd-notify: .*ENOENT/), 20_000);
  });
});
