// The units, as systemd itself reads them.

import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";

const PACKAGES = join(import.meta.dirname, "packages");
const SYSTEM = "usr/lib/systemd/system";

interface Unit {
  readonly name: string;
  readonly file: string;
}

const UNITS: readonly Unit[] = readdirSync(PACKAGES, { recursive: true, encoding: "utf8" })
  .filter((path) => path.includes(SYSTEM) && path.endsWith(".service"))
  .map((path) => ({ name: path.split("/").at(-1) ?? "", file: join(PACKAGES, path) }));

/** What `systemd-analyze verify` says of these units, where their programs are there. */
function verify(units: readonly Unit[], change = (text: string) => text): string {
  const dir = mkdtempSync(join(tmpdir(), "zr-units-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  for (const { name, file } of units) {
    const text = readFileSync(file, "utf8");
    const there = text.replaceAll(/\/usr\/(?:bin|lib)\/zero[^\s]*/g, process.execPath);
    writeFileSync(join(dir, name), change(there));
  }
  const files = units.map(({ name }) => join(dir, name));
  const { status, stderr, error } = spawnSync(
    "systemd-analyze",
    ["verify", "--man=no", "--recursive-errors=no", ...files],
    { encoding: "utf8" },
  );
  if (error !== undefined) throw error;
  return status === 0 ? stderr : `${stderr}\nended with ${status}`;
}

describe("the units", () => {
  it("are those of the two services, and more", () => {
    const names = UNITS.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["zerorig.service", "zero-agent.service"]));
  });

  it("are understood by systemd, word by word", () => {
    expect(verify(UNITS)).toBe("");
  });

  it("would not pass with an unknown word", () => {
    expect(verify(UNITS, (text) => text.replace("Restart=", "Restrat="))).toMatch(/Restrat/);
    expect(verify(UNITS, (text) => text.replace("Type=notify", "Type=loud"))).toMatch(/loud/);
  });

  it.each([
    ["zero-agent.service", 2.0],
    ["zerorig.service", 2.5],
  ])("leave %s little to do harm with", (name, limit) => {
    const file = UNITS.find((unit) => unit.name === name)?.file ?? "";
    const text = execFileSync(
      "systemd-analyze",
      ["security", "--offline=true", "--no-pager", file],
      {
        encoding: "utf8",
        env: { ...process.env, LC_ALL: "C.UTF-8" },
      },
    );
    const exposure = Number(/exposure level for \S+: ([\d.]+)/.exec(text)?.[1]);
    expect(exposure).toBeLessThan(limit);
  });

  it.each(["zero-agent.service", "zerorig.service"])(
    "are watched, and started again whatever happens: %s",
    (name) => {
      const text = readFileSync(UNITS.find((unit) => unit.name === name)?.file ?? "", "utf8");
      expect(text).toMatch(/^Type=notify$/m);
      expect(text).toMatch(/^WatchdogSec=\d+$/m);
      expect(text).toMatch(/^Restart=always$/m);
      expect(text).toMatch(/^(?:User=zerorig|DynamicUser=yes)$/m);
      expect(text).toMatch(/^After=.*\btime-sync\.target\b/m);
    },
  );
});

describe("the login on the USB cable", () => {
  const folder = `${SYSTEM}/serial-getty@ttyGS0.service.d`;

  it("is understood by systemd", () => {
    const dir = mkdtempSync(join(tmpdir(), "zr-login-"));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const dropIn = join(dir, "serial-getty@ttyGS0.service.d");
    cpSync(join(PACKAGES, "zero-image", folder), dropIn, { recursive: true });
    const read = () => {
      const env = { ...process.env, SYSTEMD_UNIT_PATH: `${dir}:` };
      const args = ["verify", "--man=no", "--recursive-errors=no", "serial-getty@ttyGS0.service"];
      return spawnSync("systemd-analyze", args, { encoding: "utf8", env });
    };
    expect(read()).toMatchObject({ stderr: "", status: 0 });
    writeFileSync(join(dropIn, "wrong.conf"), "[Service]\nTTYRiset=no\n");
    expect(read().stderr).toMatch(/TTYRiset/);
  });

  it("leaves the line to agetty, for systemd would hold the console's lock until a controller is there", () => {
    const text = readFileSync(join(PACKAGES, "zero-image", folder, "zerorig.conf"), "utf8");
    expect(text).toMatch(/^StandardInput=null$/m);
    expect(text).toMatch(/^TTYReset=no$/m);
    expect(text).toMatch(/^TTYVHangup=no$/m);
    expect(text).toMatch(/^ExecStart=-\/sbin\/agetty .* %I /m);
  });
});

describe("users, groups and folders", () => {
  it("are made by systemd from our files", () => {
    const root = mkdtempSync(join(tmpdir(), "zr-users-"));
    onTestFinished(() => rmSync(root, { recursive: true }));
    cpSync(join(PACKAGES, "zerorig"), root, { recursive: true });
    execFileSync("systemd-sysusers", [`--root=${root}`], { stdio: "pipe" });
    const groups = readFileSync(join(root, "etc/group"), "utf8");
    expect(groups).toMatch(/^gpio:/m);
    expect(groups).toMatch(/^i2c:/m);
    expect(readFileSync(join(root, "etc/passwd"), "utf8")).toMatch(
      /^zerorig:.*:\/var\/lib\/zerorig:\/usr\/sbin\/nologin$/m,
    );
  });
});
