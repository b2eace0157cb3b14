// What an image is made for, and the files that make it so. PURE but for reading our own files.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  configPath,
  keysPath,
  miningKeyPath,
  tokenPath,
} from "../controller/cli/setup/rig-plan.ts";
import { SYSTEM_DIR } from "../controller/cli/setup/system-dir.ts";
import { LINK_HOST, LINK_PORT, linkUrl } from "../zero-agent/protocol/link-address.ts";
import type { Entry } from "./debian-package.ts";
import { UsageError } from "./image-error.ts";
import { agentFiles, type Binaries, controllerFiles, folderEntries } from "./program-files.ts";

/** 0 is the controller, another number that of a slot. */
export type Role = number;

/** As vendors' images have it: 172.19.181.N for the Zeros, .254 for the controller. */
const NETWORK = LINK_HOST.replace(/\.\d+$/, "");
/** The vendor's numbers go that far, but our slots only to here. */
const SLOTS_MAX = 99;
const SECRET = 0o600;
const PUBLIC = 0o644;
/** The controller's service is in the group that may read its keys; without that group they are root's. */
const GROUP_SECRET = 0o640;
/** Where a card's system has what is its rig's. */
const CARD = { dir: SYSTEM_DIR.slice(1) };
export const KEYS_DIR = keysPath(CARD);

/** A file that a controller's settings name. */
export interface NamedFile {
  /** From the root, without a slash in front. */
  readonly path: string;
  readonly text: Buffer;
  /** Whether the service alone may read it. */
  readonly isSecret: boolean;
}

/** What a controller knows and tells nobody, and what it is given with that. */
export interface ControllerSecrets {
  /** The Zeros' link keys, 64 hex digits each, by slot. */
  readonly keys: ReadonlyMap<string, string>;
  readonly token: string | null;
  readonly miningKey: string | null;
  /** What else its settings name; the owners are set where the system's accounts are made. */
  readonly files: readonly NamedFile[];
}

export interface RoleOptions {
  readonly role: Role;
  readonly hostname: string | null;
  /** 64 hex digits; null leaves it to be put there later. */
  readonly key: string | null;
  /** A line of authorized_keys. */
  readonly sshKey: string | null;
  /** Node for the image's processor, where the image has none. */
  readonly node: string | null;
  readonly binaries: Binaries;
  /** Its settings: the text of controller.toml, or of a Zero's agent.toml; null leaves out the first, and writes the usual second. */
  readonly config: string | null;
  /** The controller's alone; null leaves them to be put there later. */
  readonly secrets: ControllerSecrets | null;
  /** Lets the Zeros reach what the controller reaches. */
  readonly nat: boolean;
  readonly hosts: string | null;
}

/** `controller`, or p1 to p99. */
export function parseRole(text: string): Role {
  if (text === "controller") return 0;
  const slot = Number(/^p([1-9]\d?)$/.exec(text)?.[1] ?? 0);
  if (slot >= 1 && slot <= SLOTS_MAX) return slot;
  throw new UsageError(`there is no role "${text}"`, "say controller, or p1 to p99");
}

export function hostnameOf({ role, hostname }: Pick<RoleOptions, "role" | "hostname">): string {
  return hostname ?? (role === 0 ? "controller" : `p${role}`);
}

/** Every file that goes into the system's partition. */
export async function roleEntries(options: RoleOptions): Promise<readonly Entry[]> {
  const own = options.role === 0 ? await controllerEntries(options) : zeroEntries(options);
  const name = hostnameOf(options);
  const hosts = (options.hosts ?? "127.0.0.1\tlocalhost\n").replace(/^127\.0\.1\.1.*\n/gm, "");
  const { node, sshKey } = options;
  return [
    ...own,
    { path: "etc/hostname", text: `${name}\n` },
    { path: "etc/hosts", text: `${hosts.trimEnd()}\n127.0.1.1\t${name}\n` },
    enabled("multi-user.target", "systemd-networkd.service"),
    ...(node === null
      ? []
      : [
          { path: "usr/lib/zerorig-node/node", from: node, mode: 0o755 },
          { path: "usr/bin/node", link: "../lib/zerorig-node/node" },
        ]),
    ...(sshKey === null
      ? []
      : [{ path: "root/.ssh/authorized_keys", text: `${sshKey.trim()}\n`, mode: SECRET }]),
  ];
}

async function controllerEntries(options: RoleOptions): Promise<readonly Entry[]> {
  const masquerade = options.nat ? "IPMasquerade=ipv4\n" : "";
  const bridge = `[Match]\nName=br0\n\n[Network]\nAddress=${LINK_HOST}/24\nConfigureWithoutCarrier=yes\nLinkLocalAddressing=no\n${masquerade}`;
  return [
    ...(await controllerFiles("usr/lib/zerorig", options.binaries)),
    { path: "usr/bin/zerorig", link: "../lib/zerorig/zerorig.mjs" },
    { path: "usr/bin/hatctl", link: "../lib/zerorig/hatctl.cjs" },
    ...tree("zerorig"),
    ...tree("controller-image"),
    { path: "etc/systemd/network/22-zerorig-br0.network", text: bridge },
    enabled("multi-user.target", "zerorig.service"),
    ...(options.config === null ? [] : [{ path: configPath(CARD), text: options.config }]),
    ...(options.secrets === null ? [] : secretEntries(options.secrets)),
  ];
}

