import { describe, expect, it } from "vitest";
import { CLOSE } from "../protocol/closes.ts";
import type { ControllerMessage } from "../protocol/messages.ts";
import {
  AGENT_NONCE,
  AUTH,
  CHALLENGE,
  IDENTITY,
  jobMessage,
  PROOF,
  WELCOME,
} from "../testing/identity.ts";
import { connectionWakeAt, SILENCE_LIMIT_MS, stepConnection } from "./connection.ts";
import {
  type ConnectionEffect,
  type ConnectionEvent,
  type ConnectionState,
  GOOD_LINK_MS,
  INITIAL_CONNECTION,
} from "./connection-state.ts";

type Bare<E> = E extends unknown ? Omit<E, "now" | "random"> : never;

/** Drives a connection through events, with time and luck in hand. */
class Drive {
  state: ConnectionState = INITIAL_CONNECTION;
  now = 1000;
  random = 0.5;

  step(event: Bare<ConnectionEvent>): readonly ConnectionEffect[] {
    const full = { ...event, now: this.now, random: this.random } as ConnectionEvent;
    const { state, effects } = stepConnection(IDENTITY, this.state, full);
    this.state = state;
    return effects;
  }

  message(message: ControllerMessage): readonly ConnectionEffect[] {
    return this.step({ type: "message", link: this.state.link, message });
  }

  /** Advances to the time that the machine asked for, and ticks. */
  wake(): readonly ConnectionEffect[] {
    this.now = connectionWakeAt(this.state) ?? Number.NaN;
    return this.step({ type: "tick" });
  }

  open(): this {
    this.step({ type: "start" });
    this.step({ type: "opened", link: 1, nonce: AGENT_NONCE });
    return this;
  }

  link(): this {
    this.open();
    for (const message of [CHALLENGE, PROOF, WELCOME]) this.message(message);
    return this;
  }

  close(code: number, reason = ""): readonly ConnectionEffect[] {
    return this.step({ type: "closed", link: this.state.link, code, reason });
  }
}

function types(effects: readonly ConnectionEffect[]): string[] {
  return effects.map(({ type }) => type);
}

describe("the way to a link", () => {
  it("dials, proves itself, makes the controller prove itself, and beats at once", () => {
    const drive = new Drive();
    expect(drive.step({ type: "start" })).toEqual([{ type: "dial", link: 1 }]);
    expect(drive.step({ type: "opened", link: 1, nonce: AGENT_NONCE })).toEqual([]);
    expect(drive.message(CHALLENGE)).toEqual([{ type: "send", message: AUTH }]);
    expect(drive.message(PROOF)).toEqual([{ type: "send", message: IDENTITY.hello }]);
    const effects = drive.message(WELCOME);
    expect(types(effects)).toEqual(["log", "linked", "beat"]);
    expect(effects[2]).toEqual({ type: "beat", seq: 0 });
  });

  it("refuses a controller that cannot prove the key, and tries again", () => {
    const drive = new Drive().open();
    drive.message(CHALLENGE);
    const effects = drive.message({ type: "proof", mac: AUTH.mac });
    expect(effects[1]).toMatchObject({ type: "close", code: CLOSE.badKey });
    expect(drive.wake()).toEqual([{ type: "dial", link: 2 }]);
  });

  const outOfTurn: [string, ControllerMessage[]][] = [
    ["a second challenge", [CHALLENGE, CHALLENGE]],
    ["a proof before the challenge", [PROOF]],
    ["a second proof", [CHALLENGE, PROOF, PROOF]],
    ["a welcome before the proof", [CHALLENGE, WELCOME]],
    ["a job before the welcome", [CHALLENGE, PROOF, jobMessage()]],
    ["a challenge on a link", [CHALLENGE, PROOF, WELCOME, CHALLENGE]],
    ["a proof on a link", [CHALLENGE, PROOF, WELCOME, PROOF]],
    ["a welcome on a link", [CHALLENGE, PROOF, WELCOME, WELCOME]],
    ["a welcome for another", [CHALLENGE, PROOF, { ...WELCOME, slot: "p2" } as ControllerMessage]],
  ];
  it.each(outOfTurn)("refuses %s", (_, messages) => {
    const drive = new Drive().open();
    const last = messages.map((message) => drive.message(message)).at(-1) ?? [];
    expect(last[1]).toMatchObject({ type: "close", code: CLOSE.badMessage });
    expect(drive.state.phase.name).toBe("waiting");
  });

  it("ends when the controller speaks another version", () => {
    const drive = new Drive().open();
    drive.message(CHALLENGE);
    drive.message(PROOF);
    const effects = drive.message({ ...WELCOME, protocol: 3 } as ControllerMessage);
    expect(effects[0]).toMatchObject({ type: "close", code: CLOSE.version });
    expect(effects[1]).toMatchObject({ type: "exit", reason: "failed" });
  });

  it("gives up a dial and a handshake that take too long", () => {
    const drive = new Drive();
    drive.step({ type: "start" });
    expect(drive.step({ type: "tick" })).toEqual([]);
    expect(types(drive.wake())).toEqual(["log", "drop"]);
    expect(drive.step({ type: "tick" })).toEqual([]);
    expect(types(drive.wake())).toEqual(["dial"]);
    drive.step({ type: "opened", link: 2, nonce: AGENT_NONCE });
    expect(drive.step({ type: "tick" })).toEqual([]);
    expect(drive.wake()[1]).toMatchObject({ type: "close", code: CLOSE.handshakeTimeout });
  });
});

