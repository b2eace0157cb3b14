// Alerts of a rig of real processes at real receivers: one that takes them, and one that is dead and disturbs nothing.

import { createHmac } from "node:crypto";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { freePort } from "../../controller/cli/demo/free-port.ts";
import { run, until, ZERORIG } from "./programs.ts";
import { receiver } from "./receiver.ts";
import { Rig, tempDir } from "./rig.ts";

const SECRET = "a-shared-secret";

function secretFile(text: string): string {
  const file = join(tempDir(), "secret");
  writeFileSync(file, `${text}\n`);
  chmodSync(file, 0o600);
  return file;
}

it("tells of a fence and of its end, signed, while another receiver is dead", {
  timeout: 120_000,
}, async () => {
  const { url, got } = await receiver();
  const dead = `http://127.0.0.1:${await freePort()}/topic`;
  const section = [
    "[alerts]",
    `webhook_url = "${url}"`,
    `webhook_secret_file = ${JSON.stringify(secretFile(SECRET))}`,
    `ntfy_url = "${dead}"`,
    "[mqtt]",
    'id = "attic"',
  ];
  // One silent of two is below the floor; three are enough for a fence.
  const rig = await Rig.start({ zeros: 3, edit: (toml) => `${toml}\n${section.join("\n")}\n` });
  await rig.mining();
  await rig.hat.fault({ kind: "hang", slot: "p3" });
  const find = (state: string) =>
    got.find(({ body }) => {
      const told = JSON.parse(body);
      return told.state === state && told.kind === "fenced";
    });
  const raised = await until("the fence is told", () => find("raised"));
  expect(JSON.parse(raised.body)).toMatchObject({ rig: "attic", slot: "p3", state: "raised" });
  const hmac = createHmac("sha256", SECRET).update(raised.body).digest("hex");
  expect(raised.headers["x-zerorig-signature"]).toBe(`sha256=${hmac}`);
  await until("its end is told", () => find("resolved"));
  expect((await rig.slot("p3")).state).toBe("Ready");
  await rig.minesOn();
  const failed = rig.events().filter(({ ev }) => ev === "alert.failed");
  expect(failed).toMatchObject([{ to: "ntfy", why: expect.stringContaining("ECONNREFUSED") }]);

  // The same receivers, asked by hand: one is reached, the other is not.
  const file = rig.paths.controllerToml;
  const test = await run(ZERORIG, ["alert", "test", "--config", file, "--json"]);
  expect(test.code).toBe(7);
  expect(JSON.parse(test.stdout).receivers).toMatchObject([
    { to: "webhook", ok: true, answer: "status 204" },
    { to: "ntfy", ok: false, answer: expect.stringContaining("ECONNREFUSED") },
  ]);
  expect(got.at(-1)?.body).toContain('"state":"test"');
  const none = await run(ZERORIG, [
    "alert",
    "test",
    "--config",
    file,
    "--set",
    "alerts.ntfy_url=ftp://x",
  ]);
  expect(none.code).toBe(2);
});
