// What the coin's API may answer for a balance.

import { expect, test } from "vitest";
import { decodeBalance } from "./codec-balance.ts";

test("a balance", () => {
  const body = '{"result":{"username":"Ada","balance":12.5,"verified":"yes"},"success":true}';
  expect(decodeBalance(200, body)).toEqual({ ok: true, duco: 12.5 });
});

test.each([
  [200, '{"success":false,"message":"This user doesn\'t exist"}', "refused"],
  [429, "<html>", "blocked"],
  [500, "oops", "http"],
  [200, "<html>", "nonsense"],
  [200, '{"success":true}', "nonsense"],
  [200, '{"result":null}', "nonsense"],
  [200, '{"result":{}}', "nonsense"],
  [200, '{"result":{"balance":-1}}', "nonsense"],
  [200, '{"result":{"balance":"12"}}', "nonsense"],
  [200, '{"result":{"balance":1e999}}', "nonsense"],
] as const)("%d %s is none", (status, body, code) => {
  expect(decodeBalance(status, body)).toMatchObject({ ok: false, code });
});
