// The recorder as the controller uses it: where its files go, how much they may take, and what is said when the disk fails.

import { join } from "node:path";
import type { ControllerConfig } from "../config/config.ts";
import type { EffectOf } from "../core/effect.ts";
import type { Clock } from "./clock.ts";
import { messageOf } from "./error.ts";
import { Recorder } from "./recorder.ts";

const MEGABYTE = 1_000_000;

/** Null where the configuration wants none. */
export function openRecorder(
  { stateDir, record }: ControllerConfig,
  { clock, version }: { readonly clock: Clock; readonly version: string },
  report: (effect: EffectOf<"report">) => void,
): Recorder | null {
  if (!record.on) return null;
  const onFailure = (error: unknown) => {
    const detail = { error: messageOf(error), todo: "nothing more is recorded in this run" };
    const [level, ev] = ["error", "record.failed"] as const;
    report({ type: "report", level, ev, slot: null, why: null, detail });
  };
  const dir = join(stateDir, "record");
  return new Recorder({
    dir,
    maxBytes: record.maxMb * MEGABYTE,
    program: version,
    clock,
    onFailure,
  });
}
