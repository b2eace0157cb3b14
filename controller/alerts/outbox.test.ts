import { expect, it } from "vitest";
import { handClock } from "../shell/hand-clock.ts";
import { Outbox } from "./outbox.ts";
import { type Letter, ntfy, type Post, webhook } from "./receiver.ts";

const letter = (id: string): Letter => ({
  id,
  at: "2026-01-01T00:00:00.000Z",
  rig: "attic",
  state: "raised",
  kind: "fenced",
  slot: "p1",
  level: "warn",
  text: `p1 was fenced (${id})`,
});

/** A receiver that answers as it is told to: a status, or that it is gone. */
function outbox(answer: (post: Post) => number | "gone") {
  const clock = handClock();
  const sent: { at: number; id: string }[] = [];
  const logged: string[] = [];
  const subject = new Outbox(webhook("http://127.0.0.1:1/hook", null, "test"), {
    clock,
    random: () => 1,
    send: async (post) => {
      sent.push({ at: clock.now(), id: JSON.parse(post.body).id });
      const status = answer(post);
      if (status === "gone") throw new Error("connection refused");
      return status;
    },
    log: (level, ev, detail) => logged.push(`${level} ${ev} ${JSON.stringify(detail)}`),
  });
  return { subject, clock, sent, logged };
}

it("sends one after the other, each once", async () => {
  const { subject, clock, sent, logged } = outbox(() => 204);
  for (const id of ["a", "b", "c"]) subject.put(letter(id));
  await clock.pass(0);
  expect(sent.map(({ id }) => id)).toEqual(["a", "b", "c"]);
  await clock.pass(3_600_000);
  expect(sent).toHaveLength(3);
  expect(logged).toEqual([]);
});

it("tries again after longer and longer pauses, says so once, and goes on in order", async () => {
  let isGone = true;
  const { subject, clock, sent, logged } = outbox(() => (isGone ? "gone" : 200));
  subject.put(letter("a"));
  subject.put(letter("b"));
  await clock.pass(100_000);
  expect(sent.map(({ at }) => at)).toEqual([0, 5000, 15_000, 35_000, 75_000]);
  await clock.pass(7_200_000);
  const pauses = sent.slice(-3).map(({ at }, index, all) => at - (all[index - 1]?.at ?? at));
  expect(pauses.slice(1)).toEqual([900_000, 900_000]);
  expect(logged).toHaveLength(1);
  expect(logged[0]).toContain("warn alert.failed");
  isGone = false;
  await clock.pass(900_000);
  expect(sent.slice(-2).map(({ id }) => id)).toEqual(["a", "b"]);
  expect(logged.at(-1)).toContain("info alert.delivered");
});

it("keeps no more than it can, and the newest of it", async () => {
  let isGone = true;
  const { subject, clock, sent, logged } = outbox(() => (isGone ? "gone" : 200));
  for (let count = 0; count < 1000; count++) subject.put(letter(String(count)));
  await clock.pass(0);
  isGone = false;
  sent.length = 0;
  await clock.pass(60_000);
  expect(sent.length).toBeLessThanOrEqual(50);
  expect(sent.at(-1)?.id).toBe("999");
  expect(logged.at(-1)).toContain('"lost":"950"');
});

it("does not repeat what will never be taken, and says what to look at", async () => {
  const { subject, clock, sent, logged } = outbox(() => 401);
  subject.put(letter("a"));
  await clock.pass(3_600_000);
  expect(sent).toHaveLength(1);
  expect(logged[0]).toContain("check [alerts] webhook_url");
});

it.each([408, 429, 500, 503])("repeats what %i may take later", async (status) => {
  const { subject, clock, sent } = outbox(() => status);
  subject.put(letter("a"));
  await clock.pass(6000);
  expect(sent).toHaveLength(2);
});

it("ends when it is closed", async () => {
  const { subject, clock, sent } = outbox(() => "gone");
  subject.put(letter("a"));
  await clock.pass(0);
  subject.close();
  subject.put(letter("b"));
  await clock.pass(3_600_000);
  expect(sent).toHaveLength(1);
});

it("tells ntfy in its headers, which hold no letters that a header cannot", () => {
  const receiver = ntfy("https://ntfy.example/topic-that-is-secret", "tk_1", "zerorig/1");
  expect(receiver.where).toBe("ntfy.example");
  const { headers, body } = receiver.post({ ...letter("a"), state: "resolved" });
  expect(headers).toMatchObject({
    title: "attic: p1 fenced is over",
    authorization: "Bearer tk_1",
    priority: "2",
  });
  expect(body).toBe("p1 was fenced (a)");
  expect(Object.values(headers).join("")).toMatch(/^[\x20-\x7e]*$/);
  expect(
    receiver.post({ ...letter("a"), state: "digest", kind: null, slot: null }).headers,
  ).toMatchObject({ title: "attic: digest" });
  const urgency = (level: Letter["level"]) => {
    const { headers: each } = receiver.post({ ...letter("a"), level });
    return [each["priority"], each["tags"]];
  };
  expect([urgency("info"), urgency("warn"), urgency("error")]).toEqual([
    ["3", "information_source"],
    ["4", "warning"],
    ["5", "rotating_light"],
  ]);
});
