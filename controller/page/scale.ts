// How high a chart is: a little above its highest rate.

const ROOM = 1.12;

/**
 * The top of the axis, in hashes per second. Of all rates, also one that is newer than the chart's edge, which moves once a second:
 * it would stand above the axis until then.
 */
export function topOf(rates: Iterable<number | null | undefined>): number {
  let most = 0;
  for (const rate of rates) most = Math.max(most, rate ?? 0);
  return most > 0 ? most * ROOM : 1;
}
