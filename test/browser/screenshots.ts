// npm run screenshots: the pictures of the page in docs/, taken of a running rig in which p3 hangs and is fenced.

import type { BrowserContextOptions, Page } from "playwright-core";
import { startSeatRig } from "../bench/seat-rig.ts";
import { devCommand, runCommand } from "../flags.ts";
import { launch } from "./chromium.ts";

const NAME = "screenshots";
/** So that there is a line to see. */
const MINED_MS = 120_000;

devCommand(NAME, "Takes the pictures of the page in docs/.").parse();

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

await runCommand(NAME, async () => {
  const rig = await startSeatRig(4);
  const browser = await launch();
  const open = async (options: BrowserContextOptions): Promise<Page> => {
    const page = await browser.newPage({ timezoneId: "Europe/Berlin", ...options });
    await page.goto(rig.url);
    await page.locator("article.card").first().waitFor();
    return page;
  };
  const shoot = (page: Page, name: string) => page.screenshot({ path: `docs/${name}.png` });
  try {
    const size = { width: 1180, height: 1240 };
    const light = await open({ viewport: size, colorScheme: "light" });
    const dark = await open({ viewport: { width: 1180, height: 860 }, colorScheme: "dark" });
    const phone = await open({ viewport: { width: 360, height: 780 }, colorScheme: "light" });
    await sleep(MINED_MS);
    await rig.hat.fault({ kind: "hang", slot: "p3" });
    await light.locator("article[data-slot=p3].stale").waitFor();
    await sleep(500);
    await light.locator("article[data-slot=p3]").screenshot({ path: "docs/web-page-silent.png" });
    await light.locator("article[data-slot=p3][data-tone=good]").waitFor();
    await sleep(4000);
    await light.evaluate("scrollTo(0, 0)");
    await shoot(light, "web-page");
    await phone.locator("article[data-slot=p3]").scrollIntoViewIfNeeded();
    await shoot(phone, "web-page-phone");
    await dark.locator("article[data-slot=p2] button[data-verb=off]").click();
    await shoot(dark, "web-page-dark");
  } finally {
    await browser.close();
    await rig.stop();
  }
});
