// The schedule at the page: a window is added, shown in the coming week, kept by the controller, and taken back.

import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { parseWindows } from "../../controller/config/window-list.ts";
import { comingCeilings } from "../../controller/shell/coming-week.ts";
import type { WindowsReport } from "../../controller/shell/schedules.ts";
import { TOKEN } from "../e2e/served-rig.ts";
import { serious } from "./axe.ts";
import { openBrowser, strangers, visit } from "./browser.ts";
import { serveRig } from "./served-rig.ts";

/** Once a year, and in no week that the page may show now. */
const HALF_A_YEAR_ON = `0 12 1 ${((new Date().getUTCMonth() + 6) % 12) + 1} *`;

const FILE = `
[schedule.always]
from = "0 0 * * *"
to = "${HALF_A_YEAR_ON}"
zone = "UTC"
watts = 50
`;

const WEEK_MS = 7 * 86_400_000;

/**
 * Nobody vouches for the clock of a machine that only runs tests: there the controller knows no coming week, and the page says so.
 * Then the week is worked out here, by the controller's own function from the controller's own windows.
 */
async function believeClock(page: Page, url: string, listed: () => Promise<WindowsReport>) {
  const told = (await (await fetch(`${url}api/v1/schedule`)).json()) as { clock_set: boolean };
  if (told.clock_set) return;
  await page.getByText("The clock of the controller is not set").waitFor();
  await page.route("**/api/v1/schedule", async (route) => {
    const fromMs = Date.now();
    const parsed = parseWindows((await listed()).windows, fromMs);
    if (!parsed.ok) throw new Error(parsed.error);
    const span = { fromMs, untilMs: fromMs + WEEK_MS };
    const intervals = await comingCeilings(parsed.windows, null, span, async () => {});
    await route.fulfill({ json: { ...told, clock_set: true, intervals } });
  });
  await page.reload();
  await page.getByText("As the file says.").waitFor();
}

it("shows the coming week, and what a person makes of it", { timeout: 60_000 }, async () => {
  const { url } = await serveRig({ zeros: 1, toml: FILE });
  // Whose clock the page shows times by.
  const visited = await visit(await openBrowser(), url, { timezoneId: "Europe/Berlin" });
  const { page, complaints } = visited;
  const listed = async () =>
    (await (await fetch(`${url}api/v1/schedule/windows`)).json()) as WindowsReport;
  await page.getByText("As the file says.").waitFor();
  await believeClock(page, url, listed);
  expect(await page.locator(".day").count()).toBe(7);
  expect(await page.locator(".day").nth(2).textContent()).toContain(
    "00:00 to 24:00: 50 W by always",
  );

  await page.getByRole("button", { name: "Change" }).click();
  // What is not just times and days is shown as it is.
  expect(await page.getByLabel("Closes (cron)").inputValue()).toBe(HALF_A_YEAR_ON);
  await page.getByRole("button", { name: "Remove always" }).click();
  await page.getByRole("button", { name: "Add a window" }).click();
  await page.getByLabel("Name", { exact: true }).fill("not a name");
  await page.getByLabel("Opens", { exact: true }).fill("21:30");
  await page.getByLabel("Watts inside").fill("3.5");
  await page.getByLabel("Watts outside").fill("6");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByLabel("Token", { exact: true }).fill(TOKEN);
  await page.getByLabel("Remember it in this browser").check();
  await page.getByRole("button", { name: "Use it" }).click();
  await page.getByText("Refused: windows[0].name: expected a name").waitFor();
  expect((await listed()).source).toBe("file");

  await page.getByLabel("Name", { exact: true }).fill("night");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Set by hand, in place of the file's.").waitFor();
  expect(await listed()).toMatchObject({
    source: "stored",
    windows: [
      {
        name: "night",
        from: "30 21 * * *",
        to: "0 6 * * *",
        zone: "Europe/Berlin",
        watts: 3.5,
        outside_watts: 6,
      },
    ],
  });
  const day = await page.locator(".day").nth(2).textContent();
  expect(day).toContain("00:00 to 06:00: 3.5 W by night");
  expect(day).toContain("06:00 to 21:30: 6 W by night");
  expect(day).toContain("21:30 to 24:00: 3.5 W by night");

  await page.reload();
  await page.getByRole("button", { name: "Change" }).click();
  await page.getByRole("checkbox", { name: "Sun" }).uncheck();
  await page.getByRole("checkbox", { name: "Sat" }).uncheck();
  expect(await serious(page)).toEqual([]);
  // The token is still known.
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: "Change" }).waitFor();
  expect((await listed()).windows[0]?.from).toBe("30 21 * * mon,tue,wed,thu,fri");
  await page.getByRole("button", { name: "Change" }).click();
  await page.getByRole("button", { name: "Back to the file's" }).click();
  await page.getByText("As the file says.").waitFor();
  expect((await listed()).windows.map(({ name }) => name)).toEqual(["always"]);
  // The refusal of the name is in the console by the browser's own hand.
  expect(complaints.filter((text) => !text.includes("400"))).toEqual([]);
  expect(strangers(visited, url)).toEqual([]);
});
