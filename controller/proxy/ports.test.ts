import { type AddressInfo, createServer } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { handClock } from "../shell/hand-clock.ts";
import { Ports, tcpKnock } from "./ports.ts";

const AT = { host: "192.0.2.1", port: 80 };
const P1 = { id: "p1", onAt: 5 } as const;

function scene() {
  const clock = handClock();
  const knocks: ((open: boolean) => void)[] = [];
  const ports = new Ports(clock, () => new Promise((resolve) => knocks.push(resolve)));
  return { clock, knocks, ports };
}

it("is asked once for all who look, and believed for ten seconds", async () => {
  const { clock, knocks, ports } = scene();
  expect(ports.isOpen(P1, AT)).toBe(false);
  const looks = [ports.look(P1, AT), ports.look(P1, AT)];
  expect(knocks).toHaveLength(1);
  knocks[0]?.(true);
  await Promise.all(looks);
  expect(ports.isOpen(P1, AT)).toBe(true);
  await clock.pass(9999);
  await ports.look(P1, AT);
  expect(knocks).toHaveLength(1);
  await clock.pass(1);
  expect(ports.isOpen(P1, AT)).toBe(false);
});

it("is asked anew where it was shut, was found shut, or the Zero came on since", async () => {
  const { knocks, ports } = scene();
  const answer = async (open: boolean, slot = P1) => {
    const look = ports.look(slot, AT);
    knocks.at(-1)?.(open);
    await look;
  };
  await answer(false);
  expect(ports.isOpen(P1, AT)).toBe(false);
  await answer(true);
  const since = { id: "p1", onAt: 6 } as unknown as typeof P1;
  expect(ports.isOpen(since, AT)).toBe(false);
  await answer(true, since);
  expect([ports.isOpen(P1, AT), ports.isOpen(since, AT)]).toEqual([false, true]);
  ports.shut(AT);
  expect(ports.isOpen(since, AT)).toBe(false);
  expect(knocks).toHaveLength(3);
});

it("is open where somebody listens, and not where nobody does or answers", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  let closed = false;
  onTestFinished(() => void (closed || server.close()));
  expect(await tcpKnock({ host: "127.0.0.1", port }, 5000)).toBe(true);
  await new Promise((resolve) => server.close(resolve));
  closed = true;
  expect(await tcpKnock({ host: "127.0.0.1", port }, 5000)).toBe(false);
  expect(await tcpKnock({ host: "[::1]", port }, 5000)).toBe(false);
  expect(await tcpKnock({ host: "127.0.0.1", port: 1 }, 0)).toBe(false);
});
