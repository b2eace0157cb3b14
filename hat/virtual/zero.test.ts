import { beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "./clock.ts";
import type { Program } from "./program.ts";
import { randomStream } from "./random.ts";
import type { Link } from "./relay.ts";
import { Zero } from "./zero.ts";

let clock: ManualClock;
let zero: Zero;
/** What happened outside the Zero, in order. */
let trace: string[];
let boots: string[];
let throttled: number[];
let exit: (code: number | null) => void;

function tracedLink(): Link {
  const holds = new Set<string>();
  return {
    get held() {
      return holds.size > 0;
    },
    up: () => trace.push("link up"),
    cut: () => trace.push("link cut"),
    hold: (reason) => {
      holds.add(reason);
      trace.push(`hold ${reason}`);
    },
    release: (reason) => {
      holds.delete(reason);
      trace.push(`release ${reason}`);
    },
  };
}

beforeEach(() => {
  clock = new ManualClock();
  trace = [];
  boots = [];
  throttled = [];
  let nextPid = 100;
  zero = new Zero({
    slot: "p1",
    clock,
    random: randomStream("1", "zero"),
    bootMs: { min: 1000, max: 1000 },
    launch: (onExit): Program => {
      exit = onExit;
      const pid = nextPid;
      nextPid += 1;
      trace.push(`start ${pid}`);
      return { pid, signal: (signal) => trace.push(`${signal} ${pid}`) };
    },
    link: tracedLink(),
    sysroot: {
      boot: (bootId) => boots.push(bootId),
      throttled: (word) => throttled.push(word),
    },
    log: () => {},
  });
});

function run(): void {
  zero.powerOn();
  clock.advance(1000);
  trace.length = 0;
}

describe("power", () => {
  it("boots: the USB port part-way, the program at the end", () => {
    zero.powerOn();
    clock.advance(399);
    expect([zero.state, zero.usb]).toEqual(["booting", false]);
    clock.advance(400);
    expect([zero.state, zero.usb]).toEqual(["booting", true]);
    clock.advance(201);
    expect([zero.state, zero.pid]).toEqual(["running", 100]);
    expect(trace).toEqual(["link up", "start 100"]);
  });

  it("dies at once, silently, and leaves its port 100 ms later", () => {
    run();
    zero.powerOff();
    expect([zero.state, zero.usb, zero.pid]).toEqual(["off", true, null]);
    expect(trace.slice(0, 2)).toEqual(["link cut", "SIGKILL 100"]);
    clock.advance(100);
    expect(zero.usb).toBe(false);
  });

  it("boots again with another boot id, and does not hear of its dead program", () => {
    run();
    const late = exit;
    zero.powerOff();
    zero.powerOn();
    expect(zero.usb).toBe(false);
    late(null);
    clock.advance(1000);
    expect([zero.state, zero.pid, new Set(boots).size]).toEqual(["running", 101, 2]);
  });

  it("cut in the middle of a boot starts nothing", () => {
    zero.powerOn();
    clock.advance(900);
    zero.powerOff();
    clock.advance(10_000);
    expect(trace).not.toContain("start 100");
  });
});

describe("its own program", () => {
  it.each([0, 1, null])("is started again 2 s after it ended with %s", (code) => {
    run();
    exit(code);
    expect([zero.state, zero.pid]).toEqual(["restarting", null]);
    clock.advance(1999);
    expect(zero.state).toBe("restarting");
    clock.advance(1);
    expect([zero.state, zero.pid]).toEqual(["running", 101]);
    expect(boots.length).toBe(1);
  });

  it("halts the Zero with 64 until its power was cut", () => {
    run();
    exit(64);
    expect(zero.state).toBe("halted");
    clock.advance(100);
    expect(zero.usb).toBe(false);
    clock.advance(60_000);
    expect(zero.state).toBe("halted");
    zero.powerOff();
    zero.powerOn();
    clock.advance(1000);
    expect(zero.state).toBe("running");
  });

  it("reboots the Zero with 65", () => {
    run();
    exit(65);
    clock.advance(100);
    expect([zero.state, zero.usb]).toEqual(["booting", false]);
    clock.advance(1000);
    expect([zero.state, zero.pid, boots.length]).toEqual(["running", 101, 2]);
  });
});

describe("its kernel", () => {
  it("answers from the end of a boot to the power cut", () => {
    expect(zero.answers).toBe(false);
    zero.powerOn();
    clock.advance(999);
    expect(zero.answers).toBe(false);
    clock.advance(1);
    expect(zero.answers).toBe(true);
    zero.powerOff();
    expect(zero.answers).toBe(false);
  });

  it.each(["hang", "kill", "no-boot", "link-loss", "brownout"] as const)(
    "does not answer after %s",
    (fault) => {
      run();
      zero.fault(fault);
      expect(zero.answers).toBe(false);
      zero.powerOff();
      zero.powerOn();
      clock.advance(1000);
      expect(zero.answers).toBe(true);
    },
  );

  it("answers while the program is slow, and while it is gone", () => {
    run();
    zero.fault("slow", 1000);
    clock.advance(100);
    expect(zero.answers).toBe(true);
    zero.fault("crash");
    exit(null);
    expect([zero.state, zero.answers]).toEqual(["restarting", true]);
    clock.advance(2000);
    expect(zero.answers).toBe(true);
  });

  it("does not answer once the Zero has shut itself down, nor while it reboots", () => {
    run();
    exit(65);
    expect(zero.answers).toBe(false);
    clock.advance(1100);
    expect(zero.answers).toBe(true);
    exit(64);
    expect(zero.answers).toBe(false);
  });
});

describe("faults", () => {
  const recovers = () => {
    zero.powerOff();
    zero.powerOn();
    clock.advance(1000);
    expect([zero.state, zero.usb]).toEqual(["running", true]);
  };

  it("hang stops the program and keeps the port", () => {
    run();
    zero.fault("hang");
    clock.advance(60_000);
    expect([zero.state, zero.usb]).toEqual(["hung", true]);
    expect(trace).toEqual(["SIGSTOP 100"]);
    recovers();
  });

  it("hang for a while goes on where it was", () => {
    run();
    zero.fault("hang", 500);
    clock.advance(500);
    expect(zero.state).toBe("running");
    expect(trace).toEqual(["SIGSTOP 100", "SIGCONT 100"]);
    exit(1);
    zero.fault("hang", 500);
    clock.advance(500);
    expect(zero.state).toBe("running");
    zero.powerOff();
    zero.powerOn();
    zero.fault("hang", 500);
    clock.advance(1500);
    expect(zero.state).toBe("running");
  });

  it("kill takes the port along and nothing restarts", () => {
    run();
    zero.fault("kill");
    clock.advance(60_000);
    expect([zero.state, zero.usb, zero.pid]).toEqual(["dead", false, null]);
    expect(trace).toEqual(["link cut", "SIGKILL 100"]);
    zero.fault("hang");
    expect(zero.state).toBe("dead");
    recovers();
  });

  it("crash kills the program alone: the link is not silenced", () => {
    run();
    zero.fault("crash");
    expect(trace).toEqual(["SIGKILL 100"]);
    exit(null);
    clock.advance(2000);
    expect([zero.state, zero.usb]).toEqual(["running", true]);
  });

  it("slow gives a fiftieth of the time, then all of it", () => {
    run();
    zero.fault("slow", 1000);
    clock.advance(10);
    expect(trace).toEqual(["SIGCONT 100", "SIGSTOP 100"]);
    expect(throttled).toEqual([0x40004]);
    clock.advance(2000);
    expect(throttled).toEqual([0x40004, 0x40000]);
    expect(trace.filter((event) => event === "SIGSTOP 100").length).toBe(2);
    expect(trace.at(-1)).toBe("SIGCONT 100");
  });

  it("no-boot never comes up by itself", () => {
    run();
    zero.fault("no-boot");
    clock.advance(600_000);
    expect([zero.state, zero.usb]).toEqual(["no-boot", false]);
    recovers();
  });

  it("link-loss holds the link until the power cut, or for its time", () => {
    run();
    zero.fault("link-loss");
    clock.advance(600_000);
    expect(trace).toEqual(["hold link-loss"]);
    zero.powerOff();
    expect(trace).toContain("release link-loss");
    zero.powerOn();
    clock.advance(1000);
    trace.length = 0;
    zero.fault("link-loss", 500);
    exit(65);
    clock.advance(500);
    expect(trace).toContain("release link-loss");
  });

  it("brownout freezes without a program, port kept", () => {
    run();
    zero.fault("brownout");
    clock.advance(60_000);
    expect([zero.state, zero.usb, zero.pid]).toEqual(["hung", true, null]);
    expect(trace).toEqual(["link cut", "SIGKILL 100"]);
    recovers();
  });
});
