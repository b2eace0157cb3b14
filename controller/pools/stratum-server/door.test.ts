import { describe, expect, it } from "vitest";
import { Door } from "./door.ts";

const RULES = { maxMiners: 3, maxPerAddress: 2, banMs: 60_000 };

describe("the door", () => {
  it("lets so many in, in all and of one address", () => {
    const door = new Door(RULES);
    expect([1, 2, 3].map(() => door.admit("a", 0))).toEqual(["in", "in", "full"]);
    expect([1, 2].map(() => door.admit("b", 0))).toEqual(["in", "full"]);
    door.leave("a");
    expect(door.admit("b", 0)).toBe("in");
    // Of nobody who is known.
    door.leave("c");
    expect(door.admit("c", 0)).toBe("full");
  });

  it("gives a place of an address back with each who leaves", () => {
    const door = new Door(RULES);
    expect([1, 2].map(() => door.admit("a", 0))).toEqual(["in", "in"]);
    expect(door.admit("a", 0)).toBe("full");
    door.leave("a");
    expect([1, 2].map(() => door.admit("a", 0))).toEqual(["in", "full"]);
  });

  it("lets a point wear off each second, once", () => {
    const door = new Door(RULES);
    expect(door.offend("a", 99, 0)).toBe(false);
    // 98 are left of them.
    expect(door.offend("a", 1, 1000)).toBe(false);
    expect(door.offend("a", 1, 1000)).toBe(true);
    door.offend("b", 60, 0);
    expect(door.admit("b", 30_000)).toBe("in");
    expect(door.offend("b", 70, 30_000)).toBe(true);
  });

  it("begins anew after a ban", () => {
    const door = new Door(RULES);
    expect(door.offend("a", 200, 0)).toBe(true);
    expect(door.offend("a", 99, 60_000)).toBe(false);
  });

  it("bans who offends often, for a time; what is long ago is forgotten", () => {
    const door = new Door(RULES);
    expect(door.offend("a", 60, 0)).toBe(false);
    expect(door.offend("a", 60, 30_000)).toBe(false);
    expect(door.offend("a", 60, 31_000)).toBe(true);
    expect([door.admit("a", 31_000), door.admit("b", 31_000)]).toEqual(["banned", "in"]);
    expect(door.banned(31_000)).toBe(1);
    // Once a ban.
    expect(door.offend("a", 200, 32_000)).toBe(false);
    expect(door.admit("a", 90_999)).toBe("banned");
    expect(door.banned(91_000)).toBe(0);
    expect(door.admit("a", 200_000)).toBe("in");
  });

  it("remembers some thousand addresses, those that are banned or here for longest", () => {
    const door = new Door({ ...RULES, maxMiners: 10_000 });
    door.offend("bad", 100, 0);
    door.admit("here", 0);
    for (let n = 0; n < 10_000; n++) {
      door.admit(`a${n}`, 1);
      door.leave(`a${n}`);
    }
    expect([door.admit("bad", 2), door.admit("here", 2)]).toEqual(["banned", "in"]);
    expect(door.admit("here", 2)).toBe("full");
    for (let n = 0; n < 5000; n++) door.offend(`b${n}`, 100, 3);
    // Where all are banned, who was banned first is let go.
    expect([door.admit("bad", 4), door.admit("b4999", 4)]).toEqual(["in", "banned"]);
  });
});
