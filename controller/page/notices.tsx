// What holds for the whole rig and is not as usual: said once, on top, with what can be done about it.

import type { ComponentChildren } from "preact";
import type { RigStatus } from "../core/status.ts";
import { lockedWhy } from "./access.ts";
import { type RigAct, rigDialog } from "./dialogs.ts";
import { spanText } from "./text.ts";

interface NoticeProps {
  readonly tone: "warn" | "bad" | "info";
  readonly act?: readonly [label: string, act: RigAct];
  readonly children: ComponentChildren;
}

function Notice({ tone, act, children }: NoticeProps) {
  return (
    <li class="notice" data-tone={tone}>
      <p>{children}</p>
      {act === undefined ? null : (
        <button
          type="button"
          class="button"
          disabled={lockedWhy.value !== null}
          onClick={() => {
            rigDialog.value = act[1];
          }}
        >
          {act[0]}
        </button>
      )}
    </li>
  );
}

function leftText(leftMs: number | null): string {
  return leftMs === null ? "until somebody ends it" : `for ${spanText(leftMs)} more`;
}

export function Notices({ status }: { readonly status: RigStatus }) {
  const { automation, pause, storm, power, pool } = status;
  const { override, zeros, schedule } = power;
  return (
    <ul class="notices" aria-label="Notices">
      {automation === null ? null : (
        <Notice tone="bad" act={["Resume automation", "resume"]}>
          <b>Automation stopped itself:</b> {automation}. The Zeros mine on; nothing is fenced.
        </Notice>
      )}
      {pause === null ? null : (
        <Notice tone="warn" act={["Resume automation", "resume"]}>
          <b>Automation is paused</b> {leftText(pause.left_ms)}: {pause.reason}. It switches no
          power, except off for heat or a failing supply.
        </Notice>
      )}
      {storm === "normal" ? null : (
        <Notice tone="bad">
          <b>{storm === "storm" ? "Storm:" : "After a storm:"}</b> many Zeros were lost at once, so
          nobody is cut now.
        </Notice>
      )}
      {zeros === null ? null : (
        <Notice tone="bad">
          <b>The supply sags.</b> {zeros === 1 ? "One Zero" : `${zeros} Zeros`} at most may run.
        </Notice>
      )}
      {override === null ? null : (
        <Notice tone="info" act={["End it", "end-override"]}>
          <b>Power limit by hand</b> {leftText(override.left_ms)}: {override.reason}.
        </Notice>
      )}
      {schedule === null || schedule.clock_set ? null : (
        <Notice tone="warn">
          <b>The clock is not set.</b> Schedules wait for it; what was last known holds.
        </Notice>
      )}
      {pool.connected > 0 || pool.last_error === null ? null : (
        <Notice tone="warn">
          <b>No pool session is up.</b> {pool.last_error}
        </Notice>
      )}
    </ul>
  );
}
