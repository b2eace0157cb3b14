import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RigStatus } from "../core/status.ts";
import type { ControlRequest } from "./control-protocol.ts";
import { ControlSocket } from "./control-socket.ts";

const STATUS = { board: "a board" } as RigStatus;
let dir: string;
let path: string;
let asked: ControlRequest[];
let control: ControlSocket;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "zr-ctl-"));
  path = join(dir, "c.sock");
  asked = [];
  control = make();
  await control.listen();
});

afterEach(async () => {
  await control.close();
  rmSync(dir, { recursive: true });
});

function make(): ControlSocket {
  return new ControlSocket(path, {
    status: () => STATUS,
    act: async (request) => {
      asked.push(request);
      return { ok: true, status: STATUS };
    },
  });
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
    await control.close();
    writeFileSync(path, "left behind");
    control = make();
    await control.listen();
  });
});
