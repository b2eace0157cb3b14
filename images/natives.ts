// The controller's packages with a part in machine language, for a 64-bit Pi: built here by Debian's cross compiler, with the headers of
// the very Node that the image holds. Debian has none of the three, and prebuilt ones are made for other people's libraries.

import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Versions } from "./debian/locked-package.ts";
import { fetchPackages, storeDirectory } from "./debian/package-store.ts";
import { ImageError } from "./image-error.ts";
import { REPOSITORY } from "./program-files.ts";
import { runToolOnBytes } from "./tool.ts";
import { closeWorkFolder, openWorkFolder } from "./work-folder.ts";

const MODULES = join(REPOSITORY, "node_modules");
const SQLITE = join(MODULES, "better-sqlite3");
const CROSS = "aarch64-linux-gnu";

/** Into `out`, laid out as in node_modules; by their place there. */
export async function buildNatives(
  versions: Versions,
  out: string,
  progress: (step: string) => void,
): Promise<ReadonlyMap<string, string>> {
  const headers = (versions.packages["controller-arm64"] ?? []).filter(({ name }) =>
    ["libnode-dev", "libuv1-dev"].includes(name),
  );
  const store = { directory: storeDirectory(), taken: versions.taken, progress };
  const files = await fetchPackages(headers, store);
  const work = openWorkFolder(join(out, ".headers-"));
  try {
    for (const file of files) runToolOnBytes("dpkg-deb", ["--extract", file, work], null);
    const include = join(work, "usr/include");
    progress("building the native packages for arm64");
    const sqlite = join(work, "sqlite3.o");
    compile("gcc", [
      ...["-c", "-std=c99", "-o", sqlite, join(SQLITE, "deps/sqlite3/sqlite3.c")],
      ...sqliteSettings(),
    ]);
    const addon = (name: string, place: string, args: readonly string[]) => {
      const file = join(out, place);
      mkdirSync(dirname(file), { recursive: true });
      const own = ["-shared", "-DBUILDING_NODE_EXTENSION", `-DNODE_GYP_MODULE_NAME=${name}`];
      const node = ["-DV8_DEPRECATION_WARNINGS=0", "-I", join(include, "node"), "-I", include];
      compile("g++", ["-std=c++20", ...own, ...node, "-o", file, ...args]);
      return [place, file] as const;
    };
    const nan = ["-I", join(MODULES, "nan")];
    return new Map([
      addon("better_sqlite3", "better-sqlite3/build/Release/better_sqlite3.node", [
        ...["-I", join(SQLITE, "deps/sqlite3"), join(SQLITE, "src/better_sqlite3.cpp"), sqlite],
        ...["-Wl,-Bsymbolic", "-Wl,--exclude-libs,ALL"],
      ]),
      addon("i2c", "i2c-bus/build/Release/i2c.node", [...nan, join(MODULES, "i2c-bus/src/i2c.cc")]),
      addon("epoll", "epoll/build/Release/epoll.node", [
        ...nan,
        join(MODULES, "epoll/src/epoll.cc"),
      ]),
    ]);
  } finally {
    closeWorkFolder(work);
  }
}

/** The same bytes wherever it is built: no paths of this machine, no symbols of the linker's. */
function compile(compiler: "gcc" | "g++", args: readonly string[]): void {
  const common = ["-O2", "-fPIC", "-w", "-DNDEBUG", "-s", "-Wl,--build-id=none"];
  const flags = compiler === "gcc" ? common.filter((flag) => !flag.startsWith("-Wl")) : common;
  runToolOnBytes(`${CROSS}-${compiler}`, [...flags, ...args], null);
}

/** As better-sqlite3 sets them for its own builds. */
function sqliteSettings(): readonly string[] {
  const text = readFileSync(join(SQLITE, "deps/defines.gypi"), "utf8");
  const names = [...text.matchAll(/'((?:SQLITE|HAVE)_[^']+)'/g)].map(([, name]) => `-D${name}`);
  if (names.length > 0) return names;
  throw new ImageError("better-sqlite3 says not how it is built", "install the packages: npm ci");
}
