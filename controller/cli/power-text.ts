// Power, what limits it, and energy, as lines for people. Each figure says where it comes from.

import type { EnergyStatus, PowerStatus, RigStatus } from "../core/status.ts";
import { formatDuration } from "./duration.ts";

const JOULES_PER_KWH = 3_600_000;

const SOURCES: Readonly<Record<EnergyStatus["source"], string>> = {
  measured: "measured",
  modelled: "modelled",
  both: "measured in part",
};

/** 1234567 -> "0.343 kWh"; below a hundredth of a kWh in J or kJ. */
export function formatEnergy(joules: number): string {
  if (joules >= JOULES_PER_KWH / 100) return `${(joules / JOULES_PER_KWH).toFixed(3)} kWh`;
  return joules >= 10_000 ? `${(joules / 1000).toFixed(1)} kJ` : `${Math.round(joules)} J`;
}

/** Three digits that count, and never an exponent, which nobody reads: 0.192, 31.4, 1234. */
export function formatFigure(value: number): string {
  return value >= 999.5 ? value.toFixed(0) : value.toPrecision(3);
}

/** Money has its cents; less than a cent shows two digits that count. */
function costText(cost: number): string {
  if (cost >= 0.1) return cost.toFixed(2);
  return cost >= 1e-6 ? cost.toPrecision(2) : "0";
}

/** `12m00s left`, or that only a person ends it. */
export function leftText(leftMs: number | null): string {
  return leftMs === null ? "until someone ends it" : `${formatDuration(leftMs)} left`;
}

export function energyLine({
  source,
  joules,
  joules_per_hash,
  joules_per_share,
  cost,
}: EnergyStatus) {
  const figures = [
    formatEnergy(joules),
    ...(joules_per_hash === null ? [] : [`${formatFigure(joules_per_hash * 1e6)} J/MH`]),
    ...(joules_per_share === null ? [] : [`${formatFigure(joules_per_share)} J/share`]),
    ...(cost === null ? [] : [`cost ${costText(cost)}`]),
  ];
  return `energy: ${figures.join(", ")} (${SOURCES[source]})`;
}

function ceilingText({ watts, ceilings }: PowerStatus): string {
  if (watts === null) return "no ceiling";
  const [least, ...others] = [...ceilings].sort((left, right) => left.watts - right.watts);
  const rest = others.map(({ name, watts: more }) => `${name} ${more} W`).join(", ");
  return `ceiling ${watts} W by ${least?.name}${rest === "" ? "" : ` (also ${rest})`}`;
}

function scheduleText(schedule: NonNullable<PowerStatus["schedule"]>): string {
  const open = schedule.open.length === 0 ? "no window open" : `open: ${schedule.open.join(", ")}`;
  const edge = schedule.next_edge_ms;
  const next = edge === null ? "" : `, next edge in ${formatDuration(edge)}`;
  const clock = schedule.clock_set ? "" : "; the clock is not set, so what was last known holds";
  return `schedule: ${open}${next}${clock}`;
}

/** What limits power now, one rule a line; the first is the sum of it. */
export function powerLines({ watts, totals, power }: RigStatus): string[] {
  const { override, external, schedule, zeros } = power;
  const outside = power.ceilings.find(({ name }) => name === "external");
  const said = outside === undefined ? "set aside by the override" : `${outside.watts} W`;
  return [
    `power: ${watts.toFixed(1)} W (${SOURCES[totals.energy.source]}), ${ceilingText(power)}`,
    ...(zeros === null
      ? []
      : [`brown-out: the supply sags; ${zeros === 1 ? "1 Zero" : `${zeros} Zeros`} at most`]),
    ...(override === null
      ? []
      : [`override by a person: ${override.reason}, ${leftText(override.left_ms)}`]),
    ...(external === null
      ? []
      : [`outside number (${external.source}): ${said}, ${leftText(external.left_ms)}`]),
    ...(schedule === null ? [] : [scheduleText(schedule)]),
  ];
}
