// One virtual Zero: what power, time, faults and its own program do to it.

import type { SlotId } from "../slots.ts";
import type { Clock } from "./clock.ts";
import { DEFAULT_SLOW_MS, type FaultKind } from "./fault.ts";
import type { Launch, Program } from "./program.ts";
import { type Random, randomUuid } from "./random.ts";
import type { Link } from "./relay.ts";
import { type Sysroot, THROTTLED_NOW, THROTTLED_SINCE_BOOT } from "./sysroot.ts";

export type ZeroState =
  | "off"
  | "booting"
  | "running"
  | "restarting" // its program ended; the service manager waits before it starts it again
  | "halted" // shut down by itself; only a power cycle starts it
  | "hung" // frozen; USB as it was
  | "dead" // kernel panic: USB gone
  | "no-boot"; // a boot that never ends

export interface ZeroOptions {
  readonly slot: SlotId;
  readonly clock: Clock;
  readonly random: Random;
  readonly bootMs: { readonly min: number; readonly max: number };
  /** Null for a Zero without software: it boots and idles. */
  readonly launch: Launch | null;
  readonly link: Link;
  readonly sysroot: Pick<Sysroot, "boot" | "throttled">;
  readonly log: (ev: string, detail: Readonly<Record<string, string | number | null>>) => void;
}

/** The faults of a Zero. The rest of a FaultKind belongs to the supply, the hub and the power line. */
export type ZeroFault = Exclude<FaultKind, "hub-loss" | "stuck-on">;

/** Exit codes by which an agent asks its machine for more than a restart of itself. */
const EXIT_POWEROFF = 64;
const EXIT_REBOOT = 65;

/** systemd's RestartSec of the agent. */
const RESTART_MS = 2000;
/** How long the hub takes to notice that a device is gone. */
const USB_GONE_MS = 100;
/** A slow Zero is one that its firmware throttles; and a computer that runs the virtual rig is far faster than a Zero. */
const SLOW_PERIOD_MS = 500;
const SLOW_SHARE = 0.02;

export class Zero {
  readonly #options: ZeroOptions;
  #state: ZeroState = "off";
  #usb = false;
  #program: Program | null = null;
  #poweredSinceMs: number | null = null;
  #bootedAtMs: number | null = null;
  readonly #timers = new Map<string, () => void>();

  constructor(options: ZeroOptions) {
    this.#options = options;
  }

  get state(): ZeroState {
    return this.#state;
  }

  /** Whether its gadget is seen on the hub's port. */
  get usb(): boolean {
    return this.#usb;
  }

  get pid(): number | null {
    return this.#program?.pid ?? null;
  }

  get poweredSinceMs(): number | null {
    return this.#poweredSinceMs;
  }

  /** Whether its kernel answers on the network: it has booted, nothing froze it, and its link lets the answer through. */
  get answers(): boolean {
    const lives = this.#state === "running" || this.#state === "restarting";
    return lives && !this.#options.link.held;
  }

  /** When its last boot began; null if it never had one. */
  get bootedAtMs(): number | null {
    return this.#bootedAtMs;
  }

