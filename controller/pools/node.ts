// A pool node: where one can connect to, and what it is called.

export interface PoolNode {
  readonly host: string;
  readonly port: number;
  /** For people; "" where nobody named it. */
  readonly name: string;
  /** Over TLS. */
  readonly tls?: boolean;
  /** A full node that is asked over HTTP, to be mined from alone. */
  readonly rpc?: boolean;
}

/** What tells two nodes apart, as "1.2.3.4:2811" or "[2001:db8::1]:2811"; of a full node as "http://127.0.0.1:8332". */
export function addressOf({ host, port, tls, rpc }: Omit<PoolNode, "name">): string {
  const scheme = rpc === true ? `http${tls === true ? "s" : ""}://` : "";
  return `${scheme}${host.includes(":") ? `[${host}]` : host}:${port}`;
}

const STRATUM = /^stratum\+(tcp|ssl):\/\//;
const FULL_NODE = /^http(s?):\/\//;

/** Whether a text names a Stratum pool. */
export function isStratum(text: string): boolean {
  return STRATUM.test(text);
}

/** Whether a text names a full node. */
export function isFullNode(text: string): boolean {
  return FULL_NODE.test(text);
}

function schemeOf(text: string): Pick<PoolNode, "tls" | "rpc"> {
  const secure = STRATUM.exec(text)?.[1] === "ssl" || FULL_NODE.exec(text)?.[1] === "s";
  return { ...(secure ? { tls: true } : {}), ...(isFullNode(text) ? { rpc: true } : {}) };
}

/** The inverse, and the same behind "stratum+tcp://" or "stratum+ssl://"; null where the text is no such address. */
export function parseNode(text: string): PoolNode | null {
  const more = schemeOf(text);
  const bare = text.replace(STRATUM, "").replace(FULL_NODE, "");
  const address = more.rpc === true ? bare.replace(/\/$/, "") : bare;
  const parts = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(address);
  const host = parts?.[1] ?? parts?.[2] ?? "";
  const port = Number(parts?.[3]);
  if (!isHostName(host) || !isPort(port)) return null;
  return { host, port, name: "", ...more };
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
