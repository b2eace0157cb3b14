import { once } from "node:events";
import { type AddressInfo, connect, createServer, Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import { tcpAddressProbe } from "./address-probe.ts";
import type { Clock } from "./clock.ts";

const ZERO = "172.19.181.1";

/** What was dialled, in order. */
let dialled: string[] = [];
let timers: (() => void)[] = [];
const sockets: Socket[] = [];

/** No time passes: a limit is reached when the test says so. */
const clock: Clock = {
  now: () => 0,
  wall: () => new Date(0),
  after: (ms, callback) => {
    expect(ms).toBe(1000);
    timers.push(callback);
    return () => {
      timers = timers.filter((timer) => timer !== callback);
    };
  },
};

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  dialled = [];
  timers = [];
});

async function listening() {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

/** Dials these ports of this machine in place of those of the Zero. */
function rerouted(...ports: number[]) {
  return tcpAddressProbe(clock, ({ host, port }) => {
    dialled.push(`${host}:${port}`);
    const socket = connect(ports.shift() ?? 0, "127.0.0.1");
    sockets.push(socket);
    return socket;
  });
}

/** Sockets that do what the test says; by itself nothing comes back, as from a Zero without power. */
function silent(onDial: (socket: Socket) => void = () => {}) {
  return tcpAddressProbe(clock, ({ port }) => {
    dialled.push(`:${port}`);
    const socket = new Socket();
    sockets.push(socket);
    onDial(socket);
    return socket;
  });
}

function failing(code: string) {
  return silent((socket) => {
    setImmediate(() => socket.emit("error", Object.assign(new Error(code), { code })));
  });
}

/** Lets the limit pass, once for each knock. */
async function waitOut(knocks: number): Promise<void> {
  for (let knock = 0; knock < knocks; knock++) {
    await expect.poll(() => timers.length).toBe(1);
    timers.splice(0)[0]?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("a kernel that answers", () => {
  it("is one that takes the connection", async () => {
    const { server, port } = await listening();
    expect(await rerouted(port).answers("p1", ZERO)).toBe(true);
    server.close();
    expect(dialled).toEqual([`${ZERO}:22`]);
    expect(sockets[0]?.destroyed).toBe(true);
    expect(timers).toEqual([]);
  });

  it("is one that refuses it", async () => {
    const { server, port } = await listening();
    await new Promise((closed) => server.close(closed));
    expect(await rerouted(port).answers("p1", ZERO)).toBe(true);
    expect(dialled).toEqual([`${ZERO}:22`]);
  });

  it("may drop what comes to one port, and refuse the other", async () => {
    let ports = 0;
    const probe = silent((socket) => {
      const refused = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
      if (++ports === 2) setImmediate(() => socket.emit("error", refused));
    });
    const answers = probe.answers("p1", ZERO);
    await waitOut(1);
    expect(await answers).toBe(true);
    expect(dialled).toEqual([":22", ":9"]);
  });

  it("is believed though we stood still until after the limit", async () => {
    const answers = silent((socket) => {
      // Both are due in one turn of the event loop, and the timer comes first.
      setImmediate(() => {
        timers.splice(0)[0]?.();
        socket.emit("connect");
      });
    }).answers("p1", ZERO);
    expect(await answers).toBe(true);
  });
});

describe("nothing answers", () => {
  it("where nothing comes back in time", async () => {
    const answers = silent().answers("p1", ZERO);
    await waitOut(2);
    expect(await answers).toBe(false);
    expect(dialled).toEqual([":22", ":9"]);
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true, true]);
  });

  it("where the neighbour cannot be found", async () => {
    expect(await failing("EHOSTUNREACH").answers("p1", ZERO)).toBe(false);
  });
});

describe("it cannot be known", () => {
  it.each([null, "", "127.0.0.1", "127.9.9.9", "::1"])("of the address %o", async (address) => {
    expect(await silent().answers("p1", address)).toBe(null);
    expect(dialled).toEqual([]);
  });

  it.each(["ENETUNREACH", "EMFILE", "EPERM"])("after %s, which is our own", async (code) => {
    expect(await failing(code).answers("p1", ZERO)).toBe(null);
    expect(dialled).toEqual([":22"]);
  });
});

const own = Object.values(networkInterfaces())
  .flat()
  .find((network) => network?.internal === false && network.family === "IPv4");

it.runIf(own)("knocks at real addresses", async () => {
  // This machine's own address in place of a Zero's: its kernel answers at either port, open or not.
  const probe = tcpAddressProbe({ ...clock, after: () => () => {} });
  expect(await probe.answers("p1", own?.address ?? null)).toBe(true);
});
