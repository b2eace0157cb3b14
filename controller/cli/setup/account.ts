// Whose the files are, and whom the service runs as: the package's own account where there is one, else whoever sets the rig up.

import type { Owner } from "./write-files.ts";

export interface Account extends Owner {
  readonly name: string;
}

const PACKAGED = "zerorig";

/** `passwd` is the text of /etc/passwd; `sudoUser` is who called sudo. */
export function accountOf(passwd: string, uid: number, sudoUser: string | undefined): Account {
  const accounts = passwd.split("\n").flatMap((line): Account[] => {
    const [name = "", , id, group] = line.split(":");
    return name === "" || id === undefined ? [] : [{ name, uid: Number(id), gid: Number(group) }];
  });
  const named = (name: string | undefined) => accounts.find((account) => account.name === name);
  const own = accounts.find((account) => account.uid === uid) ?? {
    name: String(uid),
    uid,
    gid: uid,
  };
  return uid === 0 ? (named(PACKAGED) ?? named(sudoUser) ?? own) : own;
}

/** Those of these groups that there are; `groups` is the text of /etc/group. */
export function knownGroups(groups: string, wanted: readonly string[]): readonly string[] {
  const names = groups.split("\n").map((line) => line.split(":")[0]);
  return wanted.filter((name) => names.includes(name));
}
