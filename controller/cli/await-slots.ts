// The doing half of `--wait`: sends the request, follows the controller until all is as asked, and words what is not.

import type { SlotId } from "../../hat/slots.ts";
import type { RigStatus, SlotStatus } from "../core/status.ts";
import type { ControlRequest } from "../shell/control-protocol.ts";
import { ask, watch } from "./control-client.ts";
import { formatDuration } from "./duration.ts";
import { CliError } from "./error.ts";
import { type Steps, startProgress } from "./progress.ts";
import { Waiting, type WaitVerb } from "./wait.ts";

export interface Awaited {
  /** The last status. */
  readonly status: RigStatus;
  /** What to throw; null when all is as asked. */
  readonly error: CliError | null;
}

type WaitRequest = Extract<ControlRequest, { readonly verb: WaitVerb }>;

/** Sends the request and waits for its slots, for this long at most. Throws a CliError where the controller goes away. */
export async function askAndWait(
  { socket, timeout }: { readonly socket: string; readonly timeout: number },
  request: WaitRequest,
  slots: readonly SlotId[],
  limitMs: number,
): Promise<Awaited> {
  const waiting = new Waiting(request.verb, slots);
  const startedAt = performance.now();
  const limit = limitText(limitMs);
  const progress = startProgress(
    () => `${formatDuration(performance.now() - startedAt)} of ${limit}`,
    `What was asked for goes on all the same; \`zerorig why ${slots.join(" ")}\` says how far it is.`,
  );
  let last: RigStatus | null = null;
  let settle: (gone: boolean) => void = () => {};
  const settled = new Promise<boolean>((resolve) => {
    settle = resolve;
  });
  const watching = await watch(
    socket,
    (line) => {
      if ("event" in line) return waiting.sawEvent(line.event);
      last = line.status;
      waiting.sawStatus(line.status);
      progress.show(stepsOf(waiting, slots, line.status));
      if (waiting.isOver) settle(false);
    },
    () => settle(true),
  );
  const timer = setTimeout(() => settle(false), limitMs);
  try {
    const { status } = await ask(socket, request, timeout);
    waiting.asked(status);
    const gone = await settled;
    if (gone) throw new CliError("unreachable", `the controller at ${socket} stopped meanwhile`);
    return {
      status: last ?? status,
      error: errorOf(waiting, request.verb, last ?? status, limitMs),
    };
  } finally {
    clearTimeout(timer);
    progress.end();
    watching.close();
  }
}

function limitText(limitMs: number): string {
  return limitMs < 1000 ? `${limitMs}ms` : formatDuration(limitMs);
}

function stepsOf(waiting: Waiting, slots: readonly SlotId[], status: RigStatus): Steps {
  const pending = status.slots.filter(
    ({ slot }) => waiting.isAwaited(slot) && waiting.progressOf(slot) === "pending",
  );
  const text = pending.map(({ slot, state }) => `${slot} ${state}`).join(", ");
  return { done: slots.length - pending.length, of: slots.length, text };
}

const GOALS: Readonly<Record<WaitVerb, string>> = {
  on: "up",
  off: "off",
  cycle: "up again",
  drain: "drained",
  release: "up",
  wake: "up",
};

function nowText({ slot, state, why, next }: SlotStatus): string {
  return `${slot} is ${state} (${why})${next === null ? "" : `, ${next}`}`;
}

/** The worst of what happened: a slot that cannot get there counts more than one that has not yet; some of each is "partly". */
function errorOf(
  waiting: Waiting,
  verb: WaitVerb,
  status: RigStatus,
  limitMs: number,
): CliError | null {
  const are = (progress: string) =>
    status.slots.filter(({ slot }) => waiting.progressOf(slot) === progress);
  const named = ({ slot }: SlotStatus) => slot;
  const isPartly = are("reached").length > 0;
  const failed = are("failed");
  if (failed.length > 0) {
    const names = failed.map(named).join(" ");
    const what =
      verb === "drain" ? `${names}: someone ended the drain` : failed.map(nowText).join("; ");
    return new CliError(
      isPartly ? "partial" : "failed",
      what,
      `\`zerorig why ${names}\` says more.`,
    );
  }
  const late = are("late").map(named).join(", ");
  if (late !== "") {
    const what = `the drain of ${late} ran out of time with a job in hand; still cordoned`;
    const todo = `It gets no other job. \`zerorig uncordon\` gives it work again, \`zerorig off\` switches it off.`;
    return new CliError(isPartly ? "partial" : "unreachable", what, todo);
  }
  const pending = status.slots.filter(
    ({ slot }) => waiting.isAwaited(slot) && waiting.progressOf(slot) === "pending",
  );
  if (pending.length === 0) return null;
  const what = `not ${GOALS[verb]} after ${limitText(limitMs)}: ${pending.map(nowText).join("; ")}`;
  const todo = `It is still being worked on; \`zerorig why ${pending.map(named).join(" ")}\` says what it waits for.`;
  return new CliError(isPartly ? "partial" : "unreachable", what, todo);
}
