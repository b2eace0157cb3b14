// A browser for tests, at a size and in colours that a test chooses; everything that it says or asks for is kept.

import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { onTestFinished } from "vitest";
import { launch } from "./chromium.ts";

export interface Visit {
  readonly page: Page;
  /** Errors in the console, and those that nobody caught. */
  readonly complaints: string[];
  /** Addresses that were asked for. */
  readonly requests: string[];
}

/** A browser of the test's own. */
export async function openBrowser(): Promise<Browser> {
  const browser = await launch();
  onTestFinished(() => browser.close());
  return browser;
}

/** A page with nothing remembered. */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  context.on("request", (request) => requests.push(request.url()));
  await page.goto(url);
  await page.locator("article.card").first().waitFor();
  return { page, complaints, requests };
}

/** Addresses that are not this controller's; saving a file has one of its own, inside the browser. */
export function strangers({ requests }: Visit, url: string): string[] {
  return requests.filter((request) => !request.startsWith(url) && !request.startsWith("blob:"));
}
