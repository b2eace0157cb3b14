import { describe, expect, it } from "vitest";
import { pageOf, wantsPage } from "./refusal.ts";

describe("a page", () => {
  it.each([
    ["GET", "text/html,application/xhtml+xml,*/*;q=0.8", true],
    ["HEAD", "text/html", true],
    ["GET", "text/html, application/json", true],
    ["GET", "application/json, text/html", false],
    ["GET", "*/*", false],
    ["GET", undefined, false],
    ["POST", "text/html", false],
  ])("is for who looks at it: %s with %s: %s", (method, accept, wants) => {
    expect(wantsPage({ method, headers: accept === undefined ? {} : { accept } })).toBe(wants);
  });

  it("asks again where that helps, after ten seconds at the latest", () => {
    const refused = { status: 503, code: "waking", why: "p1 is booting" };
    expect(pageOf({ ...refused, retryMs: 1001 })).toContain('http-equiv="refresh" content="2"');
    expect(pageOf({ ...refused, retryMs: 40_000 })).toContain('http-equiv="refresh" content="10"');
    expect(pageOf({ ...refused, retryMs: null })).not.toContain("refresh");
  });

  it("carries no markup of others", () => {
    const why = `p1 said <script>alert("1" & '2')</script>`;
    const page = pageOf({ status: 502, code: "x", why, retryMs: null });
    expect(page).not.toContain("<script");
    expect(page).toContain("<h1>Refused</h1>");
    expect(page).toContain("&#60;script&#62;alert(&#34;1&#34; &#38; &#39;2&#39;)");
  });
});
