// What `zerorig agents` prints for people. A program is shown by its version and the first digits of its hash.

import type { AgentStatus, AgentsStatus, RolloutStatus } from "../agents/agents-status.ts";
import { formatDuration } from "./duration.ts";
import { harmless } from "./terminal-text.ts";
import { columns } from "./text-table.ts";

const SHORT_CHARS = 12;

function short(sha256: string | null): string {
  return sha256 === null ? "-" : sha256.slice(0, SHORT_CHARS);
}

function remark(agent: AgentStatus): string {
  const { sha256, refuses, trial, current, wanted, persists, failed, version } = agent;
  const words: string[] = [];
  if (version === null) words.push("not linked");
  else if (sha256 === null) words.push("from before updates: needs a new image");
  else if (refuses !== null) words.push(`takes no updates: ${refuses}`);
  else if (trial) words.push("on trial");
  else if (current === true) words.push("up to date");
  else if (current === false) words.push("another than the controller's");
  if (sha256 !== null && wanted !== null && wanted !== sha256) {
    words.push(`to get ${short(wanted)} again`);
  }
  if (persists === false && refuses === null) words.push("kept until its power goes");
  if (failed !== null) words.push(`${short(failed.sha256)} did not last: ${failed.why}`);
  return words.join("; ");
}

/** One line on a roll-out: what it is, and where it stands. */
export function rolloutLine({ kind, ended, slots }: RolloutStatus): string {
  const stages = slots.map(({ slot, stage }) => `${slot} ${stage}`).join(", ");
  return `${kind}${ended === null ? "" : ` ${ended}`}: ${stages}`;
}

function rolloutText(rollout: RolloutStatus): string[] {
  const { by, for_ms, reason, slots, why } = rollout;
  const said = reason === "" ? "" : `, ${reason}`;
  const state = rollout.ended ?? "under way";
  return [
    "",
    `${rollout.kind} by ${by}, begun ${formatDuration(for_ms)} ago${said}: ${state}${why === null ? "" : `, ${why}`}`,
    ...columns(slots.map(({ slot, stage, why }) => [`  ${slot}`, stage, why ?? ""])),
  ];
}

export function agentsText({ offered, why, slots, rollout }: AgentsStatus): string {
  const offer =
    offered === null ? `offers none: ${why}` : `offers ${short(offered.sha256)}  ${offered.file}`;
  const rows = slots.map((agent) => [
    agent.slot,
    agent.version ?? "-",
    short(agent.sha256),
    agent.from ?? "-",
    remark(agent),
  ]);
  const table = columns([["SLOT", "VERSION", "PROGRAM", "FROM", ""], ...rows]);
  const lines = [...table, "", offer, ...(rollout === null ? [] : rolloutText(rollout))];
  return `${lines.map(harmless).join("\n")}\n`;
}
