import { describe, expect, it, vi } from "vitest";
import { solves } from "../../zero-agent/kernels/reference.ts";
import type { Share } from "../core/seat.ts";
import type { AddressProbe } from "./address-probe.ts";
import { executors, type Machinery } from "./executors.ts";

// SHA-1 of this prefix followed by 50 (the known answer of the official AVR miner's self-test).
const SHARE: Share = {
  id: 1,
  seat: "p1",
  jobId: "p1-1",
  worker: "p1",
  algorithm: "duco-s1",
  poolTarget: "d0beba883d7e8cd119ea2b0e09b78f60f29e0968",
  node: "",
  ref: "",
  prefix: "ba29a15896fd2d792d5c4b60668bf2b9feebc51d",
  target: "d0beba883d7e8cd119ea2b0e09b78f60f29e0968",
  difficulty: 10,
  nonce: 50,
  hashrateHs: 1,
};

function machinery() {
  const post = vi.fn();
  const report = vi.fn();
  const writeShare = vi.fn();
  const writeIntent = vi.fn();
  const drop = vi.fn();
  const answers = vi.fn<AddressProbe["answers"]>();
  const parts = {
    clock: { wall: () => new Date(0) },
    store: { writeShare, writeIntent },
    links: { addressOf: (slot: string) => `address of ${slot}` },
    addresses: { answers },
    pool: { drop },
    post,
    report,
  } as unknown as Machinery;
  return { execute: executors(parts), post, report, writeShare, writeIntent, drop, answers };
}

describe("securing a share", () => {
  it("writes a right one down before it says so", async () => {
    const { execute, post, writeShare } = machinery();
    expect(solves({ ...SHARE, algorithm: "duco-s1" }, SHARE.nonce)).toBe(true);
    execute({ type: "secure-share", share: SHARE });
    await turn();
    expect(writeShare).toHaveBeenCalledOnce();
    expect(post).toHaveBeenCalledWith({ type: "share-secured", seat: "p1", share: 1, valid: true });
    expect(writeShare.mock.invocationCallOrder[0]).toBeLessThan(
      post.mock.invocationCallOrder[0] ?? 0,
    );
  });

  it("writes none down that is good enough only for ourselves", async () => {
    const { execute, post, writeShare } = machinery();
    const [low, high] = ["0".repeat(64), "f".repeat(64)];
    const piece = { ...SHARE, algorithm: "sha256d", prefix: "0".repeat(152) } as const;
    execute({ type: "secure-share", share: { ...piece, target: high, poolTarget: low } });
    await turn();
    expect(writeShare).not.toHaveBeenCalled();
    const told = { type: "share-secured", seat: "p1", share: 1, valid: true };
    expect(post).toHaveBeenCalledWith({ ...told, isLocal: true });
    execute({ type: "secure-share", share: { ...piece, target: high, poolTarget: high } });
    await turn();
    expect(writeShare).toHaveBeenCalledOnce();
    expect(post).toHaveBeenLastCalledWith(told);
    execute({ type: "secure-share", share: { ...piece, target: low, poolTarget: low } });
    await turn();
    expect(post).toHaveBeenLastCalledWith({ ...told, valid: false });
  });

  it("writes no wrong one", async () => {
    const { execute, post, writeShare } = machinery();
    execute({ type: "secure-share", share: { ...SHARE, nonce: 51 } });
    await turn();
    expect(writeShare).not.toHaveBeenCalled();
    expect(post).toHaveBeenCalledWith({
      type: "share-secured",
      seat: "p1",
      share: 1,
      valid: false,
    });
  });

  it("that cannot be written is never secured: its session starts over", async () => {
    const { execute, post, report, writeShare, drop } = machinery();
    writeShare.mockImplementation(() => {
      throw new Error("disk full");
    });
    execute({ type: "secure-share", share: SHARE });
    await turn();
    expect(post).not.toHaveBeenCalled();
    expect(drop).toHaveBeenCalledWith("p1", "its share could not be written down");
    expect(report).toHaveBeenCalledWith(
      expect.objectContaining({ ev: "effect.failed", level: "error" }),
    );
  });
});

/** Shares are written after the rest of the turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe("an intent", () => {
  const intent = {
    type: "write-intent",
    slot: "p1",
    intent: 3,
    kind: "cycle",
    by: "automation",
    why: "x",
    reason: "",
    evidence: "silent",
  } as const;

  it("is durable once it is written", () => {
    const { execute, post } = machinery();
    execute(intent);
    expect(post).toHaveBeenCalledWith({ type: "intent-durable", slot: "p1", intent: 3 });
  });

  it("that cannot be written never becomes durable, so no power action follows", () => {
    const { execute, post, report, writeIntent } = machinery();
    writeIntent.mockImplementation(() => {
      throw new Error("disk full");
    });
    execute(intent);
    expect(post).not.toHaveBeenCalled();
    expect(report).toHaveBeenCalledOnce();
  });
});

describe("a probe", () => {
  it.each([true, false])(
    "asks at the address of the slot's last link and tells %s",
    async (yes) => {
      const { execute, post, answers } = machinery();
      answers.mockResolvedValue(yes);
      execute({ type: "probe", slot: "p2" });
      expect(answers).toHaveBeenCalledWith("p2", "address of p2");
      await vi.waitFor(() => expect(post).toHaveBeenCalled());
      expect(post.mock.calls).toEqual([[{ type: "probed", slot: "p2", answers: yes }]]);
    },
  );

  it("tells nothing where nothing can be known", async () => {
    const { execute, post, answers } = machinery();
    answers.mockResolvedValue(null);
    execute({ type: "probe", slot: "p2" });
    await new Promise((resolve) => setImmediate(resolve));
    expect(post).not.toHaveBeenCalled();
  });
});
