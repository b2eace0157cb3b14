// A controller that lets nobody change anything: the page shows all, and its buttons say why they do nothing.

import { expect, it } from "vitest";
import { serious } from "./axe.ts";
import { openBrowser, visit } from "./browser.ts";
import { serveRig } from "./served-rig.ts";

it("says why nothing can be changed where that is so", { timeout: 60_000 }, async () => {
  const { url } = await serveRig({ zeros: 1, readOnly: true });
  const { page, complaints } = await visit(await openBrowser(), url);
  await page.getByText("Read-only: [http] read_only is set").waitFor();
  const off = page.locator("button[data-verb=off]");
  expect(await off.getAttribute("aria-disabled")).toBe("true");
  expect(await off.getAttribute("title")).toBe("Read-only: [http] read_only is set");
  await off.click({ force: true });
  expect(await page.locator("dialog").count()).toBe(0);
  expect(await serious(page)).toEqual([]);
  expect(complaints).toEqual([]);
});
