// The API over HTTP on a rig of real processes: it shows what the CLI shows, switches only for the token, and what strangers do to
// it does not disturb the mining.

import { expect, it } from "vitest";
import type { RigStatus } from "../../controller/core/status.ts";
import { until } from "./programs.ts";
import { served, TOKEN } from "./served-rig.ts";

function post(url: string, path: string, body: object, token = TOKEN): Promise<Response> {
  return fetch(`${url}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** Reads the stream until its text has this, and returns all of it. */
async function streamed(url: string, wanted: string): Promise<string> {
  const { body } = await fetch(`${url}/api/v1/stream`);
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes(wanted)) {
    const { value, done } = (await reader?.read()) ?? { value: "", done: true };
    if (done) throw new Error(`the stream ended before ${wanted}`);
    text += value;
  }
  await reader?.cancel();
  return text;
}

it("shows and switches, tells of it as it happens, and mines on under a thousand guesses", {
  timeout: 120_000,
}, async () => {
  const { rig, url } = await served();
  await rig.mining();
  const shown = (await (await fetch(`${url}/api/v1/status`)).json()) as RigStatus;
  expect(shown.slots.map(({ slot, state }) => `${slot} ${state}`)).toEqual([
    "p1 Ready",
    "p2 Ready",
  ]);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toMatch(/zerorig_slot_shares_total\{slot="p1",verdict="accepted"\} [1-9]/);

  // The alert LED is bit 6 of the chip's latch, the slots are bits 0 to 3.
  const latch = await rig.hat.bus().readByte(0x20, 1);
  const seen = new Set<number>();
  expect((await post(url, "/api/v1/slots/p1/identify", { for_ms: 5000 })).status).toBe(200);
  await until("the LED blinked", async () => {
    seen.add(await rig.hat.bus().readByte(0x20, 1));
    return seen.size > 1;
  });
  expect([...seen].map((value) => value & 0xbf)).toEqual([latch & 0xbf, latch & 0xbf]);

  const off = streamed(url, '"to":"Off"');
  const asked = await post(url, "/api/v1/slots/p2/off", { reason: "e2e" });
  expect(asked.status).toBe(200);
  expect(await off).toContain('"ev":"slot.state"');
  await until("p2 has no power", async () => !(await rig.hat.truth())[1]?.powered);
  expect(await rig.slot("p2")).toMatchObject({ state: "Off", wanted: "off" });
  await until("the LED is as it was", async () => {
    return (((await rig.hat.bus().readByte(0x20, 1)) ^ latch) & 0xf0) === 0;
  });

  const before = (await rig.slot("p1")).accepted;
  const statuses = new Set<number>();
  for (let round = 0; round < 20; round++) {
    const guesses = Array.from({ length: 50 }, () =>
      post(url, "/api/v1/slots/p1/off", {}, "guess"),
    );
    for (const { status } of await Promise.all(guesses)) statuses.add(status);
  }
  expect([...statuses].sort()).toEqual([401, 429]);
  await until("p1 mines on", async () => (await rig.slot("p1")).accepted >= before + 2);
  expect(await rig.slot("p1")).toMatchObject({ state: "Ready", fences: 0 });
});
