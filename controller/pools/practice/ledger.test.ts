import { expect, test } from "vitest";
import { Ledger } from "./ledger.ts";
import type { PracticeShare } from "./session.ts";

function share(user: string, rig: string): PracticeShare {
  return {
    user,
    rig,
    software: "soft",
    verdict: "accepted",
    block: false,
    reason: null,
    difficulty: 1,
    hashes: 50,
    hashrateHs: 1,
    shareMs: 1,
    target: "",
    group: null,
  };
}

test("it does not grow with the names that strangers think up", () => {
  const ledger = new Ledger();
  for (let user = 0; user < 1010; user++) {
    for (let rig = 0; rig < 3; rig++) ledger.share(share(`user${user}`, `rig${rig}`), true);
  }
  const { users, totals } = ledger.stats(0);
  expect(Object.keys(users)).toHaveLength(1001);
  expect(users["(others)"]).toMatchObject({ accepted: 30 });
  const rigs = Object.values(users).flatMap((user) => Object.keys(user.rigs));
  expect(rigs).toHaveLength(2000);
  expect(totals).toMatchObject({ accepted: 3030, hashes: 3030 * 50 });
  expect(users["user999"]).toMatchObject({ accepted: 3, rigs: {} });
});

test("a rig that is known goes on counting when there is room for no other", () => {
  const ledger = new Ledger();
  for (let rig = 0; rig < 2001; rig++) ledger.share(share("Ada", `rig${rig}`), true);
  ledger.share(share("Ada", "rig0"), false);
  ledger.share(share("Ada", "rig2000"), false);
  const ada = ledger.stats(0).users["Ada"];
  expect(ada).toMatchObject({ accepted: 2003 });
  expect(ada?.rigs["rig0"]).toMatchObject({ accepted: 2, connections: 1 });
  expect(ada?.rigs["rig2000"]).toBeUndefined();
});
