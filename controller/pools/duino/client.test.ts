import { expect, it } from "vitest";
import { referenceKernel } from "../../../zero-agent/kernels/reference.ts";
import type { PoolEvent } from "../pool-event.ts";
import { PracticePool } from "../practice/practice-pool.ts";
import { DuinoClient } from "./client.ts";

it("works", async () => {
  const pool = new PracticePool({ seed: 1, expectedShareMs: 20, startDifficulty: 20 });
  const { host, port } = await pool.listen();
  const events: PoolEvent[] = [];
  await new Promise<void>((resolve) => {
    let verdicts = 0;
    const client = new DuinoClient(
      {
        host,
        port,
        user: "u",
        tier: "LOW",
        miningKey: null,
        rig: "zerorig-p1",
        group: 7,
        version: "0.1.0",
      },
      (event) => {
        events.push(event);
        if (event.type === "up") client.requestJob();
        if (event.type === "job") {
          const found = referenceKernel.search(
            { algorithm: "duco-s1", ...event },
            0,
            event.to,
            1e9,
          );
          client.submit({ nonce: found.nonce ?? 0, hashrateHs: 240_000 });
        }
        if (event.type === "verdict") {
          verdicts++;
          if (verdicts < 6) client.requestJob();
          else client.close();
        }
        if (event.type === "down") resolve();
      },
    );
    client.connect();
  });
  expect(events.at(-1)).toMatchObject({ type: "down", code: "stopped" });
  await pool.close();
});