  powerOn(): void {
    if (this.#state !== "off") return;
    this.#poweredSinceMs = this.#options.clock.nowMs();
    this.#boot();
  }

  powerOff(): void {
    if (this.#state === "off") return;
    this.#poweredSinceMs = null;
    this.#stop("off");
    this.#timers.get("link-loss")?.();
    this.#timers.delete("link-loss");
    this.#options.link.release("link-loss");
    this.#loseUsb();
  }

  /** Only a Zero with power can have a fault: check `state` first. */
  fault(kind: ZeroFault, durationMs?: number): void {
    this.#options.log("zero.fault", { kind, state: this.#state, duration_ms: durationMs ?? null });
    switch (kind) {
      case "hang":
        this.#hang(durationMs);
        break;
      case "kill":
        this.#stop("dead");
        this.#loseUsb();
        break;
      case "crash":
        // The kernel lives: it closes the program's sockets, and the program's exit brings the restart.
        if (this.#state === "running") this.#program?.signal("SIGKILL");
        break;
      case "slow":
        this.#slow(durationMs ?? DEFAULT_SLOW_MS);
        break;
      case "no-boot":
        this.#stop("no-boot");
        this.#loseUsb();
        break;
      case "link-loss":
        this.#options.link.hold("link-loss");
        if (durationMs !== undefined) {
          this.#after("link-loss", durationMs, () => this.#options.link.release("link-loss"));
        }
        break;
      case "brownout":
        this.#stop("hung");
        break;
      default:
        kind satisfies never;
    }
  }

  #boot(): void {
    const { random, bootMs, clock } = this.#options;
    this.#clearTimers();
    this.#usb = false;
    this.#bootedAtMs = clock.nowMs();
    this.#to("booting");
    this.#options.sysroot.boot(randomUuid(random));
    const totalMs = bootMs.min + random() * (bootMs.max - bootMs.min);
    // The gadget is set up by a service, well before the agent's turn comes.
    this.#after("usb", totalMs * (0.4 + 0.3 * random()), () => {
      this.#usb = true;
      this.#options.log("zero.usb", { present: 1 });
    });
    this.#after("boot", totalMs, () => {
      this.#options.log("zero.booted", { boot_ms: Math.round(totalMs), at_ms: clock.nowMs() });
      this.#options.link.up();
      this.#start();
    });
  }

  #start(): void {
    this.#to("running");
    let ended = false;
    const launched: { program: Program | null } = { program: null };
    launched.program =
      this.#options.launch?.((code) => {
        ended = true;
        // A program that we cut has no say any more.
        if (this.#program === launched.program) this.#exited(code);
      }) ?? null;
    if (!ended) this.#program = launched.program;
  }

  #exited(code: number | null): void {
    this.#program = null;
    this.#options.log("zero.exit", { code });
    // A frozen machine restarts nothing; its program can only have been killed from outside.
    if (this.#state !== "running") return;
    if (code === EXIT_POWEROFF) {
      this.#stop("halted");
      this.#loseUsb();
    } else if (code === EXIT_REBOOT) {
      this.#stop("booting");
      this.#loseUsb();
      this.#after("reboot", USB_GONE_MS, () => this.#boot());
    } else {
      this.#to("restarting");
      this.#after("restart", RESTART_MS, () => this.#start());
    }
  }

  #hang(durationMs: number | undefined): void {
    const before = this.#state;
    if (before === "halted" || before === "dead" || before === "no-boot" || before === "hung") {
      return;
    }
    this.#clearTimers();
    this.#program?.signal("SIGSTOP");
    this.#to("hung");
    if (durationMs === undefined) return;
    this.#after("thaw", durationMs, () => {
      if (before === "booting") {
        this.#boot();
      } else if (this.#program === null) {
        this.#start();
      } else {
        this.#program.signal("SIGCONT");
        this.#to("running");
      }
    });
  }

  #slow(durationMs: number): void {
    const { clock, sysroot } = this.#options;
    const endMs = clock.nowMs() + durationMs;
    sysroot.throttled(THROTTLED_NOW | THROTTLED_SINCE_BOOT);
    const turn = () => {
      this.#program?.signal("SIGCONT");
      if (clock.nowMs() >= endMs) {
        sysroot.throttled(THROTTLED_SINCE_BOOT);
        return;
      }
      this.#after("slow", SLOW_PERIOD_MS * SLOW_SHARE, () => {
        this.#program?.signal("SIGSTOP");
        this.#after("slow", SLOW_PERIOD_MS * (1 - SLOW_SHARE), turn);
      });
    };
    turn();
  }

  /** Ends the program and silences the link first, so that the controller hears nothing of it. */
  #stop(state: ZeroState): void {
    this.#clearTimers();
    this.#options.link.cut();
    const program = this.#program;
    this.#program = null;
    program?.signal("SIGKILL");
    this.#to(state);
  }

  #loseUsb(): void {
    this.#after("usb", USB_GONE_MS, () => {
      this.#usb = false;
      this.#options.log("zero.usb", { present: 0 });
    });
  }

  #to(state: ZeroState): void {
    if (state === this.#state) return;
    this.#options.log("zero.state", { from: this.#state, to: state });
    this.#state = state;
  }

  #after(name: string, delayMs: number, callback: () => void): void {
    this.#timers.get(name)?.();
    const cancel = this.#options.clock.after(delayMs, () => {
      this.#timers.delete(name);
      callback();
    });
    this.#timers.set(name, cancel);
  }

  #clearTimers(): void {
    for (const [name, cancel] of this.#timers) {
      // The cable heals in its own time, whatever happens to the Zero.
      if (name === "link-loss") continue;
      cancel();
      this.#timers.delete(name);
    }
  }
}
