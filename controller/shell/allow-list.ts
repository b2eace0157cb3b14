// The networks that agents may come from.

import { BlockList, isIPv6 } from "node:net";

/** `cidrs`, and ourselves at `own`, where we listen. */
export function allowList(cidrs: readonly string[], own: string): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [network = "", bits] = cidr.split("/");
    const family = isIPv6(network) ? "ipv6" : "ipv4";
    list.addSubnet(network, Number(bits ?? (family === "ipv6" ? 128 : 32)), family);
  }
  // Ourselves, for the proof that the server answers.
  if (own !== "0.0.0.0" && own !== "::") list.addAddress(own, isIPv6(own) ? "ipv6" : "ipv4");
  else list.addAddress("127.0.0.1");
  return list;
}

/** Of an IPv4 address that came over an IPv6 socket, the plain one. */
export function plainAddress(address: string): string {
  return address.startsWith("::ffff:") ? address.slice(7) : address;
}
