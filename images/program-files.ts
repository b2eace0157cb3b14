// The files of our programs as a system holds them: bundled, so that nothing but natives lies in node_modules.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import type { Entry } from "./debian-package.ts";
import { ImageError } from "./image-error.ts";
import { closeWorkFolder, openWorkFolder } from "./work-folder.ts";

export const REPOSITORY = join(import.meta.dirname, "..");
const DIST = join(REPOSITORY, "dist");
const MODULES = join(REPOSITORY, "node_modules");

/** Packages with a part in machine language, what they need beside it, and what of each is needed at run time. */
const NATIVE_FILES: Readonly<Record<string, RegExp>> = {
  "better-sqlite3": /^(?:package\.json|LICENSE|lib\/.*\.js)$/,
  bindings: /^(?:package\.json|LICENSE\.md|bindings\.js)$/,
  epoll: /^(?:package\.json|LICENSE|epoll\.js)$/,
  "file-uri-to-path": /^(?:package\.json|LICENSE|index\.js)$/,
  "i2c-bus": /^(?:package\.json|LICENSE|i2c-bus\.js)$/,
  onoff: /^(?:package\.json|LICENSE|onoff\.js)$/,
};
const BINARIES: Readonly<Record<string, string>> = {
  "better-sqlite3": "build/Release/better_sqlite3.node",
  epoll: "build/Release/epoll.node",
  "i2c-bus": "build/Release/i2c.node",
};
/** Never installed with us: each is tried for, and done without. */
const ABSENT = ["bufferutil", "utf-8-validate", "pg-native"];
const HAT_NATIVES = ["i2c-bus", "onoff", "epoll", "bindings", "file-uri-to-path"];

const PROGRAMS = ["zerorig.mjs", "host-worker.mjs", "hatctl.cjs", "zero-agent.cjs"];

/** Throws an ImageError where the programs are not built: before the work, which takes minutes. */
export function refuseUnbuilt(dist = DIST): void {
  const missing = [...PROGRAMS, "zerorig.service", "page"].find((name) => {
    return !existsSync(join(dist, name));
  });
  if (missing === undefined) return;
  throw new ImageError(`there is no ${join(dist, missing)}`, "build the programs: npm run build");
}

/** Where the binaries of natives are, by their place in node_modules; those that are missing are this machine's. */
export type Binaries = ReadonlyMap<string, string>;

/** The controller with all that it imports, and the programs that its demo starts. `folder`: from the root. */
export async function controllerFiles(folder: string, binaries: Binaries): Promise<Entry[]> {
  const work = openWorkFolder(join(tmpdir(), "zr-bundle-"));
  try {
    const program = join(work, "zerorig.mjs");
    // In one piece: what is imported when it is needed is begun then all the same, and older packages keep their exports' names.
    await build({
      entryPoints: [join(DIST, "zerorig.mjs")],
      outfile: program,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      external: [...Object.keys(NATIVE_FILES), ...ABSENT],
      // What older packages within a module call.
      banner: {
        js: 'import { createRequire as zrRequire } from "node:module"; const require = zrRequire(import.meta.url);',
      },
      legalComments: "none",
      logLevel: "error",
    });
    return [
      { path: `${folder}/zerorig.mjs`, text: readFileSync(program), mode: 0o755 },
      { path: `${folder}/package.json`, text: manifest() },
      ...PROGRAMS.slice(1).map((name) => fromDist(folder, name)),
      // What `zerorig setup` makes a unit from.
      { path: `${folder}/zerorig.service`, from: join(DIST, "zerorig.service") },
      ...folderEntries(join(DIST, "page"), `${folder}/page`),
      ...nativeFiles(folder, Object.keys(NATIVE_FILES), binaries),
    ];
  } finally {
    closeWorkFolder(work);
  }
}

/** hatctl and the fence agent. */
export function hatctlFiles(folder: string, binaries: Binaries): Entry[] {
  const programs = ["hatctl.cjs", "fence_clusterhat.cjs"].map((name) => fromDist(folder, name));
  return [...programs, ...nativeFiles(folder, HAT_NATIVES, binaries)];
}

/** The agent is one file. */
export function agentFiles(folder: string): Entry[] {
  return [fromDist(folder, "zero-agent.cjs")];
}

/** All files below `from`, as entries below `path`; none where there is no such folder. */
export function folderEntries(from: string, path: string): Entry[] {
  if (!existsSync(from)) return [];
  return readdirSync(from, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => ({ path: `${path}${file.slice(from.length)}`, from: file }));
}

function fromDist(folder: string, name: string): Entry {
  return { path: `${folder}/${name}`, from: join(DIST, name), mode: 0o755 };
}

function manifest(): string {
  const { name, version, license } = JSON.parse(
    readFileSync(join(REPOSITORY, "package.json"), "utf8"),
  ) as Record<string, string>;
  return `${JSON.stringify({ name, version, license, type: "module" }, null, 2)}\n`;
}

function nativeFiles(folder: string, names: readonly string[], binaries: Binaries): Entry[] {
  return names.flatMap((name) => {
    const files = folderEntries(join(MODULES, name), "")
      .filter(({ path }) => NATIVE_FILES[name]?.test(path.slice(1)))
      .map((entry) => ({ ...entry, path: `${folder}/node_modules/${name}${entry.path}` }));
    const binary = BINARIES[name];
    if (binary === undefined) return files;
    const place = `${name}/${binary}`;
    const from = binaries.get(place) ?? join(MODULES, place);
    return [...files, { path: `${folder}/node_modules/${place}`, from }];
  });
}
