// What the scripts of Debian's packages do to a system when they are installed, done to a tree of any processor without running them:
// accounts, log-in rules, defaults that are copied, alternatives, and the services that are enabled.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Entry } from "../debian-package.ts";
import { KEYS_DIR, type NamedFile, type Role } from "../role.ts";
import type { SystemTree } from "./tree.ts";
import { type Accounts, makeAccounts } from "./users.ts";

export interface ConfigureOptions {
  readonly role: Role;
  /** The mirror that apt in the image asks. */
  readonly suite: string;
  /** Seconds. */
  readonly epoch: number;
}

/** Users that Debian's scripts make by adduser, in sysusers.d's words. */
const USERS = `u avahi - "Avahi mDNS daemon" /run/avahi-daemon
g netdev -
`;
const PAM: Readonly<Record<string, string>> = {
  "common-auth":
    "auth\t[success=1 default=ignore]\tpam_unix.so nullok\nauth\trequisite\tpam_deny.so\nauth\trequired\tpam_permit.so\n",
  "common-account":
    "account\t[success=1 new_authtok_reqd=done default=ignore]\tpam_unix.so\naccount\trequisite\tpam_deny.so\naccount\trequired\tpam_permit.so\n",
  "common-password":
    "password\t[success=1 default=ignore]\tpam_unix.so obscure yescrypt\npassword\trequisite\tpam_deny.so\npassword\trequired\tpam_permit.so\n",
  "common-session": "session\trequired\tpam_unix.so\n",
  "common-session-noninteractive": "session\trequired\tpam_unix.so\n",
};
/** Name, where it lies, what stands for it: those that exist are linked. */
const ALTERNATIVES: readonly (readonly [name: string, path: string, target: string])[] = [
  ["awk", "usr/bin/awk", "usr/bin/mawk"],
  ["which", "usr/bin/which", "usr/bin/which.debianutils"],
  ["pager", "usr/bin/pager", "usr/bin/less"],
  ["editor", "usr/bin/editor", "bin/nano"],
];
/** What Debian enables by itself, where it is there. */
const ENABLED: readonly (readonly [target: string, unit: string])[] = [
  ["multi-user.target", "avahi-daemon.service"],
  ["multi-user.target", "remote-fs.target"],
  ["multi-user.target", "ssh.service"],
  ["multi-user.target", "systemd-networkd.service"],
  ["sockets.target", "avahi-daemon.socket"],
  ["sockets.target", "systemd-networkd.socket"],
  ["sysinit.target", "systemd-resolved.service"],
  ["sysinit.target", "systemd-timesyncd.service"],
];
/**
 * What a Zero would do at each start, in memory, for nothing: nobody sits at it, its loader finds libraries without a list, and it has no
 * disks, debuggers, TPM or other programs' formats. It costs a Zero seconds.
 */
const UNNEEDED_ON_ZERO = [
  ...["ldconfig.service", "getty@tty1.service", "systemd-binfmt.service"],
  ...["modprobe@drm.service", "modprobe@dm_mod.service", "modprobe@fuse.service"],
  ...["modprobe@efi_pstore.service", "modprobe@loop.service", "dev-hugepages.mount"],
  ...["dev-mqueue.mount", "sys-kernel-debug.mount", "sys-kernel-tracing.mount"],
  ...["sys-fs-fuse-connections.mount", "proc-sys-fs-binfmt_misc.automount", "remote-fs.target"],
  ...["systemd-journal-catalog-update.service", "systemd-machine-id-commit.service"],
  ...["systemd-journal-flush.service", "systemd-ask-password-wall.path"],
  ...["systemd-ask-password-console.path"],
];
const UNNEEDED_GENERATORS = [
  ...["gpt-auto", "hibernate-resume", "rc-local", "ssh", "system-update", "sysv", "tpm2"],
].map((name) => `systemd-${name}-generator`);
const UNITS = "usr/lib/systemd/system";

/** After all packages are unpacked. */
export function configure(tree: SystemTree, options: ConfigureOptions): void {
  const { suite, role } = options;
  for (const folder of ["mnt", "srv", "opt", "boot/firmware", "proc", "sys", "dev", "run"]) {
    tree.folder(folder);
  }
  tree.put([
    copyOf(tree, "etc/profile", "usr/share/base-files/profile"),
    copyOf(tree, "root/.profile", "usr/share/base-files/dot.profile"),
    copyOf(tree, "root/.bashrc", "usr/share/base-files/dot.bashrc"),
    copyOf(tree, "etc/ssh/sshd_config", "usr/share/openssh/sshd_config"),
    { path: "etc/motd", text: "" },
    { path: "etc/nsswitch.conf", text: namesByMdns(tree.read("usr/share/libc-bin/nsswitch.conf")) },
    ...Object.entries(PAM).map(([name, text]): Entry => ({ path: `etc/pam.d/${name}`, text })),
    ...alternatives(tree),
    ...ENABLED.filter(([, unit]) => tree.has(`${UNITS}/${unit}`)).map(enabled),
    { path: "etc/localtime", link: "/usr/share/zoneinfo/Etc/UTC" },
    { path: "etc/timezone", text: "Etc/UTC\n" },
    { path: "etc/default/locale", text: "LANG=C.UTF-8\n" },
    { path: "etc/locale.conf", link: "default/locale" },
    // Made at the first start, for good or in memory.
    { path: "etc/machine-id", text: "" },
    { path: "etc/systemd/system/ssh.service.d/zerorig.conf", text: SSH_KEYS },
    { path: "usr/lib/sysusers.d/zerorig-debian.conf", text: USERS },
    {
      path: "etc/hosts",
      text: "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n",
    },
    { path: "etc/fstab", text: "LABEL=zerorig / ext4 defaults,noatime,errors=remount-ro 0 1\n" },
    ...(role === 0 ? controllerSystem(tree, suite) : zeroSystem()),
  ]);
}

