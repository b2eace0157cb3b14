import { expect, test } from "vitest";
import { accountOf, knownGroups } from "./account.ts";

const PASSWD = "root:x:0:0:root:/root:/bin/bash\npi:x:1000:1000:,,,:/home/pi:/bin/bash\n";
const PACKAGED = `${PASSWD}zerorig:x:990:991::/var/lib/zerorig:/usr/sbin/nologin\n`;

test.each([
  ["the package's own, where root may give files away", PACKAGED, 0, "pi", "zerorig"],
  ["who called sudo", PASSWD, 0, "pi", "pi"],
  ["root, who is alone", PASSWD, 0, undefined, "root"],
  ["root, where sudo's caller is unknown here", PASSWD, 0, "guest", "root"],
  ["whoever runs it", PACKAGED, 1000, undefined, "pi"],
  ["a number that has no name", PASSWD, 4711, undefined, "4711"],
])("the files belong to %s", (_, passwd, uid, sudoUser, name) => {
  expect(accountOf(passwd, uid, sudoUser).name).toBe(name);
});

test("only groups that are there are named", () => {
  expect(accountOf(PACKAGED, 0, "pi")).toEqual({ name: "zerorig", uid: 990, gid: 991 });
  expect(knownGroups("root:x:0:\ni2c:x:998:pi\n", ["i2c", "gpio"])).toEqual(["i2c"]);
});
