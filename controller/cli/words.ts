// The core's codes in words, for `why`, `plan` and `status`. Logs, JSON and tests keep to the codes.

import type { EvidenceClass } from "../core/evidence.ts";
import type { RigStatus } from "../core/status.ts";
import type { Hindrance, OnHindrance, PoolWhy, Why } from "../core/why.ts";

export const WHY_WORDS: Readonly<Record<Why, string>> = {
  start: "the controller has just started and adopts what it finds",
  "found-off": "its line was found off",
  "found-on": "its line was found on",
  "wanted-on": "it is wanted on",
  demand: "somebody asked for it",
  "wanted-off": "a person switched it off",
  operator: "a person asked for it",
  "intent-resumed": "an earlier run of the controller had begun it",
  "power-lost": "the board was found as after a power cut",
  "foreign-change": "another program switched its line",
  postponed: "what was decided may not be done just now",
  "on-written": "its line was written on",
  "on-failed": "its line did not go on",
  "usb-seen": "it showed up on USB",
  settled: "it had time to start; USB cannot be read",
  "no-enumeration": "nothing showed up on USB",
  linked: "its agent dialled in",
  "self-test-passed": "its answer in the self-test was right",
  "wrong-answers": "its answers were wrong",
  hot: "it is too hot",
  "no-shares": "it hashes and solves nothing",
  ceiling: "the ceiling allows no more",
  "brown-out": "the supply sags",
  idle: "it had nothing to do",
  "no-demand": "nobody asked for it for long",
  released: "a person released it",
  throttled: "its firmware throttles it",
  slow: "it is far below its own rate",
  recovered: "it is well again",
  silent: "nothing was heard of it",
  "no-progress": "it is heard and does no hash",
  "boot-overdue": "it did not dial in within its boot grace",
  "adopt-overdue": "its line was found on, and it did not dial in",
  "heard-again": "it was heard again",
  "stuck-but-heard": "no remedy helped; it is heard, so it is not cut",
  "restart-worker": "its worker is started anew",
  "restart-agent": "its agent is started anew",
  "soft-reboot": "it is asked to reboot",
  "power-cycle": "its power is to be cut and brought back",
  "cut-not-proved": "its power was cut, and that it is off could not be proved",
  "off-proved": "that it is off was proved",
  "failed-cycles": "power cycles did not help for long",
  probation: "its quarantine is over and it may try again",
  probed: "it was looked at again",
};

export const CUT_WORDS: Readonly<Record<Hindrance, string>> = {
  "automation-halted": "automation stopped itself",
  paused: "automation is paused",
  hold: "it is held",
  "just-resumed": "the controller itself stood still a moment ago",
  "wrong-card": "the card in its slot is another's: who is silent is not who would be cut",
  "hub-lost": "the USB hub is gone: our side, not the Zeros'",
  "board-unread": "the board could not be read for some seconds",
  boots: "it was switched on not long ago and may boot still",
  "link-server-unproved": "the controller has not proved that it can hear",
  storm: "many Zeros were lost at once",
  "below-floor": "too few Zeros are healthy",
  "kernel-answers": "its kernel answers on the network; its agent gets time",
  "lane-busy": "another Zero is between its cut and its first beat",
  backoff: "it was cut not long ago",
  "slot-cut-cap": "it was cut too often this hour",
  "rig-cut-cap": "the rig's cuts of this hour are used up",
  "switch-rate": "too many lines were switched lately",
};

export const ON_WORDS: Readonly<Record<OnHindrance, string>> = {
  "automation-halted": "automation stopped itself",
  hold: "it is held",
  paused: "automation is paused",
  "off-dwell": "it has not been off for long enough",
  "another-starts": "another Zero is being switched on",
  stagger: "another Zero was switched on just now",
  "under-voltage": "under-voltage was seen just now",
  heat: "it was switched off for heat and has to cool",
  idle: "it sleeps until there is work",
  "no-demand": "it sleeps until somebody asks for it",
  "ceiling-dwell": "a ceiling switched it off not long ago",
  ceiling: "the ceiling leaves no room for it",
  "switch-rate": "too many lines were switched lately",
};

/** The board, and why it cannot be read if it cannot. */
export function boardText({
  board,
  board_error,
}: Pick<RigStatus, "board" | "board_error">): string {
  return board_error === null ? board : `${board} (${board_error})`;
}

/** What stands at this address: a full node's is a URL. */
export function poolNoun(address: string | null): "pool" | "full node" {
  return address?.startsWith("http") === true ? "full node" : "pool";
}

export const POOL_WORDS: Readonly<Record<PoolWhy, string>> = {
  start: "the controller has just started",
  first: "the best of the list",
  picked: "the picker named it",
  cached: "it was good before",
  "failed-over": "the one before failed",
  returned: "better than the one before",
  manual: "a person chose it",
  none: "no node is known",
};

/** What the signs say of a Zero that is not heard. */
export const CLASS_WORDS: Readonly<Record<EvidenceClass, string>> = {
  heard: "it is heard",
  off: "it is off, so its silence means nothing",
  booting: "it boots, so its silence means nothing yet",
  "our-side": "the silence may be our own",
  "agent-dead": "its kernel answers, its agent does not",
  "link-dead": "its kernel answers, its link is silent",
  "zero-dead": "nothing of it answers",
};

export const HEAT_WORDS: readonly string[] = ["", "half the work", "no work", "switched off"];