/** Each machine's own, made before the first log-in. */
const SSH_KEYS = `[Service]
ExecStartPre=
ExecStartPre=/usr/bin/ssh-keygen -A
ExecStartPre=/usr/sbin/sshd -t
`;

/** After everything else is in: its packages and ours name users. */
export function addAccounts(tree: SystemTree, epoch: number): void {
  const folder = join(tree.root, "usr/lib/sysusers.d");
  const snippets = readdirSync(folder).sort();
  const { passwd, group, shadow, gshadow }: Accounts = makeAccounts(
    {
      passwd: tree.read("usr/share/base-passwd/passwd.master"),
      group: tree.read("usr/share/base-passwd/group.master"),
    },
    snippets.map((name) => readFileSync(join(folder, name), "utf8")),
    epoch,
  );
  tree.put([
    { path: "etc/passwd", text: passwd },
    { path: "etc/group", text: group },
    { path: "etc/shadow", text: shadow, mode: 0o640 },
    { path: "etc/gshadow", text: gshadow, mode: 0o640 },
    // systemd need not do it again at the first start, which in memory would be every one.
    { path: "etc/.updated", text: "" },
    { path: "var/.updated", text: "" },
  ]);
  for (const path of ["etc/shadow", "etc/gshadow"]) {
    tree.own(path, { uid: 0, gid: gidOf(tree, "shadow") });
  }
}

/**
 * After the accounts: gives the link keys to those whose service reads them, as tmpfiles.d does at a start; and what else the service alone
 * may read to its user, for systemd hands over none but the token and the mining key.
 */
export function ownSecrets(tree: SystemTree, files: readonly NamedFile[]): void {
  for (const { path } of files.filter(({ isSecret }) => isSecret)) {
    tree.own(path, { uid: uidOf(tree, "zerorig"), gid: gidOf(tree, "zerorig") });
  }
  if (!tree.has(KEYS_DIR)) return;
  const owner = { uid: 0, gid: gidOf(tree, "zerorig") };
  const keys = readdirSync(join(tree.root, KEYS_DIR)).map((name) => `${KEYS_DIR}/${name}`);
  for (const path of [KEYS_DIR, ...keys]) tree.own(path, owner);
}

function uidOf(tree: SystemTree, name: string): number {
  return numberOf(tree, "passwd", name);
}

function gidOf(tree: SystemTree, name: string): number {
  return numberOf(tree, "group", name);
}

function numberOf(tree: SystemTree, list: string, name: string): number {
  const line = new RegExp(`^${name}:x:(\\d+):`, "m").exec(tree.read(`etc/${list}`));
  return Number(line?.[1] ?? 0);
}

function controllerSystem(tree: SystemTree, suite: string): readonly Entry[] {
  const certificates = "usr/share/ca-certificates/mozilla";
  const names = readdirSync(join(tree.root, certificates)).sort();
  const bundle = names.map((name) => tree.read(`${certificates}/${name}`).trimEnd());
  const source = (uri: string, suites: string) =>
    `Types: deb\nURIs: http://deb.debian.org/${uri}\nSuites: ${suites}\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n`;
  return [
    { path: "etc/ssl/certs/ca-certificates.crt", text: `${bundle.join("\n")}\n` },
    { path: "usr/lib/ssl/cert.pem", link: "/etc/ssl/certs/ca-certificates.crt" },
    {
      path: "etc/apt/sources.list.d/debian.sources",
      text: `${source("debian", `${suite} ${suite}-updates`)}\n${source("debian-security", `${suite}-security`)}`,
    },
    { path: "etc/resolv.conf", link: "../run/systemd/resolve/stub-resolv.conf" },
    // Not those of the Zeros, which come before it and are in the bridge.
    {
      path: "etc/systemd/network/80-zerorig-wire.network",
      text: "[Match]\nName=en* eth0 end0\n\n[Network]\nDHCP=yes\n",
    },
    {
      path: "etc/fstab",
      text: "LABEL=zerorig / ext4 defaults,noatime,errors=remount-ro 0 1\nLABEL=ZERORIGBOOT /boot/firmware vfat defaults,nofail,umask=0077 0 2\n",
    },
  ];
}

function copyOf(tree: SystemTree, path: string, from: string): Entry {
  return { path, text: readFileSync(join(tree.root, from)) };
}

/** As libnss-mdns does it: names that end in .local are asked for on the link. */
function namesByMdns(text: string): string {
  return text.replace(/^hosts:.*$/m, "hosts:          files mdns4_minimal [NOTFOUND=return] dns");
}

function alternatives(tree: SystemTree): readonly Entry[] {
  return ALTERNATIVES.filter(([, , target]) => tree.has(target)).flatMap(([name, path, target]) => [
    { path: `etc/alternatives/${name}`, link: `/${target}` },
    { path, link: `/etc/alternatives/${name}` },
  ]);
}

function enabled([target, unit]: readonly [string, string]): Entry {
  return {
    path: `etc/systemd/system/${target}.wants/${unit}`,
    link: `/${UNITS}/${unit}`,
  };
}

function zeroSystem(): readonly Entry[] {
  const masked = (folder: string) => (name: string) => ({
    path: `etc/systemd/${folder}/${name}`,
    link: "/dev/null",
  });
  return [
    ...UNNEEDED_ON_ZERO.map(masked("system")),
    ...UNNEEDED_GENERATORS.map(masked("system-generators")),
  ];
}
