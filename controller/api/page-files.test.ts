import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { PageFiles } from "./page-files.ts";
import { isForPage } from "./page-routes.ts";

const dir = mkdtempSync(join(tmpdir(), "zr-"));
mkdirSync(join(dir, "page/assets"), { recursive: true });
writeFileSync(join(dir, "secret.js"), "not yours");
const put = (name: string, text: string) => writeFileSync(join(dir, "page", name), text);
put("index.html", "<p>hello");
put("index.html.gz", "GZ");
put("index.html.br", "BR");
put("assets/index-1a2b.js", "go()");
put("assets/notes.txt", "of no known type");
afterAll(() => rmSync(dir, { recursive: true }));

const files = new PageFiles(pathToFileURL(join(dir, "page/")));

describe("the page's files", () => {
  it.each([
    ["gzip, deflate, br", "BR", "br"],
    ["gzip;q=1.0, identity", "GZ", "gzip"],
    ["identity", "<p>hello", undefined],
    ["", "<p>hello", undefined],
  ])("are packed as the browser takes them: %s", (accepted, text, encoding) => {
    const file = files.find("index.html", accepted);
    expect(file?.body.toString()).toBe(text);
    expect(file?.headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-cache",
      vary: "accept-encoding",
    });
    expect(file?.headers["content-encoding"]).toBe(encoding);
  });

  it("are read once, and for ever where their name tells what is in them", () => {
    const file = files.find("assets/index-1a2b.js", "br");
    expect(file?.headers["cache-control"]).toContain("immutable");
    expect(files.find("assets/index-1a2b.js", "br")).toBe(file);
    expect(file?.headers["etag"]).not.toBe(files.find("index.html", "")?.headers["etag"]);
  });

  it("run no script but their own", () => {
    const policy = files.find("index.html", "")?.headers["content-security-policy"];
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).not.toContain("unsafe");
  });

  it("are nothing else of this machine's", () => {
    for (const name of ["../secret.js", "assets/../../secret.js", "assets/notes.txt", "assets"]) {
      expect(files.find(name, "br")).toBeNull();
    }
    const unbuilt = new PageFiles(pathToFileURL(join(dir, "gone/")));
    expect(unbuilt.find("index.html", "")).toBeNull();
  });
});

it.each([
  ["GET", "/", true],
  ["GET", "/?from=home", true],
  ["GET", "/assets/index-1a2b.js", true],
  ["POST", "/", false],
  ["GET", "/api/v1/status", false],
  ["GET", "/assets", false],
])("%s %s is for the page: %s", (method, url, expected) => {
  expect(isForPage({ method, url })).toBe(expected);
});
