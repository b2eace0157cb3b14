// npm run bench:scrape -- [--scrapes N] [--json]: how long one scrape of a rig of 32 Zeros takes, over loopback.

import { cpus, loadavg } from "node:os";
import { serveBusyRig, ZEROS } from "../contract/busy-rig.ts";
import { devCommand, runCommand, whole } from "../flags.ts";

const NAME = "bench:scrape";
/** What is wanted: issue 7. */
const WANTED_MS = 5;
/** The first ones warm the code up. */
const WARM_UP = 40;
/** Each server bounds how often one visitor may ask. */
const PER_SERVER = 90;

const flags = devCommand(NAME, "Measures a scrape of the metrics.")
  .option("--scrapes <count>", "how many are measured", whole, 500)
  .option("--json", "the figures as JSON in the last line")
  .parse()
  .opts<{ readonly scrapes: number; readonly json?: true }>();

await runCommand(NAME, async () => {
  const took: number[] = [];
  let bytes = 0;
  while (took.length < WARM_UP + flags.scrapes) {
    const { server, url } = await serveBusyRig();
    for (let count = 0; count < PER_SERVER; count++) {
      const begun = performance.now();
      const answer = await fetch(`${url}/metrics`);
      if (!answer.ok) throw new Error(`the answer was ${answer.status}`);
      bytes = (await answer.text()).length;
      took.push(performance.now() - begun);
    }
    await server.close();
  }
  const sorted = took.slice(WARM_UP).sort((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor(part * (sorted.length - 1))] ?? 0;
  const [bestMs, medianMs, p99Ms] = [at(0), at(0.5), at(0.99)];
  const isMet = medianMs < WANTED_MS;
  const [{ model } = { model: "unknown" }] = cpus();
  process.stdout.write(
    `${ZEROS} Zeros, ${bytes} bytes, ${sorted.length} scrapes; Node ${process.version}, ${model}, load ${loadavg()[0]?.toFixed(1)}\n` +
      `${bestMs.toFixed(1)} ms at best, ${medianMs.toFixed(1)} ms in the middle, ${p99Ms.toFixed(1)} ms at p99; ` +
      `wanted in the middle: below ${WANTED_MS} ms: ${isMet ? "met" : "NOT met"}\n`,
  );
  if (flags.json) {
    process.stdout.write(`${JSON.stringify({ bestMs, medianMs, p99Ms, isMet })}\n`);
  }
  if (!isMet) process.exitCode = 1;
});
