// npm run test:qemu -- [--jobs N] [--count] [machine...]: the hash engines on emulated processors, and what a hash costs there.

import { devCommand, refuse, runCommand, whole } from "../flags.ts";
import { type Emulation, openEmulation } from "./emulation.ts";
import { type EmulatedMachine, MACHINES, missingPackages } from "./machine.ts";

const NAME = "test:qemu";
const KEYS = MACHINES.map(({ key }) => key);
/** Between two counts: what V8 compiles in the one and not in the other does not matter then. */
const COUNTED_HASHES = 2_000_000;

const program = devCommand(
  NAME,
  "Has each engine search on emulated processors (QEMU's user mode).",
)
  .argument("[machines...]", `some of ${KEYS.join(", ")} (default: all)`)
  .allowExcessArguments(true)
  .option("--jobs <count>", "seeded jobs of an algorithm, per engine", whole, 1000)
  .option("--count", "count the guest's instructions for a hash, too")
  .option("--fetch", "only download what the machines need")
  .parse();
const flags = program.opts<{
  readonly jobs: number;
  readonly count?: true;
  readonly fetch?: true;
}>();

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function check(emulation: Emulation, machine: EmulatedMachine): Promise<boolean> {
  const checked = await emulation.check(flags.jobs);
  const faults = machine.engines.flatMap(({ name }) => {
    const own = checked.filter(({ engine }) => engine === name);
    if (own.length === 0) return [`${name}: is not there`];
    return own.flatMap(({ algorithm, wrong }) =>
      wrong.map((why) => `${name}: ${algorithm}: ${why}`),
    );
  });
  for (const fault of faults) say(`  FAIL ${fault}`);
  const right = machine.engines.length - new Set(faults.map((one) => one.split(":")[0])).size;
  say(`  ${right} of ${machine.engines.length} engines right, in ${flags.jobs} jobs each`);
  return faults.length === 0;
}

async function count(emulation: Emulation, { engines, counts }: EmulatedMachine): Promise<boolean> {
  let isGood = true;
  if (!counts) return isGood;
  for (const { name, instructionsMax: most } of engines) {
    const cost = await emulation.count(name, COUNTED_HASHES);
    const isAbove = most !== null && cost > most;
    const wanted = most === null ? "" : ` of at most ${most}`;
    say(
      `  ${isAbove ? "FAIL" : "ok  "} ${name.padEnd(20)} ${cost.toFixed(1).padStart(7)} instructions a hash${wanted}`,
    );
    if (isAbove) isGood = false;
  }
  return isGood;
}

await runCommand(NAME, async () => {
  const unknown = program.args.filter((key) => !KEYS.includes(key));
  if (unknown.length > 0)
    refuse(NAME, `no machine ${unknown.join(", ")}; there are ${KEYS.join(", ")}`);
  const wanted = MACHINES.filter(
    ({ key }) => program.args.length === 0 || program.args.includes(key),
  );
  const missing = [...new Set(wanted.flatMap(missingPackages))];
  if (missing.length > 0) refuse(NAME, `sudo apt install ${missing.join(" ")}`);
  for (const machine of wanted) {
    say(`${machine.key}: ${machine.title}`);
    if (flags.fetch === true) {
      await machine.node();
      continue;
    }
    const emulation = await openEmulation(machine);
    const isRight = await check(emulation, machine);
    const isCheap = flags.count === undefined || (await count(emulation, machine));
    emulation.remove();
    if (!isRight || !isCheap) process.exitCode = 1;
  }
});
