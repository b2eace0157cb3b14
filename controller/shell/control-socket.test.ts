import {
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createConnection, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RigStatus } from "../core/status.ts";
import type { ControlRequest } from "./control-protocol.ts";
import { ControlSocket, type Controls } from "./control-socket.ts";
import { LogRing } from "./log-ring.ts";

const STATUS = { board: "a board" } as RigStatus;
let dir: string;
let path: string;
let asked: ControlRequest[];
let control: ControlSocket;
let ring: LogRing;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "zr-ctl-"));
  path = join(dir, "c.sock");
  asked = [];
  ring = new LogRing();
  control = make();
  await control.listen();
});

afterEach(async () => {
  await control.close();
  rmSync(dir, { recursive: true });
});

function make(): ControlSocket {
  const controls: Controls = {
    status: () => STATUS,
    act: async (request) => {
      asked.push(request);
      return { ok: true, status: STATUS };
    },
  };
  return new ControlSocket(path, controls, ring);
}

async function dial(): Promise<{ socket: Socket; line: () => Promise<unknown> }> {
  const socket = createConnection(path);
  await new Promise<void>((resolve) => socket.once("connect", resolve));
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk.toString();
  });
  const line = async () => {
    while (!text.includes("\n")) await new Promise((resolve) => setTimeout(resolve, 5));
    const [first = ""] = text.split("\n");
    text = text.slice(first.length + 1);
    return JSON.parse(first);
  };
  return { socket, line };
}

describe("the control socket", () => {
  it("answers each request with a line", async () => {
    const { socket, line } = await dial();
    socket.write('{"verb":"off","slots":["p1"],"reason":"x"}\n\n{"verb":"status"}\n');
    expect(await line()).toEqual({ ok: true, status: STATUS });
    expect(await line()).toEqual({ ok: true, status: STATUS });
    expect(asked[0]).toEqual({ verb: "off", slots: ["p1"], reason: "x", hard: false });
    socket.destroy();
  });

  it.each([
    ["no JSON", "{", "not JSON"],
    ["an unknown verb", '{"verb":"explode"}', "verb"],
    ["a slot that is none", '{"verb":"on","slots":["x"]}', "slots.0"],
    ["an unknown key", '{"verb":"status","more":1}', "more"],
  ])("names the mistake in %s", async (_, request, word) => {
    const { socket, line } = await dial();
    socket.write(`${request}\n`);
    const reply = await line();
    expect(reply).toMatchObject({ ok: false, code: "bad-request" });
    expect(JSON.stringify(reply)).toContain(word);
    expect(asked).toEqual([]);
    socket.destroy();
  });

  it("tells watchers what happens", async () => {
    const { socket, line } = await dial();
    socket.write('{"verb":"watch"}\n');
    expect(await line()).toEqual({ ok: true, status: STATUS });
    control.publish({
      at: "",
      at_ms: 1,
      level: "info",
      ev: "x",
      slot: null,
      why: null,
      detail: {},
    });
    expect(await line()).toMatchObject({ event: { ev: "x" } });
    socket.destroy();
  });

  it("shows the log's newest lines, and follows it", async () => {
    const log = (ev: string, level = 30) => ring.take(JSON.stringify({ level, time: "t", ev }));
    for (const ev of ["a", "b", "c"]) log(ev);
    const { socket, line } = await dial();
    socket.write('{"verb":"log","lines":2}\n');
    expect(await line()).toMatchObject({
      ok: true,
      lines: [
        { n: 2, ev: "b" },
        { n: 3, ev: "c" },
      ],
    });
    log("not asked for");
    socket.write('{"verb":"log","lines":0,"follow":true,"level":"warn"}\n');
    expect(await line()).toEqual({ ok: true, lines: [] });
    log("d");
    log("e", 40);
    expect(await line()).toMatchObject({ line: { n: 6, ev: "e", level: "warn" } });
    expect(asked).toEqual([]);
    socket.destroy();
    while (ring.followerCount > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it("is not filled by a reader of the log that does not read, and tells it what it lost", async () => {
    const { socket } = await dial();
    socket.write('{"verb":"log","lines":0,"follow":true}\n');
    while (ring.followerCount === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    socket.pause();
    const before = process.memoryUsage().external;
    const pad = "x".repeat(1000);
    const total = 20_000;
    for (let n = 1; n <= total; n++) ring.take(JSON.stringify({ level: 30, time: "t", pad }));
    // 20 MB of lines: the ring keeps 1 MB of them, the socket what it takes at a time.
    expect(process.memoryUsage().external - before).toBeLessThan(4_000_000);
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString();
    });
    socket.resume();
    const isAll = () => text.includes(`"n":${total},`) && text.endsWith("\n");
    while (!isAll()) await new Promise((resolve) => setTimeout(resolve, 5));
    const told = text
      .trim()
      .split("\n")
      .map((each) => JSON.parse(each));
    const lines = told.filter((each) => !("ok" in each));
    const lost = lines.reduce((sum, line) => sum + (line.lost ?? 0), 0);
    expect(lost).toBeGreaterThan(10_000);
    expect(lines.filter((line) => "line" in line)).toHaveLength(total - lost);
    socket.destroy();
  });

  it("is for its user and group alone", () => {
    expect(statSync(path).mode & 0o777).toBe(0o660);
  });

  it("hangs up on a request without end", async () => {
    const { socket } = await dial();
    socket.on("error", () => {});
    const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
    socket.write("x".repeat(20_000));
    await closed;
  });

  it("is not held open by a client that does not hang up", async () => {
    const stuck = createConnection({ path, allowHalfOpen: true });
    stuck.on("error", () => {});
    await new Promise<void>((resolve) => stuck.once("connect", resolve));
    await control.close();
    stuck.destroy();
    control = make();
    await control.listen();
  });

  it("refuses the place of one that answers, and takes that of one that is dead", async () => {
    await expect(make().listen()).rejects.toMatchObject({ code: "socket-in-use" });
    // What is left of one that was killed: its socket, which it would have removed.
    renameSync(path, `${path}.left`);
    await control.close();
    renameSync(`${path}.left`, path);
    control = make();
    await control.listen();
    (await dial()).socket.destroy();
  });

  it("takes the place of no other file", async () => {
    await control.close();
    writeFileSync(path, "somebody's");
    await expect(make().listen()).rejects.toMatchObject({
      code: "bad-address",
      message: `${path} is there, and is no socket`,
      todo: expect.stringContaining("[control] socket"),
    });
    expect(readFileSync(path, "utf8")).toBe("somebody's");
    rmSync(path);
    symlinkSync("nowhere", path);
    await expect(make().listen()).rejects.toMatchObject({ code: "bad-address" });
    rmSync(path);
    control = make();
    await control.listen();
  });
});
