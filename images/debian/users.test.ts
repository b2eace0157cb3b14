import { expect, it } from "vitest";
import { makeAccounts } from "./users.ts";

const MASTERS = {
  passwd: "root:*:0:0:root:/root:/bin/bash\nwww:*:33:33::/srv:/usr/sbin/nologin\n",
  group: "root:*:0:\nshadow:*:42:\nnogroup:*:65534:\n",
};
const EPOCH = 20_000 * 86_400;

function made(...snippets: string[]) {
  return makeAccounts(MASTERS, snippets, EPOCH);
}

it("keeps Debian's own, with no password", () => {
  const { passwd, group, shadow, gshadow } = made();
  expect(passwd).toBe("root:x:0:0:root:/root:/bin/bash\nwww:x:33:33::/srv:/usr/sbin/nologin\n");
  expect(group).toContain("shadow:x:42:\n");
  expect(shadow).toBe("root:*:20000:0:99999:7:::\nwww:*:20000:0:99999:7:::\n");
  expect(gshadow).toContain("shadow:*::\n");
});

it("gives numbers from 999 down, groups first", () => {
  const { passwd, group } = made(
    'u bus - "Message Bus" /run/bus',
    "# none\n\ng render -\ng i2c 77",
  );
  expect(group).toContain("render:x:999:\ni2c:x:77:\nbus:x:998:\n");
  expect(passwd).toContain("bus:x:998:998:Message Bus:/run/bus:/usr/sbin/nologin\n");
});

it("takes fixed numbers, other groups, shells, locked users, and members", () => {
  const { passwd, group } = made(
    "u! one 101 - /home/one /bin/sh\nu two -:nogroup\nm one render",
    "g render -",
  );
  expect(passwd).toContain("one:x:101:101::/home/one:/bin/sh\n");
  expect(passwd).toContain("two:x:998:65534::/:/usr/sbin/nologin\n");
  expect(group).toContain("render:x:999:one\n");
});

it("names a user once", () => {
  expect(made("u www - -", "u www - -").passwd.match(/^www:/gm)).toHaveLength(1);
});

it("refuses a group that is nowhere", () => {
  expect(() => made("u one -:none")).toThrow("no group none for one");
});
