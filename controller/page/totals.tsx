// The rig in six figures.

import { formatEnergy } from "../cli/power-text.ts";
import type { RigStatus } from "../core/status.ts";
import type { Told } from "./rig.ts";
import { counted, perHashText, rateParts, spanText } from "./text.ts";
import { now } from "./ticker.ts";
import { SOURCES } from "./words.ts";

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly unit?: string;
  readonly more: string;
}

function Figure({ name, value, unit, more }: FigureProps) {
  return (
    <div class="figure">
      <dt>{name}</dt>
      <dd>
        <span class="big">
          {value}
          {unit === undefined ? null : <small> {unit}</small>}
        </span>
        <span class="more">{more}</span>
      </dd>
    </div>
  );
}

/** "2 W limit in 1 h 12 m", or that nothing is due. */
function dueText({ power }: RigStatus, passedMs: number): readonly [string, string] {
  const { schedule, override, external } = power;
  if (override?.left_ms) return [spanText(override.left_ms - passedMs), "the limit by hand ends"];
  if (external !== null)
    return [spanText(external.left_ms - passedMs), "the number from outside ends"];
  if (schedule !== null && !schedule.clock_set)
    return ["–", "the clock is not set: schedules wait"];
  const edge = schedule?.next_edge_ms ?? null;
  if (edge !== null) return [spanText(edge - passedMs), "the schedule's limit changes"];
  return ["–", "no change of the limit is due"];
}

function shareText({ totals }: RigStatus): string {
  const { accepted, rejected, unknown } = totals;
  const judged = accepted + rejected;
  const good = judged === 0 ? "none yet" : `${((accepted / judged) * 100).toFixed(1)} % accepted`;
  const open = unknown === 0 ? "" : `, ${unknown} unknown`;
  return rejected === 0 && judged > 0
    ? `all accepted${open}`
    : `${good}, ${rejected} rejected${open}`;
}

export function Totals({ status: { is, at } }: { readonly status: Told<RigStatus> }) {
  const rate = is.slots.reduce((sum, { hashrate_hs }) => sum + hashrate_hs, 0);
  const [value, unit] = rateParts(rate);
  const mining = is.slots.filter(({ hashrate_hs }) => hashrate_hs > 0).length;
  const { energy } = is.totals;
  const limit = is.ceiling_watts === null ? "no limit" : `of ${is.ceiling_watts} W`;
  const cost = energy.cost === null ? "" : `, cost ${energy.cost.toFixed(2)}`;
  const [due, dueMore] = dueText(is, now.value - at);
  return (
    <dl class="totals" aria-label="The rig as a whole">
      <Figure
        name="Hash rate"
        value={value}
        unit={unit}
        more={`${mining} of ${counted(is.slots.length, "Zero")} hash`}
      />
      <Figure name="Shares" value={String(is.totals.accepted)} more={shareText(is)} />
      <Figure
        name="Power"
        value={is.watts.toFixed(1)}
        unit="W"
        more={`${limit}, ${SOURCES[energy.source]}`}
      />
      <Figure
        name="Per hash"
        value={perHashText(energy.joules_per_hash).replace(" J/MH", "")}
        unit="J/MH"
        more={`${formatEnergy(energy.joules)}${cost}, ${SOURCES[energy.source]}`}
      />
      <Figure
        name="Fenced"
        value={String(is.totals.fences)}
        more={is.storm === "normal" ? "no storm" : is.storm}
      />
      <Figure name="Next change" value={due} more={dueMore} />
    </dl>
  );
}
