import { expect, it } from "vitest";
import type { PowerBoard } from "./board.ts";
import { HatError } from "./error.ts";
import { resetHub, slotsBehindHub } from "./hub.ts";

const info: PowerBoard["info"] = {
  description: "two",
  slots: ["p1", "p2", "p3"],
  parts: [
    { description: "v1", slots: ["p1"], switches: ["alert"] },
    { description: "v2", slots: ["p2", "p3"], switches: ["hub"] },
  ],
  virtual: true,
};

/** A board that writes down what it is asked; the answers are errors to throw, in order. */
function hub(...answers: (Error | null)[]) {
  const asked: string[] = [];
  const board = {
    info,
    setSwitch: async (name: string, on: boolean, part?: number) => {
      asked.push(`${name} ${on ? "on" : "off"} ${part ?? "all"}`);
      const answer = answers.shift() ?? null;
      if (answer !== null) throw answer;
    },
  } as Pick<PowerBoard, "info" | "setSwitch"> as PowerBoard;
  const sleep = async (ms: number) => void asked.push(`${ms} ms`);
  return { board, asked, sleep };
}

const bus = new HatError("bus", "NAK");

it("names the slots that lose their USB, before and after", async () => {
  const { board, asked, sleep } = hub();
  expect(slotsBehindHub(info)).toEqual(["p2", "p3"]);
  expect(() => slotsBehindHub(info, 0)).toThrow(/v1 has no switch "hub"/);
  expect(await resetHub(board, { sleep })).toEqual(["p2", "p3"]);
  expect(asked).toEqual(["hub off all", "1000 ms", "hub on all"]);
});

it("switches the hub on although the off failed, for it may have got through", async () => {
  const { board, asked, sleep } = hub(bus);
  await expect(resetHub(board, { part: 1, sleep })).rejects.toBe(bus);
  expect(asked).toEqual(["hub off 1", "hub on 1"]);
});

it("touches nothing where the off was refused", async () => {
  const { board, asked, sleep } = hub(new HatError("locked", "held"));
  await expect(resetHub(board, { sleep })).rejects.toMatchObject({ code: "locked" });
  expect(asked).toEqual(["hub off all"]);
});

it("tries the on again, and says so if the hub stays off", async () => {
  const mended = hub(null, bus, null);
  await resetHub(mended.board, { holdMs: 5, sleep: mended.sleep });
  expect(mended.asked).toEqual(["hub off all", "5 ms", "hub on all", "1000 ms", "hub on all"]);
  const broken = hub(null, bus, bus, bus);
  const reset = resetHub(broken.board, { sleep: broken.sleep });
  await expect(reset).rejects.toMatchObject({ code: "bus" });
  await expect(reset).rejects.toThrow(/may be off.*NAK.*hatctl hub on/);
  const odd = hub(null, new Error("a bug"), new Error("a bug"), new Error("a bug"));
  await expect(resetHub(odd.board, { sleep: odd.sleep })).rejects.toThrow(/a bug/);
});

it("switches the hub on if the hold itself is broken off", async () => {
  const { board, asked } = hub();
  const sleep = () => Promise.reject(new Error("aborted"));
  await expect(resetHub(board, { sleep })).rejects.toThrow("aborted");
  expect(asked).toEqual(["hub off all", "hub on all"]);
});
