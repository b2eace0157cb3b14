// Where a controller listens and its Zeros' agents dial in, unless they are told otherwise.

/** The controller's on the ClusterHAT's gadget network, as the vendor's images have it. */
export const LINK_HOST = "172.19.181.254";
export const LINK_PORT = 8686;
export const LINK_PATH = "/link";

/** What an agent dials. */
export function linkUrl(port: number, host = LINK_HOST): string {
  return `ws://${host}:${port}${LINK_PATH}`;
}
