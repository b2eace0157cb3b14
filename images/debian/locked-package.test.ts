import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { epochOf, formatVersions, parseVersions } from "./locked-package.ts";
import { isAside, PACKAGE_SETS } from "./package-sets.ts";

const text = readFileSync("images/versions.json", "utf8");

it("the repository's versions are read, and written as they were", () => {
  const versions = parseVersions(text);
  expect(formatVersions(versions)).toBe(text);
  expect(Object.keys(versions.packages).sort()).toEqual(Object.keys(PACKAGE_SETS).sort());
  expect(new Date(epochOf(versions) * 1000).toISOString().replace(/[-:]|\.000/g, "")).toBe(
    versions.taken,
  );
});

it("each kind has one kernel, the firmware, and a Node new enough for us", () => {
  for (const locked of Object.values(parseVersions(text).packages)) {
    const names = locked.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => name.startsWith("linux-image-"))).toHaveLength(1);
    expect(names).toContain("raspi-firmware");
    const node = locked.find(({ name }) => name === "nodejs");
    expect(Number(node?.version.split(".")[0])).toBeGreaterThanOrEqual(20);
    expect(
      locked.every(({ path, bytes }) => /^debian(?:-security)?\/pool\//.test(path) && bytes > 0),
    ).toBe(true);
  }
});

it("what is only built with does not come into a system", () => {
  expect(["libnode-dev", "raspi-firmware", "linux-image-6.12"].every(isAside)).toBe(true);
  expect(["libnode115", "nodejs", "linux-base"].some(isAside)).toBe(false);
});

it.each([
  ["no moment", '{"suite":"trixie"}', /no suite and moment/],
  ["no list", '{"suite":"trixie","taken":"20261122T000000Z","zero-armel":1}', /no list/],
  [
    "half a line",
    '{"suite":"trixie","taken":"20261122T000000Z","zero-armel":["apt 3.0"]}',
    /names no package/,
  ],
])("refuses %s", (_, broken, why) => {
  expect(() => parseVersions(broken)).toThrow(why);
});
