// What a full node answers to a solo session: which chain it is on, its newest block, and templates, which become work.

import { takeWork } from "../stratum/desk.ts";
import { isHex } from "../stratum/hex.ts";
import { difficultyOf, targetOfBits } from "../stratum/target.ts";
import type { RpcFault } from "./codec.ts";
import { COUNTER_BYTES, jobOf, type SoloJob } from "./job.ts";
import { also, call, drop, fetchTemplate, giveWork, quiet, told } from "./session-parts.ts";
import type { CallName, SoloConfig, SoloInput, SoloState, SoloStep } from "./session-state.ts";
import { templateOf } from "./template.ts";

const NEVER = Number.POSITIVE_INFINITY;
/** Templates of the same block whose work counts still: at one in half a minute, for longer than a piece may take. */
const JOBS_KEPT = 4;
/** A node that tells news all the time is not asked more often. */
const NEWS_GAP_MS = 1000;
const NEWS_GAP_MAX_MS = 60_000;
/** Once it may be an accident. */
const FAILURES_MAX = 2;
const RETRY_MS = 1000;

export function onAnswer(
  config: SoloConfig,
  before: SoloState,
  { call: name, answer }: Extract<SoloInput, { type: "answer" }>,
  now: number,
): SoloStep {
  const askedAt = before.calls.get(name);
  // Of a session that has given the node up.
  if (askedAt === undefined) return quiet(before);
  const calls = new Map(before.calls);
  calls.delete(name);
  const state = { ...before, calls };
  if (!answer.ok) return onFault(config, state, name, answer.fault, now);
  switch (name) {
    case "genesis":
      return onGenesis(config, state, answer.result, now);
    case "tip":
      return onTip(config, state, answer.result, now);
    case "template":
      return onTemplate(config, { ...state, isLate: false }, answer.result, before.isLate, now);
    case "news": {
      const told = { ...state, newsFailures: 0, newsAt: Math.max(now, askedAt + NEWS_GAP_MS) };
      return onTemplate(config, told, answer.result, false, now);
    }
  }
}

function onFault(
  config: SoloConfig,
  state: SoloState,
  name: CallName,
  fault: RpcFault,
  now: number,
): SoloStep {
  const { code, detail, from } = fault;
  if (name === "news") {
    // Whether the node lives is told at once by a question that has an answer.
    const newsFailures = state.newsFailures + 1;
    const newsAt = now + Math.min(NEWS_GAP_MAX_MS, NEWS_GAP_MS * 2 ** newsFailures);
    return quiet({ ...state, newsFailures, newsAt, ...lookNow(state, now) });
  }
  // It may be forbidden to us, and is no more than a help.
  if (name === "tip" && from === "node") {
    const templateAt = Math.min(state.templateAt, now + config.limits.pollMs);
    return quiet({ ...state, tellsTip: false, templateAt });
  }
  const failures = state.failures + 1;
  const isAccident = from === "transport" && state.phase === "mining" && failures < FAILURES_MAX;
  if (isAccident) {
    const again = name === "tip" ? { tipAt: now + RETRY_MS } : { templateAt: now + RETRY_MS };
    return quiet({ ...state, failures, isLate: false, ...again });
  }
  const { deniedMs } = config.limits;
  return drop(state, code === "denied" ? { code, detail, retryMs: deniedMs } : { code, detail });
}

function lookNow({ calls, tellsTip }: SoloState, now: number): Partial<SoloState> {
  if (!tellsTip) return calls.has("template") ? {} : { templateAt: now };
  return calls.has("tip") ? {} : { tipAt: now };
}

function onGenesis(config: SoloConfig, state: SoloState, result: unknown, now: number): SoloStep {
  const { network, networkName, limits } = config;
  if (network.genesis.some((hash) => hash === result)) {
    return fetchTemplate(config, { ...state, phase: "fetching" }, now);
  }
  const detail = `the node is on another chain than [solo] network = "${networkName}": its first block is ${isHex(result, 32) ? result : "none"}`;
  return drop(state, { code: "denied", detail, retryMs: limits.deniedMs });
}

function onTip(config: SoloConfig, before: SoloState, result: unknown, now: number): SoloStep {
  const state = { ...before, failures: 0, tipAt: now + config.limits.pollMs };
  const previous = newestJob(state)?.template.previousBlockHash;
  return result === previous ? quiet(state) : fetchTemplate(config, state, now);
}

function newestJob({ jobs, jobCount }: SoloState): SoloJob | undefined {
  return jobs.get(String(jobCount));
}

/** New work for all. `isLate`: while it was fetched somebody said that there is newer. */
function onTemplate(
  config: SoloConfig,
  before: SoloState,
  result: unknown,
  isLate: boolean,
  now: number,
): SoloStep {
  const template = templateOf(result);
  if (template === null) {
    return drop(before, { code: "nonsense", detail: "no block can be made of its template" });
  }
  const { algorithm, payee, prefix, limits } = config;
  const jobCount = before.jobCount + 1;
  const job = jobOf(String(jobCount), template, payee);
  const target = targetOfBits(Number.parseInt(template.bits, 16));
  const work = {
    notice: job.notice,
    extranonce: { prefix, size: COUNTER_BYTES },
    target,
    difficulty: difficultyOf(target, algorithm),
    mask: 0,
  };
  const isFirst = before.phase === "fetching";
  const isNewBlock = newestJob(before)?.template.previousBlockHash !== template.previousBlockHash;
  const kept = isNewBlock ? [] : [...before.jobs].slice(1 - JOBS_KEPT);
  const { longPollId } = template;
  const { calls, newsAt, tellsTip } = before;
  const mining: SoloState = {
    ...before,
    phase: "mining",
    workAtMs: now,
    failures: 0,
    jobCount,
    jobs: new Map([...kept, [String(jobCount), job]]),
    longPollId,
    templateAt: now + (tellsTip ? limits.refreshMs : limits.pollMs),
    tipAt: !tellsTip || calls.has("tip") ? NEVER : now + limits.pollMs,
    newsAt: newsDue(longPollId, calls.has("news"), newsAt, now),
  };
  const taken = takeWork(mining, work, config.isShared);
  const events = isFirst ? [...taken.events, { type: "up" } as const] : taken.events;
  const given = also({ state: taken.state, outputs: events.map(told) }, (state) =>
    giveWork(config, state),
  );
  return isLate ? also(given, (state) => call(config, state, "template", now)) : given;
}

/** When to ask for news: at once where the node has just said how, and nobody asks yet. */
function newsDue(id: string | null, isOpen: boolean, newsAt: number, now: number): number {
  if (id === null || isOpen) return NEVER;
  return newsAt === NEVER ? now : newsAt;
}
