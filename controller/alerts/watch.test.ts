import { describe, expect, it } from "vitest";
import { NOTHING_REMEMBERED } from "../core/memory.ts";
import { DEFAULT_POLICY } from "../core/policy.ts";
import { initialState } from "../core/state.ts";
import type { RigStatus, SlotStatus } from "../core/status.ts";
import { view } from "../core/view.ts";
import { firstLook, type Look, lookAgain, type Matter } from "./watch.ts";

const shape = { slots: ["p1", "p2"], hostWorkers: 0 } as const;
const STATE = initialState(shape, DEFAULT_POLICY, NOTHING_REMEMBERED, 0);
const BARE = view(STATE, { version: "1", board: "x" }, 0);
const READY: RigStatus = {
  ...BARE,
  pool: { ...BARE.pool, address: "a:1" },
  slots: BARE.slots.map((slot) => ({ ...slot, state: "Ready" })),
};
const OPTIONS = { noSharesMs: 60_000, diskFreeMinBytes: 100 };

type Odd = Partial<Omit<Look, "status">> & { readonly status?: Partial<RigStatus> };

const look = (more: Odd = {}): Look => ({
  diskFreeBytes: 1000,
  ...more,
  status: { ...READY, ...more.status },
});
const slots = (p1: Partial<SlotStatus>) =>
  READY.slots.map((slot) => (slot.slot === "p1" ? { ...slot, ...p1 } : slot));
const accepted = (count: number) => ({ totals: { ...READY.totals, accepted: count } });

/** What is told of one look after another, a second apart. */
function tell(...looks: readonly Look[]) {
  let watched = firstLook(looks[0] ?? look(), 0);
  return looks.map((each, index) => {
    const seen = lookAgain(watched, each, index * 1000, OPTIONS);
    watched = seen.watched;
    const kinds = (matters: readonly Matter[]) =>
      matters.map(({ kind, slot }) => (slot === null ? kind : `${kind} ${slot}`));
    return [...kinds(seen.lasting), ...kinds(seen.happened).map((kind) => `${kind}!`)].join();
  });
}

describe("a rig", () => {
  it("that is well says nothing, whatever was before the first look", () => {
    const old = look({ status: { slots: slots({ fences: 7 }) } });
    expect(tell(look(), look())).toEqual(["", ""]);
    expect(tell(old, old)).toEqual(["", ""]);
  });

  it("tells of a fence until the Zero is at work again", () => {
    const fenced = { fences: 1, state: "Off" } as const;
    expect(
      tell(
        look(),
        look({ status: { slots: slots(fenced) } }),
        look({ status: { slots: slots({ ...fenced, state: "Booting" }) } }),
        look({ status: { slots: slots({ ...fenced, state: "Ready" }) } }),
      ),
    ).toEqual(["", "fenced p1", "fenced p1", ""]);
  });

  it.each<[string, Odd]>([
    ["quarantined p1", { status: { slots: slots({ state: "Quarantined" }) } }],
    ["fault p1", { status: { slots: slots({ state: "Fault" }) } }],
    ["storm", { status: { storm: "storm" } }],
    ["brown-out", { status: { power: { ...READY.power, zeros: 1 } } }],
    ["invariant", { status: { automation: "4: on before off" } }],
    ["board", { status: { board_error: "no answer" } }],
    ["disk", { diskFreeBytes: 99 }],
  ])("tells of %s for as long as it is so", (told, more) => {
    expect(tell(look(), look(more), look(more), look())).toEqual(["", told, told, ""]);
  });

  it("is not said to be without a disk that nobody could look at, nor in a storm that cools down", () => {
    const status = { storm: "cooldown" } as const;
    expect(tell(look(), look({ diskFreeBytes: null, status }))).toEqual(["", ""]);
  });

  it("tells of another pool once, and not of none", () => {
    const at = (address: string | null) => look({ status: { pool: { ...READY.pool, address } } });
    expect(tell(at(null), at("a:1"), at("b:1"), at("b:1"), at(null), at("b:1"), at("a:1"))).toEqual(
      [...["", "", "pool!", "", "", "", "pool!"]],
    );
  });

  it("tells that nothing is accepted, while Zeros are up and until something is", () => {
    const told = (status: (second: number) => Partial<RigStatus>) =>
      tell(...Array.from({ length: 130 }, (_, second) => look({ status: status(second) })));
    const barren = told(() => accepted(5));
    expect(barren.indexOf("no-shares")).toBe(60);
    expect(barren.slice(60)).not.toContain("");
    expect(told((second) => accepted(Math.floor(second / 50)))).not.toContain("no-shares");
    const off = READY.slots.map((slot) => ({ ...slot, state: "Off" }) as const);
    expect(told(() => ({ ...accepted(5), slots: off }))).not.toContain("no-shares");
    const late = told((second) => accepted(second < 100 ? 5 : 6));
    expect([late[99], late[100]]).toEqual(["no-shares", ""]);
  });
});
