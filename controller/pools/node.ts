// A pool node: where one can connect to, and what it is called.

export interface PoolNode {
  readonly host: string;
  readonly port: number;
  /** For people; "" where nobody named it. */
  readonly name: string;
}

/** What tells two nodes apart, as "1.2.3.4:2811" or "[2001:db8::1]:2811". */
export function addressOf({ host, port }: Pick<PoolNode, "host" | "port">): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The inverse; null where the text is no such address. */
export function parseNode(text: string): PoolNode | null {
  const parts = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const host = parts?.[1] ?? parts?.[2] ?? "";
  const port = Number(parts?.[3]);
  if (!isHostName(host) || !isPort(port)) return null;
  return { host, port, name: "" };
}

/**
 * Whether a text may be a host's name or IP address. A last part that is a number makes it an IPv4 address, as in URLs: else
 * "2130706433" or "0x7f.1" would pass for a name, and resolve to this machine.
 */
export function isHostName(text: string): boolean {
  if (text.includes(":")) return /^[0-9A-Fa-f:.]{2,45}$/.test(text);
  if (!/^(?=.{1,253}$)[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?$/.test(text)) return false;
  const last = text.replace(/\.$/, "").split(".").at(-1);
  return !/^(0x[0-9a-f]*|\d+)$/i.test(String(last)) || isIpv4(text);
}

function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return (
    parts.length === 4 &&
    parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)
  );
}

export function isPort(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535;
}
