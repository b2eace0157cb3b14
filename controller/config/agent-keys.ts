// [agents]: how the Zeros' agents are brought up to date.

import { DEFAULT_LIMITS } from "../agents/rollout.ts";
import { key, optional, section } from "./key.ts";
import { absolutePath, milliseconds } from "./kind.ts";

/** Both together, and a minute, are what a Zero waits at most: an hour. */
const TIME_MAX_MS = 1_500_000;

export const AGENTS = section("How the Zeros' agents are brought up to date: `zerorig agents`.", {
  program: optional(
    absolutePath("a file"),
    "/usr/lib/zerorig/zero-agent.cjs",
    "The agent to give them; without it the one that came with this controller.",
  ),
  restart_ms: key(
    milliseconds(5000, TIME_MAX_MS),
    DEFAULT_LIMITS.restartMs,
    "Time for a Zero to start its new agent and to be heard again.",
  ),
  watch_ms: key(
    milliseconds(1000, TIME_MAX_MS),
    DEFAULT_LIMITS.watchMs,
    "How long it is watched before it may keep that, and the next Zero gets it.",
  ),
});