describe("a link", () => {
  it("beats at its interval, with rising numbers", () => {
    const drive = new Drive().link();
    expect(drive.step({ type: "tick" })).toEqual([]);
    for (const seq of [1, 2, 3]) {
      drive.step({ type: "heard", link: 1 });
      expect(drive.wake()).toEqual([{ type: "beat", seq }]);
    }
    expect(drive.now).toBe(7000);
  });

  it("is dropped when the controller is silent, for pings count as words", () => {
    const drive = new Drive().link();
    drive.now += SILENCE_LIMIT_MS - 1;
    drive.step({ type: "heard", link: 1 });
    drive.now += SILENCE_LIMIT_MS - 1;
    expect(types(drive.step({ type: "tick" }))).toEqual(["beat"]);
    drive.now += 1;
    expect(types(drive.step({ type: "tick" }))).toEqual(["log", "drop"]);
  });

  it("delivers work", () => {
    const message = jobMessage();
    expect(new Drive().link().message(message)).toEqual([{ type: "deliver", message }]);
  });

  it("ends on a frame that is no message", () => {
    const effects = new Drive().link().step({ type: "bad-frame", link: 1, why: "not JSON" });
    expect(effects[1]).toEqual({ type: "close", code: CLOSE.badMessage, reason: "not JSON" });
  });

  it("does not hear the links before it", () => {
    const drive = new Drive().link();
    drive.close(1006);
    expect(drive.close(1006)).toEqual([]);
    drive.wake();
    const before = drive.state;
    expect(drive.step({ type: "closed", link: 1, code: CLOSE.badKey, reason: "" })).toEqual([]);
    expect(drive.step({ type: "heard", link: 1 })).toEqual([]);
    drive.step({ type: "heard", link: 2 });
    expect(drive.state).toEqual(before);
  });
});

describe("the end of a link", () => {
  it("waits longer after each failure, and short again after a good link", () => {
    const drive = new Drive().link();
    drive.close(1006, "reset");
    const waits = [1, 2, 3].map(() => {
      const waited = (connectionWakeAt(drive.state) ?? 0) - drive.now;
      drive.wake();
      drive.close(1006);
      return waited;
    });
    expect(waits).toEqual([250, 500, 1000]);
    drive.wake();
    drive.step({ type: "opened", link: drive.state.link, nonce: AGENT_NONCE });
    for (const message of [CHALLENGE, PROOF, WELCOME]) drive.message(message);
    drive.now += GOOD_LINK_MS;
    drive.close(1001);
    expect((connectionWakeAt(drive.state) ?? 0) - drive.now).toBe(250);
  });

  it("is final when the key is refused or no version is common", () => {
    const refused = new Drive().open();
    expect(refused.close(CLOSE.badKey, "p1?")).toEqual([
      { type: "exit", reason: "key-refused", why: "the controller refused the key: p1?" },
    ]);
    expect(connectionWakeAt(refused.state)).toBeNull();
    expect(refused.step({ type: "tick" })).toEqual([]);
    const [exit] = new Drive().open().close(CLOSE.version);
    expect(exit).toMatchObject({ type: "exit", reason: "failed" });
  });

  it("is slow to come back when another took the slot", () => {
    const drive = new Drive().link();
    expect(drive.close(CLOSE.replaced)[0]).toMatchObject({ type: "log", level: "error" });
    expect((connectionWakeAt(drive.state) ?? 0) - drive.now).toBe(45_000);
  });

  it("is polite when the agent is stopped", () => {
    const effects = new Drive().link().step({ type: "stop", why: "SIGTERM", reason: "stopped" });
    expect(effects).toEqual([
      { type: "close", code: 1000, reason: "SIGTERM" },
      { type: "exit", reason: "stopped", why: "SIGTERM" },
    ]);
    expect(connectionWakeAt(INITIAL_CONNECTION)).toBeNull();
  });
});
