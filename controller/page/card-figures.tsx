// The figures of a Zero: temperature, power, shares, waiting, restarts. Each with what it rests on.

import { HEAT_WORDS } from "../cli/words.ts";
import type { SlotStatus, WorkFigures } from "../core/status.ts";
import { ageNow } from "./rig.ts";
import { live } from "./stream.ts";
import { capital, counted, perHashText, spanText, waitText } from "./text.ts";
import { now } from "./ticker.ts";
import { SOURCES, throttling } from "./words.ts";

interface FiguresProps {
  readonly slot: SlotStatus;
  /** When its state was told (ms since 1970). */
  readonly told: number;
  readonly work: WorkFigures | undefined;
}

function throttleText({ throttled, heat }: SlotStatus): string {
  const step = heat === 0 ? "" : `; ${HEAT_WORDS[heat]} for heat`;
  if (throttled === null) return `firmware not asked${step}`;
  const { now: held, earlier } = throttling(throttled);
  if (held.length > 0) return `${capital(held.join(", "))} now${step}`;
  if (earlier.length > 0) return `earlier: ${earlier.join(", ")}${step}`;
  return `not throttled${step}`;
}

function isThrottled({ throttled, heat }: SlotStatus): boolean {
  return heat > 0 || (throttled !== null && throttling(throttled).now.length > 0);
}

function rejectedText({ rejected, unknown }: SlotStatus, work: WorkFigures | undefined): string {
  const reasons = Object.entries(work?.rejected_by ?? {}).map(
    ([reason, times]) => `${times} × ${reason}`,
  );
  const by = reasons.length === 0 ? "" : ` (${reasons.join(", ")})`;
  const open = unknown === 0 ? "" : `, ${unknown} unknown`;
  return `${rejected} rejected${by}${open}`;
}

function waitMore(work: WorkFigures): string {
  const ping = work.ping_ms === null ? "" : `, ping ${Math.round(work.ping_ms)} ms`;
  return `verdict ${waitText(work.verdict_wait_ms)}${ping}`;
}

function upText({ uptime_ms }: SlotStatus, told: number, until: number): string {
  return uptime_ms === null ? "–" : spanText(ageNow(uptime_ms, told, until));
}

function workMore({ kernel }: SlotStatus, work: WorkFigures | undefined): string {
  const engine = kernel === null ? "" : `, ${kernel}`;
  if (work === undefined || work.jobs === 0) return `no job yet${engine}`;
  const busy = work.busy === null ? "" : `busy ${(work.busy * 100).toFixed(0)} %, `;
  return `${busy}difficulty ${work.difficulty ?? "–"}${engine}`;
}

export function CardFigures({ slot, told, work }: FiguresProps) {
  const { temp_c, watts, energy, accepted, boots, fences } = slot;
  const until = live.value ? now.value : told;
  return (
    <dl class="figures">
      <Row
        name="Temperature"
        value={temp_c === null ? "–" : `${temp_c.toFixed(1)} °C`}
        more={throttleText(slot)}
        loud={isThrottled(slot)}
      />
      <Row
        name="Power"
        value={`${watts.toFixed(2)} W`}
        more={`${perHashText(energy.joules_per_hash)}, ${SOURCES[energy.source]}`}
      />
      <Row name="Shares" value={`${accepted} accepted`} more={rejectedText(slot, work)} />
      <Row
        name="Pool wait"
        value={waitText(work?.job_wait_ms ?? null)}
        more={work === undefined ? "no job yet" : waitMore(work)}
      />
      <Row
        name="Restarts"
        value={String(Math.max(0, boots - 1))}
        more={fences === 0 ? "never fenced" : `fenced ${counted(fences, "time")}`}
        loud={fences > 0}
      />
      <Row name="Up" value={upText(slot, told, until)} more={workMore(slot, work)} />
    </dl>
  );
}

interface RowProps {
  readonly name: string;
  readonly value: string;
  readonly more: string;
  readonly loud?: boolean;
}

function Row({ name, value, more, loud = false }: RowProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        <small class={loud ? "loud" : ""}>{more}</small>
      </dd>
    </div>
  );
}
