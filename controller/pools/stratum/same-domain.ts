// Where a pool may send its miners: another door of the same house, never a stranger's.

function isAddress(host: string): boolean {
  return host.includes(":") || /^[\d.]+$/.test(host);
}

/** What follows the first dot. */
function domainOf(host: string): string {
  return host.slice(host.indexOf(".") + 1);
}

/** Whether `to` is the host itself, or shares with it all that follows the first dot, which has a dot itself. */
export function isSameDomain(from: string, to: string): boolean {
  const [a, b] = [from.toLowerCase(), to.toLowerCase()];
  if (a === b) return true;
  if (isAddress(a) || isAddress(b)) return false;
  const domain = domainOf(a);
  return domain.includes(".") && domain === domainOf(b);
}
