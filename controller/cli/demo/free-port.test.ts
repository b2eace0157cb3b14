import { once } from "node:events";
import { createServer } from "node:net";
import { afterEach, expect, it, vi } from "vitest";

const picks = vi.hoisted(() => ({ next: [] as number[] }));
vi.mock("node:crypto", async (original) => {
  const crypto = await original<typeof import("node:crypto")>();
  return {
    ...crypto,
    randomInt: (from: number, to: number) => picks.next.shift() ?? crypto.randomInt(from, to),
  };
});
const { freePort } = await import("./free-port.ts");

afterEach(() => {
  picks.next = [];
});

it("names ports that no connection of others is given meanwhile", async () => {
  for (let times = 0; times < 20; times++) {
    const port = await freePort();
    expect(port).toBeGreaterThanOrEqual(10_000);
    expect(port).toBeLessThanOrEqual(32_000);
  }
});

it("passes over one that is taken", async () => {
  const free = await freePort();
  const taken = createServer().listen(await freePort(), "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as { port: number };
  picks.next = [port, port, free];
  expect(await freePort()).toBe(free);
  taken.close();
});