/** systemd hands the token and the mining key to the service; the link keys' group is made known by tmpfiles.d at each start. */
function secretEntries({ keys, token, miningKey, files }: ControllerSecrets): readonly Entry[] {
  const own = { [tokenPath(CARD)]: token, [miningKeyPath(CARD)]: miningKey };
  return [
    ...[...keys].map(([slot, key]) => ({
      ...{ path: `${KEYS_DIR}/${slot}.key`, text: `${key}\n`, mode: GROUP_SECRET },
    })),
    ...Object.entries(own).flatMap(([path, text]) =>
      text === null ? [] : [{ path, text: `${text}\n`, mode: SECRET }],
    ),
    ...files.map(({ path, text, isSecret }) => ({ path, text, mode: isSecret ? SECRET : PUBLIC })),
  ];
}

function zeroEntries({ role, key, config }: RoleOptions): readonly Entry[] {
  const link = `[Match]\nName=usb0\n\n[Network]\nAddress=${NETWORK}.${role}/24\nGateway=${LINK_HOST}\nConfigureWithoutCarrier=yes\nLinkLocalAddressing=no\n`;
  const usual = `slot = "p${role}"\ncontroller = "${linkUrl(LINK_PORT)}"\n`;
  return [
    ...agentFiles("usr/lib/zero-agent"),
    { path: "usr/bin/zero-agent", link: "../lib/zero-agent/zero-agent.cjs" },
    ...tree("zero-agent"),
    ...tree("zero-image"),
    { path: "etc/systemd/network/20-zerorig-usb0.network", text: link },
    { path: "etc/zerorig/gadget.conf", text: `ID=${role}\n# ecm, or ncm\nFUNCTION=ecm\n` },
    { path: "etc/zerorig/agent.toml", text: config ?? usual },
    ...(key === null ? [] : [{ path: "etc/zerorig/agent.key", text: `${key}\n`, mode: SECRET }]),
    enabled("multi-user.target", "zero-agent.service"),
    enabled("sysinit.target", "zerorig-gadget.service"),
    {
      path: "etc/systemd/system/getty.target.wants/serial-getty@ttyGS0.service",
      link: "/lib/systemd/system/serial-getty@.service",
    },
  ];
}

function enabled(target: string, unit: string): Entry {
  return {
    path: `etc/systemd/system/${target}.wants/${unit}`,
    link: `/lib/systemd/system/${unit}`,
  };
}

const PROGRAM = /usr\/lib\/zerorig\/[a-z-]+$/;

function tree(name: string): readonly Entry[] {
  return folderEntries(join(import.meta.dirname, "packages", name), "").map((entry) => {
    const path = entry.path.slice(1);
    return PROGRAM.test(path) ? { ...entry, path, mode: 0o755 } : { ...entry, path };
  });
}

/** The kernel's line: whatever the image would do at its first boot is done, or not to be done. */
export function commandLineOf(line: string, role: Role, isWritable: boolean): string {
  const words = line.trim().split(/\s+/);
  const kept = words.filter((word) => !/^(?:init=|systemd\.run|systemd\.unit=|resize$)/.test(word));
  if (role === 0 || isWritable) return `${kept.join(" ")}\n`;
  const still = kept.filter((word) => !["rw", "fsck.repair=yes"].includes(word));
  return `${still.join(" ")} ro init=/usr/lib/zerorig/overlay-init\n`;
}

/** The firmware's settings. */
export function firmwareConfigOf(text: string, role: Role): string {
  const wanted =
    role === 0
      ? // In software, as the vendor's images have it: the expander holds the clock back, which the Pi's own bus cannot bear.
        "dtoverlay=i2c-gpio,bus=1,i2c_gpio_sda=2,i2c_gpio_scl=3"
      : "dtoverlay=dwc2,dr_mode=peripheral\nenable_uart=1";
  return `${text.trimEnd()}\n\n# zerorig\n[all]\n${wanted}\n`;
}

/** A key as `openssl rand -hex 32` writes it. */
export function readKeyFile(file: string): string {
  if (!existsSync(file)) {
    throw new UsageError(`there is no link key ${file}`, `openssl rand -hex 32 > ${file}`);
  }
  const text = readFileSync(file, "utf8").trim();
  if (/^[0-9a-f]{64}$/i.test(text)) return text;
  throw new UsageError(`${file} holds no key`, "a key is 64 hex digits: openssl rand -hex 32");
}
