// The users and groups of a system, made from the sysusers.d files of its packages, as systemd-sysusers would at its first start. That of
// this machine may be too old to read them. PURE

export interface Accounts {
  readonly passwd: string;
  readonly group: string;
  readonly shadow: string;
  readonly gshadow: string;
}

interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly about: string;
  readonly home: string;
  readonly shell: string;
}

/** Systems give out numbers from here down. */
const HIGHEST = 999;
const NO_SHELL = "/usr/sbin/nologin";
const DAY_S = 86_400;

/**
 * `masters`: Debian's base-passwd's lists; `snippets`: the texts of sysusers.d in their order; `epoch`: seconds, the day that passwords
 * (none is set) were last changed. Throws for a line that it cannot carry out.
 */
export function makeAccounts(
  masters: { readonly passwd: string; readonly group: string },
  snippets: readonly string[],
  epoch: number,
): Accounts {
  const groups = new Map<string, { gid: number; members: string[] }>();
  for (const line of linesOf(masters.group)) {
    const [name = "", , gid] = line.split(":");
    groups.set(name, { gid: Number(gid), members: [] });
  }
  const users = linesOf(masters.passwd).map((line): User => {
    const [name = "", , uid, gid, about = "", home = "", shell = ""] = line.split(":");
    return { name, uid: Number(uid), gid: Number(gid), about, home, shell };
  });
  const free = () => {
    const taken = new Set([
      ...users.map(({ uid }) => uid),
      ...[...groups.values()].map((g) => g.gid),
    ]);
    let id = HIGHEST;
    while (taken.has(id)) id -= 1;
    return id;
  };
  const idOf = (word: string) => (/^\d+$/.test(word) ? Number(word) : null);
  const addGroup = (name: string, gid: number | null) => {
    if (!groups.has(name)) groups.set(name, { gid: gid ?? free(), members: [] });
  };
  const wanted = snippets.flatMap(linesOf).map(wordsOf);
  // As systemd does: groups first, then users, then who is in which group.
  for (const [kind = "", name = "", id = "-"] of wanted) {
    if (kind === "g") addGroup(name, idOf(id));
  }
  for (const [kind = "", name = "", id = "-", about = "-", home = "-", shell = "-"] of wanted) {
    if (!/^u!?$/.test(kind) || users.some((user) => user.name === name)) continue;
    const [own = "-", main] = id.split(":");
    const known = main === undefined ? null : (groups.get(main)?.gid ?? idOf(main));
    if (main !== undefined && known === null) throw new Error(`no group ${main} for ${name}`);
    if (main === undefined) addGroup(name, idOf(own));
    const gid = known ?? groups.get(name)?.gid ?? free();
    const uid = idOf(own) ?? (users.some((user) => user.uid === gid) || main ? free() : gid);
    const given = (word: string, otherwise: string) => (word === "-" ? otherwise : word);
    users.push({
      ...{ name, uid, gid, about: given(about, "") },
      ...{ home: given(home, "/"), shell: given(shell, NO_SHELL) },
    });
  }
  for (const [kind, name = "", group = ""] of wanted) {
    if (kind !== "m") continue;
    addGroup(group, null);
    groups.get(group)?.members.push(name);
  }
  const day = Math.floor(epoch / DAY_S);
  const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join("");
  const all = [...groups.entries()];
  return {
    passwd: text(users.map((u) => `${u.name}:x:${u.uid}:${u.gid}:${u.about}:${u.home}:${u.shell}`)),
    group: text(all.map(([name, { gid, members }]) => `${name}:x:${gid}:${members.join(",")}`)),
    // Nobody has a password; who may log in does so by key.
    shadow: text(users.map(({ name }) => `${name}:*:${day}:0:99999:7:::`)),
    gshadow: text(all.map(([name, { members }]) => `${name}:*::${members.join(",")}`)),
  };
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
}

/** Words, some in quotation marks. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}
