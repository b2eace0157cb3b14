// A person at the page of a running rig: each button does what its dialog says, and the page tells requested from confirmed.

import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { until } from "../e2e/programs.ts";
import { TOKEN } from "../e2e/served-rig.ts";
import { openBrowser, strangers, visit } from "./browser.ts";
import { serveRig } from "./served-rig.ts";

const card = (page: Page, slot: string) => page.locator(`article[data-slot=${slot}]`);
const requested = (page: Page, slot: string) => card(page, slot).locator("dl.requested");
const dialog = (page: Page) => page.locator("dialog[open]");

/** Presses a button of a card, and reads what the dialog says. */
async function press(page: Page, slot: string, verb: string): Promise<string> {
  await card(page, slot).locator(`button[data-verb=${verb}]`).click();
  return (await dialog(page).textContent()) ?? "";
}

async function goAhead(page: Page, reason?: string): Promise<void> {
  if (reason !== undefined) await dialog(page).getByLabel("Reason").fill(reason);
  await dialog(page).locator("button[type=submit]").click();
}

/** Waits until the card says that what was asked is so. */
async function confirmed(page: Page, slot: string, words: RegExp): Promise<void> {
  await card(page, slot).locator("dl.requested[data-progress=confirmed]").waitFor();
  expect(await requested(page, slot).textContent()).toMatch(words);
}

it("does what the dialogs say", { timeout: 120_000 }, async () => {
  const { rig, url } = await serveRig({ zeros: 2 });
  const visited = await visit(await openBrowser(), url);
  const { page } = visited;

  // The first change asks for the token; a wrong one is refused there, and nothing is done.
  expect(await press(page, "p1", "off")).toMatch(
    /Switch p1 off\?.*p1 is asked to shut down; then its power is cut, and that it is off is proved.*hashes .* less/,
  );
  await goAhead(page, "browser");
  await page.getByLabel("Token", { exact: true }).fill("not-the-token");
  await page.getByRole("button", { name: "Use it" }).click();
  await page.getByText("the token is wrong").waitFor();
  expect((await rig.hat.truth())[0]?.powered).toBe(true);
  await page.getByLabel("Token", { exact: true }).fill(TOKEN);
  await page.getByRole("button", { name: "Use it" }).click();
  await card(page, "p1").locator("dl.requested[data-progress=taken]").waitFor();
  expect(await requested(page, "p1").textContent()).toMatch(
    /Requestedoffyou, .* not confirmed yet/,
  );
  await confirmed(page, "p1", /Requestedoff.*confirmed after.*Confirmedpower off/);
  expect((await rig.hat.truth())[0]).toMatchObject({ powered: false, cuts: 1 });
  expect(await card(page, "p1").textContent()).toMatch(
    /It is wanted off, and that it is off was proved.*p1: a person asked for off: browser, at \d/,
  );

  expect(await press(page, "p1", "on")).toMatch(/p1 gets power as soon as the ceiling/);
  await goAhead(page);
  await confirmed(page, "p1", /Requestedon.*Confirmedpower on/);
  expect((await rig.hat.truth())[0]?.powered).toBe(true);

  expect(await press(page, "p2", "cycle")).toMatch(/loses its power until that is proved/);
  await goAhead(page, "browser");
  await confirmed(page, "p2", /Requestedoff, then on again.*Confirmedpower on/);
  expect((await rig.hat.truth())[1]).toMatchObject({ powered: true, cuts: 1 });

  // A reason is due: without one nothing is sent.
  expect(await press(page, "p1", "drain")).toMatch(/p1 finishes its job and gets no other/);
  await goAhead(page);
  expect((await rig.slot("p1")).hold).toBeNull();
  await goAhead(page, "new card");
  await confirmed(page, "p1", /Requesteddrained.*Confirmedpower onpaused/);
  expect((await rig.slot("p1")).hold).toMatchObject({ kind: "cordon", reason: "new card" });

  expect(await press(page, "p1", "uncordon")).toMatch(/p1 gets jobs again/);
  await goAhead(page);
  await confirmed(page, "p1", /Requestedresumed/);
  expect((await rig.slot("p1")).hold).toBeNull();

  expect(await press(page, "p2", "cordon")).toMatch(/p2 gets no new jobs\. It keeps its power/);
  await dialog(page).getByLabel("For how long").selectOption({ label: "15 minutes" });
  await dialog(page).getByLabel("My hands are at the hardware").check();
  await goAhead(page, "heat sink");
  await confirmed(page, "p2", /Requestedin maintenance/);
  const { hold } = await rig.slot("p2");
  expect(hold).toMatchObject({ kind: "maintenance", reason: "heat sink" });
  expect(hold?.left_ms).toBeLessThanOrEqual(900_000);

  // Several at once.
  await page.getByRole("button", { name: "Choose all" }).click();
  await page.getByRole("button", { name: "Resume the chosen Zeros" }).click();
  expect(await dialog(page).textContent()).toContain("Resume p1 and p2?");
  await goAhead(page);
  await confirmed(page, "p2", /Requestedresumed/);
  expect((await rig.status()).slots.map(({ hold: held }) => held)).toEqual([null, null]);

  const leds = new Set<number>();
  expect(await press(page, "p1", "identify")).toMatch(/alert LED .* blinks .*Nothing is switched/);
  await goAhead(page);
  await until("the LED blinked", async () => {
    // The alert LED is bit 6 of the chip's latch.
    leds.add((await rig.hat.bus().readByte(0x20, 1)) & 0x40);
    return leds.size > 1;
  });

  await page.getByRole("button", { name: "Pause automation" }).click();
  await goAhead(page, "moving the rig");
  await page.getByText("Automation is paused").waitFor();
  expect((await rig.status()).pause).toMatchObject({ reason: "moving the rig" });
  await page.getByRole("button", { name: "Resume automation" }).click();
  await goAhead(page);
  await page.getByText("Automation is paused").waitFor({ state: "detached" });

  await page.getByRole("button", { name: "Limit power" }).click();
  await dialog(page).getByLabel("Limit in watts").fill("7.5");
  await goAhead(page, "fuse");
  await page.getByText("Power limit by hand", { exact: true }).waitFor();
  expect((await rig.status()).power.override).toMatchObject({ reason: "fuse" });

  // Kept for this tab alone, and never in an address.
  const kept = await page.evaluate<[string, string]>(
    "[JSON.stringify(sessionStorage), JSON.stringify(localStorage)]",
  );
  expect(kept[0]).toContain(TOKEN);
  expect(kept[1]).not.toContain(TOKEN);
  expect(visited.requests.filter((request) => request.includes(TOKEN))).toEqual([]);
  expect(strangers(visited, url)).toEqual([]);
  // The refusal of the wrong token is in the console by the browser's own hand.
  expect(visited.complaints.filter((text) => !text.includes("401"))).toEqual([]);
});
