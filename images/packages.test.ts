// The packages: what dpkg reads in them, and that the same sources give the same bytes.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { buildPackage, type DebianPackage } from "./debian-package.ts";
import { packageList } from "./package-list.ts";

const EPOCH = 1_700_000_000;
const OPTIONS = { version: "1.2.3", architecture: "amd64", binaries: new Map() } as const;

function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "zr-packages-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}

function deb(flag: string, file: string, ...rest: string[]): string {
  return execFileSync("dpkg-deb", [flag, file, ...rest], { encoding: "utf8" });
}

describe("a package", () => {
  const small: DebianPackage = {
    name: "small",
    version: "1.0",
    architecture: "all",
    section: "utils",
    depends: "nodejs",
    recommends: "",
    description: ["is small", "It is.", "", "Really."],
    entries: [
      { path: "etc/small/b.conf", text: "b" },
      { path: "etc/default/small", text: "a" },
      { path: "usr/bin/small", text: "#!/bin/sh\n", mode: 0o755 },
      { path: "usr/bin/link", link: "small" },
    ],
    scripts: { postinst: "#!/bin/sh\n" },
  };

  it("has the owners, modes and times that it should, whatever ours are", () => {
    const mask = process.umask(0o077);
    const file = buildPackage(small, tempDir(), EPOCH);
    process.umask(mask);
    const listed = deb("-c", file)
      .trim()
      .split("\n")
      .map((line) => line.replace(/\s+/g, " "));
    expect(listed.every((line) => / root\/root /.test(line))).toBe(true);
    const folders = listed.filter((line) => line.startsWith("d"));
    expect(folders.length).toBeGreaterThan(3);
    expect(folders.filter((line) => !line.startsWith("drwxr-xr-x"))).toEqual([]);
    expect(listed.filter((line) => !line.includes("2023-11-14"))).toEqual([]);
    const find = (path: string) => listed.find((line) => line.includes(` ${path}`));
    expect(find("./usr/bin/small")).toMatch(/^-rwxr-xr-x/);
    expect(find("./usr/bin/link")).toMatch(/-> small$/);
    expect(find("./etc/default/small")).toMatch(/^-rw-r--r--/);
  });

  it("says what is a person's to change", () => {
    const file = buildPackage(small, tempDir(), EPOCH);
    expect(deb("-I", file, "conffiles")).toBe("/etc/default/small\n/etc/small/b.conf\n");
    expect(deb("-f", file, "Maintainer")).toMatch(/^The zerorig authors <\S+@\S+>\n$/);
    expect(deb("-f", file, "Description")).toBe("is small\n It is.\n .\n Really.\n");
  });

  it("is the same to the byte when it is built again, and another at another time", () => {
    const [first, again, later] = [EPOCH, EPOCH, EPOCH + 1].map((epoch) =>
      readFileSync(buildPackage(small, tempDir(), epoch)),
    );
    expect(again?.equals(first as Buffer)).toBe(true);
    expect(later?.equals(first as Buffer)).toBe(false);
  });
});

describe("our packages", () => {
  const dir = mkdtempSync(join(tmpdir(), "zr-packages-"));
  const built: { wanted: DebianPackage; file: string }[] = [];
  beforeAll(async () => {
    for (const wanted of await packageList(OPTIONS)) {
      built.push({ wanted, file: buildPackage(wanted, dir, EPOCH) });
    }
  }, 120_000);
  afterAll(() => rmSync(dir, { recursive: true }));

  it("hold each program with its unit, and what dpkg runs is a shell's", () => {
    expect(built.map(({ wanted }) => wanted.name)).toEqual(["zerorig", "zero-agent", "hatctl"]);
    for (const { wanted, file } of built) {
      const listed = deb("-c", file);
      expect(listed).toContain(`./usr/bin/${wanted.name} -> `);
      expect(listed).toContain(`./usr/share/man/man1/${wanted.name}.1.gz`);
      if (wanted.name !== "hatctl") {
        expect(listed).toContain(`./usr/lib/systemd/system/${wanted.name}.service`);
        expect(deb("-I", file, "conffiles")).toBe(`/etc/default/${wanted.name}\n`);
      }
      for (const [name, text] of Object.entries(wanted.scripts)) {
        writeFileSync(join(dir, name), text);
        execFileSync("sh", ["-n", join(dir, name)]);
      }
      expect(deb("-f", file, "Depends")).toMatch(/^nodejs \(>= 20\.19\)/);
    }
  });

  it("run from where they are unpacked, with nothing of this repository, natives and all", () => {
    const root = join(dir, "root");
    for (const { wanted, file } of built) {
      deb("-x", file, root);
      const program = join(root, "usr/bin", wanted.name);
      const said = execFileSync(process.execPath, [program, "--version"], { encoding: "utf8" });
      expect(said.trim()).toMatch(/\d+\.\d+\.\d+$/);
    }
    for (const beside of ["host-worker.mjs", "zerorig.service", "page/index.html"]) {
      expect(existsSync(join(root, "usr/lib/zerorig", beside)), beside).toBe(true);
    }
    const program = join(root, "usr/lib/zerorig/zerorig.mjs");
    const demo = [program, "demo", "--for", "2s", "--json", "--zeros", "1"];
    const said = execFileSync(process.execPath, demo, { encoding: "utf8", cwd: dir });
    const last = JSON.parse(said.trim().split("\n").at(-1) ?? "") as { summary?: unknown };
    expect(last.summary).toBeDefined();
  });
});
