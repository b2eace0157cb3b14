// npm run bench:seat -- [--zeros N] [--seconds N] [--json]: what the controller costs with the page open in a browser: its memory, and
// its share of one core, measured by the kernel. Pool, HAT, agents and browser are processes of their own and not counted.

import { cpus, loadavg } from "node:os";
import { launch } from "../browser/chromium.ts";
import { devCommand, positive, runCommand, whole } from "../flags.ts";
import { processorS, rssMb } from "./process-cost.ts";
import { startSeatRig } from "./seat-rig.ts";

const NAME = "bench:seat";
/** What is wanted: issue 7. */
const WANTED = { rssMb: 100, corePercent: 3 } as const;
/** Modules load, the page reads the past: not what it costs for long. */
const SETTLE_MS = 10_000;

interface Flags {
  readonly zeros: number;
  readonly seconds: number;
  readonly json?: true;
}

const flags = devCommand(NAME, "Measures the controller with the page open in a browser.")
  .option("--zeros <count>", "virtual Zeros", whole, 4)
  .option("--seconds <count>", "for how long, each time", positive, 60)
  .option("--json", "the figures as JSON in the last line")
  .parse()
  .opts<Flags>();

interface Cost {
  readonly rssMb: number;
  /** The most of it while it was looked at. */
  readonly rssMaxMb: number;
  readonly corePercent: number;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function costOf(pid: number, seconds: number): Promise<Cost> {
  const [began, used] = [performance.now(), processorS(pid)];
  const sizes: number[] = [];
  while (performance.now() - began < seconds * 1000) {
    sizes.push(rssMb(pid));
    await sleep(1000);
  }
  const share = (processorS(pid) - used) / ((performance.now() - began) / 1000);
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  return { rssMb: mean, rssMaxMb: Math.max(...sizes), corePercent: share * 100 };
}

function line(what: string, { rssMb: mean, rssMaxMb, corePercent }: Cost): string {
  return `${what.padEnd(26)} ${mean.toFixed(1)} MB (${rssMaxMb.toFixed(1)} at most), ${corePercent.toFixed(2)} % of one core\n`;
}

await runCommand(NAME, async () => {
  const rig = await startSeatRig(flags.zeros);
  try {
    await sleep(SETTLE_MS);
    const alone = await costOf(rig.controllerPid, flags.seconds);
    const browser = await launch();
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(rig.url);
    await page.locator("article.card").first().waitFor();
    await sleep(SETTLE_MS);
    const watched = await costOf(rig.controllerPid, flags.seconds);
    await browser.close();
    const [{ model } = { model: "unknown" }] = cpus();
    process.stdout.write(
      `${flags.zeros} virtual Zeros, ${flags.seconds} s each; Node ${process.version}, ${model}, load ${loadavg()[0]?.toFixed(1)}\n`,
    );
    process.stdout.write(line("controller, nobody looks:", alone));
    process.stdout.write(line("controller, page open:", watched));
    const { rssMb: memory, corePercent } = WANTED;
    const isMet = watched.rssMaxMb < memory && watched.corePercent < corePercent;
    process.stdout.write(
      `wanted with the page open: below ${memory} MB and ${corePercent} %: ${isMet ? "met" : "NOT met"}\n`,
    );
    if (flags.json) process.stdout.write(`${JSON.stringify({ alone, watched, isMet })}\n`);
    if (!isMet) process.exitCode = 1;
  } finally {
    await rig.stop();
  }
});
