import { expect, it } from "vitest";
import { nameOf, parseDestination } from "./destination.ts";

it.each<[string, object]>([
  [
    "postgres://rig@192.0.2.3:5433/mining",
    { kind: "postgres", host: "192.0.2.3", port: 5433, user: "rig", database: "mining" },
  ],
  ["postgresql://db.lan/mining", { kind: "postgres", port: 5432, user: null, database: "mining" }],
  [
    "nats://[2001:db8::1]/rigs.shares",
    { kind: "nats", host: "2001:db8::1", port: 4222, user: null, subject: "rigs.shares" },
  ],
])("%s is a store", (text, destination) => {
  expect(parseDestination(text)).toMatchObject(destination);
});

it.each([
  "postgres://rig:secret@db.lan/mining",
  "postgres://db.lan",
  "postgres://db.lan/mining?sslmode=disable",
  "postgres://db.lan/a/b",
  "nats://n.lan/",
  "nats://n.lan/shares.>",
  "nats://n.lan/shares.*",
  "http://db.lan/mining",
  "mining",
])("%s is none", (text) => {
  expect(parseDestination(text)).toBeNull();
});

it("is told from others by where it is, not by who asks", () => {
  const named = (text: string) => {
    const found = parseDestination(text);
    return found && nameOf(found);
  };
  expect(named("postgres://a@db.lan/mining")).toBe("postgres://db.lan:5432/mining");
  expect(named("postgresql://b@db.lan:5432/mining")).toBe("postgres://db.lan:5432/mining");
  expect(named("nats://n.lan/rigs.shares")).toBe("nats://n.lan:4222/rigs.shares");
});
