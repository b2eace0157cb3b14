// Lines of the log as text, in the form that Duino-Coin's miners know: the time, who it is about between bars, and what happened.

import type { LogLine } from "../shell/log-line.ts";
import { paint, type Tone } from "./paint.ts";
import { harmless } from "./terminal-text.ts";

const TAG_WIDTH = 3;
const NETWORK = /^(?:pool|link|api|balance|mqtt)\./;
/** A share's line names its worker itself. */
const TAGGED = /^\|([^|]{1,12})\| (.*)$/s;

const LEVELS: Readonly<Record<LogLine["level"], readonly [mark: string, tone: Tone]>> = {
  trace: ["", "dim"],
  debug: ["", "dim"],
  info: ["", "plain"],
  warn: ["warning: ", "yellow"],
  error: ["error: ", "red"],
  fatal: ["fatal: ", "red"],
};

function detailText(detail: LogLine["detail"]): string {
  return Object.entries(detail)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" ");
}

/** What happened, without its level. */
function bodyOf({ ev, why, msg, detail }: LogLine): string {
  if (msg !== null) return msg;
  const { from, to, ...rest } = detail;
  const states = from === undefined || to === undefined ? [] : [`${from} -> ${to}`];
  const reason = why === null ? [] : [`(${why})`];
  const name = states.length > 0 ? [] : [ev ?? "?"];
  return [...name, ...states, ...reason, detailText(states.length > 0 ? rest : detail)]
    .filter((part) => part !== "")
    .join(" ");
}

function toneOf({ ev, level }: LogLine): Tone {
  if (ev === "share.accepted") return "green";
  if (ev === "share.rejected") return "red";
  return LEVELS[level][1];
}

/** `20:51:03 |p1 | Accepted 12/12 (100%) ...`; the time is this machine's. */
export function logLineText(line: LogLine, colour: boolean): string {
  const [, named, said] = TAGGED.exec(line.msg ?? "") ?? [];
  const body = said ?? bodyOf(line);
  const ownTag = line.slot ?? (NETWORK.test(line.ev ?? "") ? "net" : "sys");
  const tag = harmless(named ?? ownTag).padEnd(TAG_WIDTH);
  const [mark] = LEVELS[line.level];
  return [
    paint(timeOf(new Date(line.at)), "dim", colour),
    paint(`|${tag}|`, "cyan", colour),
    paint(harmless(mark + body), toneOf(line), colour),
  ].join(" ");
}

function timeOf(at: Date): string {
  if (Number.isNaN(at.getTime())) return "--:--:--";
  return [at.getHours(), at.getMinutes(), at.getSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}

/** This machine's date of a line: it is told where it changes. */
export function dayOf(line: Pick<LogLine, "at">): string {
  const at = new Date(line.at);
  if (Number.isNaN(at.getTime())) return "no date";
  const [month, day] = [at.getMonth() + 1, at.getDate()].map((part) =>
    String(part).padStart(2, "0"),
  );
  return `${at.getFullYear()}-${month}-${day}`;
}

export function lostText(count: number): string {
  return `(${count} ${count === 1 ? "line was" : "lines were"} lost here: they came faster than they were read)`;
}
