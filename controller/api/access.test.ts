import { describe, expect, it } from "vitest";
import { bearerOf, denyStranger, isToken } from "./access.ts";

const NAMES = ["localhost", "rig", "rig.local"];

function denied(host: string | undefined, more: { origin?: string; site?: string } = {}) {
  const { origin, site } = more;
  return denyStranger({ host, origin, site }, NAMES)?.code ?? null;
}

describe("a caller", () => {
  it.each([
    "localhost",
    "localhost:8080",
    "RIG.local:8080",
    "192.0.2.7:8080",
    "127.0.0.1",
    "[::1]:8080",
  ])("may call us %s", (host) => {
    expect(denied(host)).toBe(null);
  });

  it.each([
    undefined,
    "",
    "evil.example",
    "evil.example:8080",
    "rig.local.evil.example",
    "rig.local@evil.example",
    "rig/evil",
    "rig?evil",
    "a b",
  ])("may not call us %s", (host) => {
    expect(denied(host)).toBe("host");
  });

  it("may come from our own page, and from none of another's", () => {
    expect(denied("rig:8080", { origin: "http://rig:8080", site: "same-origin" })).toBe(null);
    for (const origin of ["http://evil.example", "http://rig:9090", "https://rig", "null"]) {
      expect(denied("rig:8080", { origin })).toBe("origin");
    }
    expect(denied("rig:8080", { site: "cross-site" })).toBe("origin");
  });

  it("may come from our own page through a proxy with TLS, and from no other's", () => {
    expect(denied("rig.local", { origin: "https://rig.local", site: "same-origin" })).toBe(null);
    for (const origin of ["https://evil.example", "https://rig.local:8443", "ftp://rig.local"]) {
      expect(denied("rig.local", { origin })).toBe("origin");
    }
  });
});

describe("a token", () => {
  it.each([
    ["Bearer abc", "abc"],
    ["bearer a-b.c_d~e+f/g=", "a-b.c_d~e+f/g="],
    [undefined, null],
    ["", null],
    ["Basic abc", null],
    ["Bearer ", null],
    ["Bearer a b", null],
    [`Bearer ${"x".repeat(513)}`, null],
  ])("of %j is %j", (header, token) => {
    expect(bearerOf(header)).toBe(token);
  });

  it("is the one, or is not", () => {
    expect(isToken("correct", "correct")).toBe(true);
    for (const given of ["", "correc", "correctx", "Correct"]) {
      expect(isToken(given, "correct")).toBe(false);
    }
  });
});
