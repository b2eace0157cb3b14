// How the page looks at a running rig: a fence over the chart, themes, a narrow screen, keys alone, the log, and a controller that dies.

import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { TOKEN } from "../e2e/served-rig.ts";
import { serious } from "./axe.ts";
import { openBrowser, strangers, visit } from "./browser.ts";
import { serveRig } from "./served-rig.ts";

const OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
const FOCUSED = "document.activeElement?.getAttribute('aria-label') ?? ''";

function ground(page: Page): Promise<string> {
  return page.evaluate("getComputedStyle(document.body).backgroundColor");
}

function overflow(page: Page): Promise<number> {
  return page.evaluate(OVERFLOW);
}

it("shows a fence, suits eyes, hands and ears, and says when it is out of date", {
  timeout: 120_000,
}, async () => {
  const { rig, url } = await serveRig({ zeros: 3 });
  const browser = await openBrowser();
  const wide = await visit(browser, url, { colorScheme: "light" });
  const { page } = wide;
  await rig.hat.fault({ kind: "hang", slot: "p3" });

  // Meanwhile: colours as the system has them, until a person says otherwise, also after a reload.
  const light = await ground(page);
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await ground(page)).not.toBe(light);
  expect(await serious(page)).toEqual([]);
  await page.getByRole("radio", { name: "Light" }).check();
  expect(await ground(page)).toBe(light);
  await page.reload();
  await page.locator("article.card").first().waitFor();
  expect(await ground(page)).toBe(light);
  expect(await serious(page)).toEqual([]);

  const narrow = await visit(browser, url, {
    viewport: { width: 360, height: 740 },
    hasTouch: true,
  });
  expect(await overflow(narrow.page)).toBe(0);
  await narrow.page.getByRole("button", { name: "Choose all" }).click();
  expect(await overflow(narrow.page)).toBe(0);
  await narrow.page.locator("article[data-slot=p1] button[data-verb=off]").click();
  await narrow.page.locator("dialog[open]").waitFor();
  expect(await overflow(narrow.page)).toBe(0);
  expect(await serious(narrow.page)).toEqual([]);

  // p3 is silent, then fenced: its card says so, and the mark stands over the chart.
  await page.locator("article[data-slot=p3].stale").waitFor();
  expect(await serious(page)).toEqual([]);
  await page.locator(".mark[data-kind=fence]").waitFor({ state: "attached" });
  await page.locator("ol.events").getByText("p3 was fenced: power cut, and proved off").waitFor();
  await page.locator("article[data-slot=p3]").getByText("fenced 1 time").waitFor();
  // What it hashes with.
  await page
    .locator("article[data-slot=p1]")
    .getByText(/, (wasm|native)-/)
    .waitFor();

  await keysAlone(page);
  await watchLog(page);
  expect(await serious(page)).toEqual([]);
  await page.locator("article[data-slot=p1] .u-over").hover();
  await page.locator('article[data-slot=p1] .u-over[data-at$="H/s"]').waitFor();
  expect(strangers(wide, url)).toEqual([]);
  expect([...wide.complaints, ...narrow.complaints]).toEqual([]);
  await narrow.page.context().close();

  // The controller stands still, and its connection with it: what is shown says how old it is, until a word comes.
  rig.controller.kill("SIGSTOP");
  await page.getByText(/No word from the controller for ([6-9]|1\d) s/).waitFor();
  await page.locator("main.stale").waitFor();
  rig.controller.kill("SIGCONT");
  await page.locator("main.stale").waitFor({ state: "detached" });

  // The controller dies: what is shown is grey and says how old it is, and no button works.
  await page.locator("article[data-slot=p3][data-tone=good]").waitFor();
  await rig.kill();
  await page.getByText(/No word from the controller for [2-9] s/).waitFor();
  await page.locator("main.stale").waitFor();
  expect(await serious(page)).toEqual([]);
  const off = page.locator("article[data-slot=p1] button[data-verb=off]");
  expect(await off.getAttribute("aria-disabled")).toBe("true");
  expect(await off.getAttribute("title")).toBe("The controller does not answer");
  await rig.restart();
  await page.locator("main.stale").waitFor({ state: "detached" });
  await page.getByText("Live", { exact: true }).waitFor();
  await page.locator("article[data-slot=p1][data-tone=good]").waitFor();
  await page.locator("ol.events").getByText("The controller started").first().waitFor();
});

/** From the top to p1's pause with keys alone, and back: the focus goes in, stays in, and comes back. */
async function keysAlone(page: Page): Promise<void> {
  const focused = () => page.evaluate<string>(FOCUSED);
  await page.locator("body").click({ position: { x: 2, y: 2 } });
  for (let tabs = 0; (await focused()) !== "Drain p1"; tabs++) {
    expect(tabs).toBeLessThan(40);
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
  await page.locator("dialog[open]").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });
  expect(await focused()).toBe("Drain p1");
  await page.keyboard.press("Enter");
  // What is typed sooner goes to the button, where a blank is a press.
  await page.locator("dialog[open] input:focus").waitFor();
  await page.keyboard.type("by keys");
  await page.keyboard.press("Enter");
  await page.getByLabel("Token", { exact: true }).and(page.locator(":focus")).waitFor();
  await page.keyboard.type(TOKEN);
  await page.keyboard.press("Enter");
  await page.locator("article[data-slot=p1] dl.requested[data-progress=confirmed]").waitFor();
  await page.locator("article[data-slot=p1] button[data-verb=uncordon]").focus();
  await page.keyboard.press("Enter");
  await page.locator("dialog[open] button[type=submit]").focus();
  await page.keyboard.press("Enter");
  await page.locator("article[data-slot=p1] button[data-verb=cordon]").waitFor();
}

async function watchLog(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Follow the log" }).click();
  const lines = page.locator("ol.log li");
  await lines.filter({ hasText: "share.accepted" }).first().waitFor();
  await page.getByLabel("Contains").fill("power.off");
  await lines.filter({ hasText: "share.accepted" }).first().waitFor({ state: "detached" });
  expect(await lines.first().textContent()).toMatch(/p3power\.off/);
  await page.getByLabel("Contains").fill("");
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  const before = await lines.count();
  await page.getByRole("button", { name: /Go on \(\d+ new\)/ }).waitFor();
  expect(await lines.count()).toBe(before);
  // Closed in a pause, it begins anew.
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await page.getByRole("button", { name: "Follow the log" }).click();
  await lines.filter({ hasText: "share.accepted" }).first().waitFor();
  expect(await page.getByRole("button", { name: /Go on/ }).count()).toBe(0);
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  await page.getByRole("button", { name: /Go on \(\d+ new\)/ }).waitFor();
  await page.getByRole("button", { name: /Go on/ }).click();
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download" }).click();
  const text = readFileSync(await (await saved).path(), "utf8");
  expect(
    text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).n),
  ).not.toHaveLength(0);
}
