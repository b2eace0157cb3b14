// What kind of system an image holds, and whether we know our way in it.

import type { Ext4 } from "./ext4.ts";
import { ImageError } from "./image-error.ts";

export interface SystemFacts {
  readonly name: string;
  readonly release: string;
  /** Debian's word for the processor. */
  readonly architecture: string;
  readonly hasNode: boolean;
}

const KNOWN = ["bookworm", "trixie"];
const ARCHITECTURES = ["arm64", "armhf", "armel", "amd64"];
const STOCK = "use an image of Raspberry Pi OS or Debian, Bookworm or Trixie";
/** What every machine of a rig has, and no stock image. */
const OURS = ["etc/zerorig", "usr/lib/zerorig", "var/lib/zerorig"];

/** Throws an ImageError for a system that is not known, or is a machine's of a rig already. */
export function readSystem(system: Ext4): SystemFacts {
  const release = system.read("usr/lib/os-release") ?? system.read("etc/os-release");
  if (release === null) throw new ImageError("it holds no system: there is no os-release", STOCK);
  const fieldOf = (key: string) => new RegExp(`^${key}="?([^"\\n]*)`, "m").exec(release)?.[1] ?? "";
  const [id, codename] = [fieldOf("ID"), fieldOf("VERSION_CODENAME")];
  if (!["debian", "raspbian"].includes(id) || !KNOWN.includes(codename)) {
    throw new ImageError(`it holds ${fieldOf("PRETTY_NAME") || id || "an unknown system"}`, STOCK);
  }
  const status = system.read("var/lib/dpkg/status") ?? "";
  const dpkg = /^Package: dpkg\n(?:.+\n)*?Architecture: (\S+)/m.exec(status)?.[1] ?? "";
  if (!ARCHITECTURES.includes(dpkg)) {
    throw new ImageError(`its architecture is ${dpkg || "not told"}`, STOCK);
  }
  if (!system.exists("usr/lib/systemd/systemd") && !system.exists("lib/systemd/systemd")) {
    throw new ImageError("it has no systemd", STOCK);
  }
  refuseOurs(system);
  const hasNode = system.exists("usr/bin/node") || system.exists("usr/bin/nodejs");
  return { name: fieldOf("PRETTY_NAME"), release: codename, architecture: dpkg, hasNode };
}

/** Its secrets and services would be the next machine's too; and what is removed from a file system can still be read on the card. */
function refuseOurs(system: Ext4): void {
  const found = OURS.find((path) => system.exists(path));
  if (found === undefined) return;
  const name = system.read("etc/hostname")?.trim() ?? "";
  const whose = name === "" ? "a machine of a rig" : `"${name}"`;
  throw new ImageError(
    `it is the image of ${whose} already, with what that machine alone may know (/${found} is there)`,
    "begin from the base image that it was made of, or from another stock image",
  );
}
