import { describe, expect, it } from "vitest";
import { World } from "../../test/sim/world.ts";
import { answerOf, refusalOf } from "./answer.ts";
import type { ActRequest } from "./control-protocol.ts";

const AROUND = { version: "1.2.3", board: "a board" };

function mining(): World {
  const world = new World({ zeros: 2 });
  world.allReady();
  return world;
}

describe("the answer", () => {
  it("to most verbs is the status", () => {
    const world = mining();
    const request: ActRequest = { verb: "on", slots: ["p1"], reason: "" };
    expect(answerOf(request, world.state, AROUND, world.now)).toMatchObject({
      ok: true,
      status: { board: "a board", slots: [{ slot: "p1" }, { slot: "p2" }] },
    });
  });

  it("to `why` explains the slots that were named, in the order of the board", () => {
    const world = mining();
    const request: ActRequest = { verb: "why", slots: ["p2"] };
    const answer = answerOf(request, world.state, AROUND, world.now);
    expect(answer).toMatchObject({ ok: true, explanations: [{ slot: "p2", state: "Ready" }] });
  });

  it("to `plan` says what automation would do, and changes nothing", () => {
    const world = mining();
    const off = { type: "operator", verb: "off", slots: ["p2"], reason: "", hard: true } as const;
    world.post(off);
    world.until(() => world.slot("p2").phase === "Off", "off");
    world.run(60_000);
    const wanted = world.state.slots.map((slot) => ({ ...slot, wanted: "on" as const }));
    const before = { ...world.state, slots: wanted };
    const copy = structuredClone(before);
    const answer = answerOf({ verb: "plan" }, before, AROUND, world.now);
    expect(answer).toMatchObject({
      ok: true,
      intentions: [
        { slot: "p1", does: null },
        { slot: "p2", does: "on (wanted-on)" },
      ],
    });
    expect(before).toEqual(copy);
  });
});

describe("a slot that this rig has not", () => {
  it.each([
    { verb: "why", slots: ["p2", "p9"] },
    { verb: "wake", slots: ["p9"], forMs: 5 },
    { verb: "metered", slot: "p9", watts: 1, forMs: 5 },
  ] satisfies ActRequest[])("is refused by name: $verb", (request) => {
    expect(refusalOf(request, mining().state)).toEqual({
      ok: false,
      code: "no-slot",
      error: "this rig has no p9; it has p1, p2",
    });
  });

  it("is not in question where no slot is named", () => {
    expect(refusalOf({ verb: "plan" }, mining().state)).toBeNull();
  });
});
