// A demo of four Zeros whose faults strike when the test says so: how far it is, its events tell, however slow this machine is.

import { join } from "node:path";
import { expect } from "vitest";
import { type FaultFigures, measureFault } from "../../controller/cli/demo/measure.ts";
import type { RigEvent } from "../../controller/core/status.ts";
import { VirtualHatClient } from "../../hat/virtual/client.ts";
import type { Fault } from "../../hat/virtual/fault.ts";
import { type Program, start, until, ZERORIG } from "./programs.ts";

export interface SlotSummary {
  readonly slot: string;
  readonly state: string;
  readonly accepted: number;
  readonly fences: number;
  readonly boots: number;
}

export interface Summary {
  readonly slots: readonly SlotSummary[];
  readonly totals: { readonly rejected: number };
  readonly consistent: boolean;
}

const SLOTS = ["p1", "p2", "p3", "p4"];
/** A guard against hanging, not a measure. */
const LIMIT_MS = 150_000;

export class DemoRig {
  readonly #program: Program;
  readonly #struck: { readonly fault: Fault; readonly atMs: number }[] = [];

  private constructor(program: Program) {
    this.#program = program;
  }

  /** Up, with every Zero mining. */
  static async start(): Promise<DemoRig> {
    const options = ["--json", "--seed", "11", "--pace", "100000", "--boot", "2s-3s"];
    const rig = new DemoRig(start(ZERORIG, ["demo", ...options]));
    await rig.#until("all Zeros mine", () => {
      const events = rig.events();
      const hasMined = (slot: string) =>
        events.some((event) => event.ev === "share.accepted" && event.slot === slot);
      return SLOTS.every((slot) => isReady(slot, events) && hasMined(slot));
    });
    return rig;
  }

  /** What happened so far. */
  events(): RigEvent[] {
    return eventsOf(this.#program.out());
  }

  /** Makes these go wrong now, and waits until the controller has seen and mended each and all Zeros are Ready. */
  async strike(...faults: Fault[]): Promise<void> {
    const [begun] = this.events();
    const client = await VirtualHatClient.connect(join(String(begun?.detail["dir"]), "hat.sock"));
    try {
      for (const fault of faults) {
        const atMs = this.#nowMs();
        await client.fault(fault);
        this.#struck.push({ fault, atMs });
      }
    } finally {
      await client.close();
    }
    await this.#until(`mended: ${faults.map(({ kind }) => kind).join(", ")}`, () => {
      const events = this.events();
      return (
        this.figures().every(({ recover_ms }) => recover_ms !== null) &&
        SLOTS.every((slot) => isReady(slot, events))
      );
    });
  }

  /** How long each fault took to be seen and to be mended. */
  figures(): readonly FaultFigures[] {
    const events = this.events();
    return this.#struck.map(({ fault: { kind, slot = null }, atMs }) =>
      measureFault({ kind, slot, atMs }, events),
    );
  }

  /** Stops it, as Ctrl-C does. Whatever was done to it, its books agree with the pool's and no share was wrong. */
  async stop(): Promise<Summary> {
    this.#program.kill("SIGINT");
    const ended = await this.#program.ended;
    expect(ended.stderr).toBe("");
    expect(ended.code).toBe(0);
    const last = ended.stdout.trim().split("\n").at(-1) ?? "{}";
    const { summary } = JSON.parse(last) as { summary: Summary };
    expect(summary.consistent).toBe(true);
    expect(summary.totals.rejected).toBe(0);
    return summary;
  }

  /** On the controller's clock. */
  #nowMs(): number {
    const last = this.events().findLast(({ ev }) => ev === "slot.state");
    if (last === undefined) throw new Error("the controller has said nothing yet");
    return Date.now() - Date.parse(last.at) + last.at_ms;
  }

  async #until(what: string, isTrue: () => boolean): Promise<void> {
    await until(what, isTrue, LIMIT_MS, 250).catch((error: unknown) => {
      const last = this.events().slice(-30);
      throw new Error(`${String(error)}\n${last.map((event) => JSON.stringify(event)).join("\n")}`);
    });
  }
}

/** The events among the lines that a demo printed: a line that is not whole yet is none, nor is the summary. */
export function eventsOf(printed: string): RigEvent[] {
  const lines = printed.split("\n").slice(0, -1);
  return lines
    .map((line) => JSON.parse(line) as RigEvent | { readonly summary: Summary })
    .filter((line) => "ev" in line);
}

function isReady(slot: string, events: readonly RigEvent[]): boolean {
  const last = events.findLast((event) => event.ev === "slot.state" && event.slot === slot);
  return last?.detail["to"] === "Ready";
}
