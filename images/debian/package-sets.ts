// Which of Debian's packages an image holds, by its role and processor. What they depend on comes with them.

export type Kind = "controller-arm64" | "zero-arm64" | "zero-armel";

export interface PackageSet {
  readonly architecture: "arm64" | "armel";
  /** With all that they depend on. */
  readonly programs: readonly string[];
  /** The metapackage of the kernel. */
  readonly kernel: string;
  /** Without what they depend on. */
  readonly alone: readonly string[];
}

export const SUITE = "trixie";

/** Every system's: systemd, names by mDNS, and what our programs need. */
const COMMON = [
  ...["?essential", "systemd", "systemd-sysv", "systemd-timesyncd", "udev", "dbus", "kmod"],
  ...["iproute2", "netbase", "tzdata", "avahi-daemon", "libnss-mdns", "nodejs", "openssh-server"],
  // The first program of a system starts from it.
  "busybox-static",
];
/** Of a machine that people log in on. */
const CONTROLLER = [
  ...["apt", "systemd-resolved", "ca-certificates", "procps", "less", "nano", "i2c-tools"],
  "iputils-ping",
];

export const PACKAGE_SETS: Readonly<Record<Kind, PackageSet>> = {
  "controller-arm64": {
    architecture: "arm64",
    programs: [...COMMON, ...CONTROLLER],
    kernel: "linux-image-arm64",
    // The headers are what our native packages are built with; they stay out of the image.
    alone: ["raspi-firmware", "libnode-dev", "libuv1-dev"],
  },
  "zero-arm64": {
    architecture: "arm64",
    programs: COMMON,
    kernel: "linux-image-arm64",
    alone: ["raspi-firmware"],
  },
  "zero-armel": {
    architecture: "armel",
    programs: COMMON,
    kernel: "linux-image-rpi",
    alone: ["raspi-firmware"],
  },
};

/** Packages that are unpacked for the boot partition and for building, and that dpkg in the image knows nothing of. */
export function isAside(name: string): boolean {
  return /^(?:linux-image-|raspi-firmware$|lib(?:node|uv1)-dev$)/.test(name);
}

/** Of those, what lies in the image's system all the same: a kernel's modules. */
export function isKernel(name: string): boolean {
  return name.startsWith("linux-image-");
}
