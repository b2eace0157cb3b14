// `zerorig submit`, `jobs` and `job`: their words and options.

import { Argument, type Command, Option } from "commander";
import { ALGORITHMS } from "../../zero-agent/kernels/names.ts";
import { JOB_STATES, JOBS_LISTED, JOBS_LISTED_MAX } from "../shell/control-limits.ts";
import { controlOptions } from "./control-options.ts";
import type { JobOptions, JobsOptions, SubmitOptions } from "./jobs-command.ts";
import { span, waitTime, wholeNumber } from "./option.ts";
import type { Outcome } from "./outcome.ts";

const WAIT_HELP = "until it is over, for 24h if not told; exit code 5 after that";
const ENDS_HELP = `
With --wait it ends with 0 where a nonce was found, and with 1 where none was.
`;

export function addJobs(program: Command, outcome: Outcome): void {
  addSubmit(program, outcome);
  controlOptions(
    program.command("jobs").description("list the jobs that were submitted, the newest first"),
  )
    .addOption(new Option("--state <state>", "only those in this state").choices([...JOB_STATES]))
    .option("-n, --limit <n>", "how many", wholeNumber(1, JOBS_LISTED_MAX), JOBS_LISTED)
    .action(async (options: JobsOptions) => {
      const { listJobs } = await import("./jobs-command.ts");
      await listJobs(options);
    });
  controlOptions(
    program
      .command("job")
      .description("show what became of a job, wait for that, or cancel it")
      .addHelpText("after", ENDS_HELP),
  )
    .argument("<id>", "as `zerorig submit` printed it")
    .option("--wait [time]", `wait ${WAIT_HELP}`, waitTime)
    .addOption(new Option("--cancel", "end it").default(false).conflicts("wait"))
    .action(async (id: string, options: JobOptions) => {
      const { showJob } = await import("./jobs-command.ts");
      outcome.exitCode = await showJob(id, options);
    });
}

function addSubmit(program: Command, outcome: Outcome): void {
  const nonce = wholeNumber(0, Number.MAX_SAFE_INTEGER);
  controlOptions(
    program
      .command("submit")
      .description("have a range of nonces searched by the Zeros; goes before mining")
      .addHelpText("after", ENDS_HELP),
  )
    .addArgument(new Argument("<algorithm>", "what is searched").choices([...ALGORITHMS]))
    .option("--prefix <hex>", "of duco-s1: the last block's hash, 40 hex digits")
    .option("--header <hex>", "of the others: the header less its nonce, 152 hex digits")
    .requiredOption(
      "--target <hex>",
      "of duco-s1 the SHA-1 to find, else the most that the hash may be, highest digit first (required)",
    )
    .option("--from <nonce>", "the first nonce", nonce)
    .option("--to <nonce>", "the last nonce", nonce)
    .option("--difficulty <n>", "of duco-s1: for a hundred times as many nonces", nonce)
    .option("--limit <time>", "it has failed after this time (default: [jobs] time_limit_ms)", span)
    .option("--key <text>", "the same key is the same job (default: a new one each time)")
    .option("--wait [time]", `wait ${WAIT_HELP}`, waitTime)
    .action(async (algorithm: string, options: SubmitOptions) => {
      const { submitJob } = await import("./jobs-command.ts");
      outcome.exitCode = await submitJob(algorithm, options);
    });
}
