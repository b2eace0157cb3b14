// zero-agent build-native: compiles the hash kernels in C for this machine, tests them, and puts them where the agent looks.

import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { cachedFile, kernelsOf, loadAddon } from "./kernels/native.ts";
import { buildNative, hostTarget } from "./kernels/native-build.ts";
import { TARGETS, type Target } from "./kernels/native-targets.ts";
import { selfTest } from "./kernels/self-test.ts";
import { EXIT } from "./shell/exit-codes.ts";

const USAGE = `Usage: zero-agent build-native [--out FILE] [--cc COMPILER] [--target MACHINE]

Compiles the native hash kernels; the agent then takes them by itself, if they are faster here.

  --out FILE        where to put them (default ${cachedFile(process.env)})
  --cc COMPILER     gcc, clang, or a cross compiler such as arm-linux-gnueabi-gcc (default cc)
  --target MACHINE  ${TARGETS.join(", ")} (default: this machine)
`;

interface Flags {
  readonly out?: string;
  readonly cc?: string;
  readonly target?: string;
  readonly help?: boolean;
}

function parse(args: readonly string[]): Flags {
  const text = { type: "string" } as const;
  const options = { out: text, cc: text, target: text, help: { type: "boolean" } } as const;
  return parseArgs({ args: [...args], options }).values;
}

/** Throws if a kernel of the file, of those that this machine runs, is wrong. */
function check(file: string): void {
  for (const kernel of kernelsOf(loadAddon(file))) {
    const [why] = selfTest(kernel);
    if (why !== undefined) throw new Error(`${kernel.name}, ${kernel.algorithm}: ${why}`);
  }
}

/** Gives the exit code. */
export async function buildNativeCommand(
  args: readonly string[],
  say: (line: string) => void,
): Promise<number> {
  let flags: Flags;
  try {
    flags = parse(args);
  } catch (error) {
    say(`${(error as Error).message.split(". ")[0]}; see zero-agent build-native --help`);
    return EXIT.usage;
  }
  if (flags.help === true) {
    process.stdout.write(USAGE);
    return EXIT.done;
  }
  const { cc: compiler = "cc", target: name = hostTarget() } = flags;
  const target = TARGETS.find((known) => known === name);
  if (target === undefined) {
    say(`no target ${name}; there are ${TARGETS.join(", ")}`);
    return EXIT.usage;
  }
  return await build(target, compiler, resolve(flags.out ?? cachedFile(process.env)), say);
}

async function build(
  target: Target,
  compiler: string,
  out: string,
  say: (line: string) => void,
): Promise<number> {
  const isHere = target === hostTarget();
  try {
    await buildNative({ target, compiler, out }, isHere ? check : () => {});
  } catch (error) {
    say((error as Error).message);
    return EXIT.failed;
  }
  const names = isHere ? kernelsOf(loadAddon(out)).map(({ name }) => name) : [];
  const tested = isHere ? `tested here: ${[...new Set(names)].join(", ")}` : "not tested here";
  process.stdout.write(`${out}: native kernels for ${target}, ${tested}\n`);
  return EXIT.done;
}
