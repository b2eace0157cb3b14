import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { RigEvent } from "../core/status.ts";
import type { EventFilter } from "../shell/event-log.ts";
import { Store } from "../shell/store.ts";
import { historyOf } from "./history.ts";
import { folder } from "./testing.ts";

const START = Date.UTC(2026, 10, 21);
const MINUTE_MS = 60_000;

let store: Store;
beforeEach(() => {
  store = new Store(folder(), () => new Date(START));
  onTestFinished(() => store.close());
});

function write(minute: number, ev: string, slot: RigEvent["slot"] = null): void {
  const at = new Date(START + minute * MINUTE_MS).toISOString();
  store.writeEvent({ at, at_ms: 0, level: "info", ev, slot, why: null, detail: { n: minute } });
}

const told = (question: Parameters<typeof historyOf>[1]) =>
  historyOf(store, question).events.map(({ ev, detail }) => `${ev} ${detail["n"]}`);

describe("history", () => {
  it("is the newest first, each with its kind; what is usual is left out", () => {
    write(1, "power.on", "p1");
    write(2, "link.up", "p1");
    write(3, "operator.off", "p2");
    expect(historyOf(store, {})).toMatchObject({
      events: [
        { id: 3, kind: "operator", ev: "operator.off", slot: "p2", detail: { n: 3 } },
        { id: 1, kind: "power", ev: "power.on", slot: "p1" },
      ],
      next: null,
    });
    expect(told({ kinds: ["other"] })).toEqual(["link.up 2"]);
    expect(told({ slot: "p1" })).toEqual(["power.on 1"]);
  });

  it("is of a time: from since, before until", () => {
    for (const minute of [1, 2, 3, 4]) write(minute, "power.on");
    const iso = (minute: number) => new Date(START + minute * MINUTE_MS).toISOString();
    expect(told({ since: iso(2), until: iso(4) })).toEqual(["power.on 3", "power.on 2"]);
  });

  it("goes on where a page ended", () => {
    for (const minute of [1, 2, 3, 4, 5]) write(minute, "power.on");
    const first = historyOf(store, { limit: 2 });
    expect(first.events.map(({ id }) => id)).toEqual([5, 4]);
    const second = historyOf(store, { limit: 2, before: first.next ?? 0 });
    expect(second.events.map(({ id }) => id)).toEqual([3, 2]);
    const third = historyOf(store, { limit: 2, before: second.next ?? 0 });
    expect(third).toMatchObject({ events: [{ id: 1 }], next: null });
  });

  it("finds what was written before the clock was set back, and does not look at all there ever was", () => {
    for (let n = 0; n < 30; n++) write(1000 + n, "power.on");
    for (let n = 0; n < 400; n++) write(n, "power.off");
    const since = new Date(START + 1000 * MINUTE_MS).toISOString();
    expect(told({ since }).length).toBe(30);
    let looked = 0;
    const source = {
      readEvents: (filter: EventFilter) => {
        const wants: EventFilter["wants"] = (event) => {
          looked++;
          return filter.wants(event);
        };
        return store.readEvents({ ...filter, wants });
      },
    };
    historyOf(source, { kinds: ["fault"] });
    expect(looked).toBe(430);
    looked = 0;
    const late = new Date(START + 9000 * MINUTE_MS).toISOString();
    expect(historyOf(source, { since: late })).toEqual({ events: [], next: null });
    expect(looked).toBe(0);
  });
});
